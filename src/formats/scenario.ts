/** Reads scenario files: text to a checked definition, definition and parameters to a plan. */
import * as v from 'valibot'
import type { ParameterInfo, ScenarioInfo } from '../shared/scenario'
import { didYouMean, nearest } from '../shared/nearest'
import { failure, success, type Result } from '../shared/result'
import type { ScenarioPlan } from '../sim'
import { headSchema, scenarioSchema, type HeadFile, type ParameterFile } from './scenario-schema'
import { toPlan } from './scenario-plan'
import { firstIssue, parseSize } from './values'

/** A scenario file that was read: what it says of itself, and its body with parameters still open. */
export interface Scenario {
  readonly info: ScenarioInfo
  /** Where it came from, for messages. */
  readonly source: string
  readonly text: string
  readonly head: HeadFile
  readonly body: unknown
}

const MAX_FILE = 1024 * 1024
const MAX_DEPTH = 40

type ParameterValue = string | number | boolean

function badInput(source: string, at: string, message: string): Result<never> {
  const where = at === '' ? '' : `${at}: `
  return failure('bad-input', `${source}: ${where}${message}`, at)
}

/** Parses a file's text. The message of a failure is one line: what, where, what is allowed. */
export function parseScenario(text: string, source: string): Result<Scenario> {
  if (text.length > MAX_FILE) {
    return badInput(
      source,
      '',
      `too large for a scenario: ${text.length} characters, at most ${MAX_FILE}`,
    )
  }
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch (error) {
    const why = (error instanceof Error ? error.message : String(error)).replaceAll(/\s+/g, ' ')
    return badInput(source, '', `not JSON: ${why}`)
  }
  if (isDeeper(body, MAX_DEPTH)) {
    return badInput(source, '', `nested deeper than ${MAX_DEPTH} levels`)
  }
  const head = v.safeParse(headSchema, body)
  if (!head.success) {
    const issue = firstIssue(head.issues)
    return badInput(source, issue.at, issue.message)
  }
  const parameters: ParameterInfo[] = Object.entries(head.output.parameters).map(([name, p]) =>
    parameterInfo(name, p),
  )
  const { id, title, question, group, description, counterfactualReason } = head.output
  const counterfactual = head.output.counterfactual ?? false
  if (counterfactual !== (counterfactualReason !== undefined)) {
    const message = 'a counterfactual scenario has a reason, and no other has one'
    return badInput(source, 'counterfactualReason', message)
  }
  const scenario: Scenario = {
    info: {
      ...{ id, title, question, group, description, parameters, counterfactual },
      counterfactualReason: counterfactualReason ?? null,
    },
    source,
    text,
    head: head.output,
    body,
  }
  const checked = planScenario(scenario, {})
  return checked.ok ? success(scenario) : checked
}

/** Fills the parameters in and makes the plan the model runs. `set` holds values as typed. */
export function planScenario(
  scenario: Scenario,
  set: Readonly<Record<string, string>>,
): Result<ScenarioPlan> {
  const values = parameterValues(scenario, set)
  if (!values.ok) return values
  const filled = fill(scenario.body, values.value, '')
  if (!filled.ok) return badInput(scenario.source, filled.at, filled.message)
  const parsed = v.safeParse(scenarioSchema, filled.value)
  if (!parsed.success) {
    const issue = firstIssue(parsed.issues)
    return badInput(scenario.source, issue.at, issue.message)
  }
  const plan = toPlan(parsed.output, values.value)
  return plan.ok ? success(plan.plan) : badInput(scenario.source, plan.at, plan.message)
}

function parameterInfo(name: string, p: ParameterFile): ParameterInfo {
  const base = { name, type: p.type, default: sizeText(p), help: p.help }
  if (p.type === 'choice') return { ...base, choices: p.choices }
  return p.type === 'int' ? { ...base, min: p.min, max: p.max } : base
}

function sizeText(p: ParameterFile): string {
  if (p.type !== 'size') return String(p.default)
  for (const [unit, bytes] of [
    ['G', 1024 ** 3],
    ['M', 1024 ** 2],
    ['K', 1024],
  ] as const) {
    if (p.default % bytes === 0) return `${p.default / bytes}${unit}`
  }
  return String(p.default)
}

function parameterValues(
  scenario: Scenario,
  set: Readonly<Record<string, string>>,
): Result<ReadonlyMap<string, ParameterValue>> {
  const parameters = scenario.head.parameters
  const values = new Map<string, ParameterValue>(
    Object.entries(parameters).map(([name, p]) => [name, p.default]),
  )
  for (const [name, text] of Object.entries(set)) {
    const parameter = Object.hasOwn(parameters, name) ? parameters[name] : undefined
    if (parameter === undefined) {
      const known = Object.keys(parameters).join(', ')
      return failure(
        'bad-input',
        `${scenario.info.id} has no parameter "${name}"; it has ${known === '' ? 'none' : known}`,
        name,
      )
    }
    const value = parameterValue(parameter, text)
    if (typeof value === 'object') {
      return failure(
        'bad-input',
        `parameter ${name}: expected ${value.expected}, got "${text}"`,
        name,
      )
    }
    values.set(name, value)
  }
  return success(values)
}

function parameterValue(p: ParameterFile, text: string): ParameterValue | { expected: string } {
  switch (p.type) {
    case 'int': {
      const value = /^(0x[0-9a-f]+|\d+)$/i.test(text) ? Number(text) : Number.NaN
      const fits = value >= p.min && value <= p.max
      return fits ? value : { expected: `a whole number from ${p.min} to ${p.max}` }
    }
    case 'size':
      return parseSize(text) ?? { expected: 'a size such as 16M' }
    case 'bool':
      if (text === 'true' || text === 'false') return text === 'true'
      return { expected: 'true or false' }
    case 'choice':
      return p.choices.includes(text) ? text : { expected: `one of ${p.choices.join(', ')}` }
  }
}

type Filled =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly at: string; readonly message: string }

/** Replaces every string `$name` by the parameter's value. */
function fill(node: unknown, values: ReadonlyMap<string, ParameterValue>, at: string): Filled {
  if (typeof node === 'string' && node.startsWith('$')) {
    const value = values.get(node.slice(1))
    if (value !== undefined) return { ok: true, value }
    const known = [...values.keys()].map((k) => `$${k}`).join(', ')
    return {
      ok: false,
      at,
      message: `no parameter ${node}; there are ${known === '' ? 'none' : known}`,
    }
  }
  if (Array.isArray(node)) {
    const out: unknown[] = []
    for (const [i, entry] of node.entries()) {
      const lost = unknownOnly(entry, values, `${at}[${i}]`)
      if (lost !== null) return lost
      const item = chosen(entry, values)
      if (item === undefined) continue
      const filled = fill(item, values, `${at}[${i}]`)
      if (!filled.ok) return filled
      out.push(filled.value)
    }
    return { ok: true, value: out }
  }
  if (typeof node === 'object' && node !== null) {
    const out: [string, unknown][] = []
    for (const [key, item] of Object.entries(node)) {
      const filled = fill(item, values, at === '' ? key : `${at}.${key}`)
      if (!filled.ok) return filled
      out.push([key, filled.value])
    }
    return { ok: true, value: Object.fromEntries(out) }
  }
  return { ok: true, value: node }
}

/** An `only` on a parameter there is not would drop its entry without a word: it is refused. */
function unknownOnly(
  entry: unknown,
  values: ReadonlyMap<string, ParameterValue>,
  at: string,
): Extract<Filled, { ok: false }> | null {
  if (typeof entry !== 'object' || entry === null || !('only' in entry)) return null
  const { only } = entry
  if (typeof only !== 'object' || only === null) return null
  const lost = Object.keys(only).find((name) => !values.has(name))
  if (lost === undefined) return null
  const names = [...values.keys()]
  const known = names.length === 0 ? 'none' : names.join(', ')
  const near = didYouMean(nearest(lost, names))
  const message = `no such parameter; there are ${known}${near}`
  return { ok: false, at: `${at}.only.${lost}`, message }
}

/**
 * An instruction, actor or file with `only` is there for those parameter values alone, and then without
 * that member; undefined when it is not there.
 */
function chosen(entry: unknown, values: ReadonlyMap<string, ParameterValue>): unknown {
  if (typeof entry !== 'object' || entry === null || !('only' in entry)) return entry
  const { only, ...rest } = entry
  if (typeof only !== 'object' || only === null) return entry
  const holds = Object.entries(only).every(([name, value]) => values.get(name) === value)
  return holds ? rest : undefined
}

/** Looks no further down than it has to. */
function isDeeper(node: unknown, levels: number): boolean {
  if (typeof node !== 'object' || node === null) return false
  if (levels === 0) return true
  return Object.values(node).some((item) => isDeeper(item, levels - 1))
}
