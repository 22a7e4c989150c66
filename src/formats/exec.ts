/** Reads the input of `pinscope exec`: hostile text to the plan that the model runs. */
import { failure, success, type Result } from '../shared/result'
import {
  CALLERS,
  FIXES,
  kernelComplaint,
  missingSymbols,
  POLICIES,
  SLEEP,
  specError,
  stateError,
  VARIANTS,
  type CallName,
  type ExecCall,
  type ExecPlan,
  type Interleave,
  type KernelSpec,
  type StatePlan,
} from '../sim'
import { CALL_ALIASES, CALLS } from './exec-calls'
import type { CallKind } from './exec-call-kind'
import {
  Complaint,
  entriesOf,
  lazy,
  listOf,
  may,
  maybe,
  need,
  numberOf,
  oneOf,
  oneOrMore,
  record,
  schemaDefinitions,
  shown,
  squeeze,
  text,
  whole,
  type Fields,
  type Kind,
} from './exec-kinds'
import { machineKind, machineSpec } from './exec-machine'
import { bitmapsOf, stateKind, withPageblocks, type StateFile } from './exec-state'

export const EXEC_FORMAT = 'pinscope/exec@1'
const MAX_TEXT = 32 * 1024 * 1024
const MAX_DEPTH = 24
const MAX_CALLS = 100_000

const anything: Kind<unknown> = { read: (x) => x, json: {} }
const objectKind: Kind<object> = {
  read: (x, at) => {
    entriesOf(x, at)
    return x as object
  },
  json: { type: 'object' },
}

const patchNumbers: Kind<number[]> = {
  read: (x, at) => {
    const numbers = oneOrMore(whole(1, 5, 'a patch number'), 32).read(x, at)
    return [...new Set(numbers)].toSorted((a, b) => a - b)
  },
  json: {},
}

/** `none`, `all`, a number, a list, or text such as `1,3,5` or `135`. */
const patches: Kind<number[]> = {
  read: (x, at) => {
    if (x === 'none' || x === '' || x === null) return []
    if (x === 'all') return [1, 2, 3, 4, 5]
    const glued = (typeof x === 'string' || typeof x === 'number') && /^p?[1-5]+$/.test(String(x))
    if (glued) return patchNumbers.read(Array.from(String(x).replace('p', '')), at)
    const parts: unknown = typeof x === 'string' ? x.split(/[,+ ]+/) : x
    return patchNumbers.read(parts, at)
  },
  json: {
    anyOf: [
      { enum: ['none', 'all'] },
      { type: 'array', items: { type: 'integer', minimum: 1, maximum: 5 } },
      { type: 'string', pattern: '^[1-5](,?[1-5])*$' },
    ],
  },
}

/** FIX-n as numbers or as `FIX-1`. */
const fix: Kind<number> = {
  read: (x, at) => {
    const n = typeof x === 'string' ? numberOf(x.replace(/^fix-?/i, '')) : x
    return whole(1, FIXES.length, 'a fix').read(n, at)
  },
  json: { anyOf: [{ type: 'integer', minimum: 1, maximum: 7 }, { type: 'string' }] },
}

const words = <const T extends string>(names: readonly T[]) =>
  oneOf(new Map(names.map((name) => [name, name])))

const kernelFields = {
  patches: may(patches, [], 'none (default), all, or numbers 1 to 5'),
  mode: may(words(['strict', 'lenient']), 'strict', 'strict refuses a subset that does not build'),
  policy: may(words(POLICIES), 'rfc2013', 'rfc2013 (default) or a later policy'),
  variant: maybe(words(VARIANTS), 'variant of the policy'),
  notifierPasses: maybe(whole(0, 1000), 'attempts an owner needs under mmu-notifier'),
  fixes: may(oneOrMore(fix, 7), [], 'what-if fixes FIX-1 to FIX-7'),
  converted: may(
    oneOrMore(words(CALLERS), 16),
    [],
    'callers that pass FOLL_DURABLE besides the one of patch 5',
  ),
} as const

export const kernelKind = record(kernelFields)

function kernelSpec(x: unknown): KernelSpec {
  const file = kernelKind.read(x, 'kernel')
  const missing = missingSymbols(file.patches)
  if (file.mode === 'strict' && missing.length > 0) {
    const lost = missing.map((s) => `patch ${s.patch} needs ${s.symbol}`).join('; ')
    throw new Complaint('kernel.patches', `does not build: ${lost}; or set mode to "lenient"`)
  }
  const fixes = [...new Set(file.fixes)].toSorted((a, b) => a - b)
  const { patches: series, mode, policy } = file
  const spec: KernelSpec = {
    ...{ patches: series, mode, policy, fixes },
    variant: file.variant ?? undefined,
    notifierPasses: file.notifierPasses ?? undefined,
    converted: [...new Set(file.converted)],
  }
  const wrong = kernelComplaint(spec)
  if (wrong !== null) throw new Complaint('kernel', wrong)
  return spec
}

/** A number n of IP-n, also spelled so; 0 stands for `sleep`. */
const point: Kind<number> = {
  read: (x, at) => {
    if (x === 'sleep') return SLEEP
    return whole(1, 11).read(typeof x === 'string' ? x.replace(/^IP-?/i, '') : x, at)
  },
  json: { anyOf: [{ type: 'integer', minimum: 1, maximum: 11 }, { const: 'sleep' }] },
}

/** Members every call may have. */
const commonFields = {
  cpu: maybe(whole(0, 63), 'CPU the call runs on; default: where it ran last, 0 at first'),
  expect: maybe(objectKind, 'members the result must show; else the command exits with 1'),
  interleave: may(
    listOf(
      record({
        ip: need(point, 'interleaving point IP-n of the specification, or "sleep"', 'at'),
        nth: may(whole(1, 2 ** 20), 1, 'at its nth pause there; default 1'),
        calls: need(
          listOf(
            lazy<unknown>(() => anything, { $ref: '#/$defs/call' }),
            64,
          ),
          'calls that run then',
        ),
      }),
      64,
    ),
    [],
    'calls that run while this one pauses',
  ),
  comment: maybe(text(4000), 'not read', 'note', 'why'),
} as const

const byName: ReadonlyMap<string, readonly [CallName, Readonly<object>?]> = new Map([
  ...(Object.keys(CALLS) as CallName[]).map((name) => [squeeze(name), [name]] as const),
  ...Object.entries(CALL_ALIASES).map(([alias, target]) => [squeeze(alias), target] as const),
])

/** Reads one call; `at` is its place for messages. */
function readCall(x: unknown, at: string, nested: boolean): ExecCall {
  const members = Object.fromEntries(entriesOf(x, at))
  const name = Object.hasOwn(members, 'call') ? members.call : undefined
  const target = typeof name === 'string' ? byName.get(squeeze(name)) : undefined
  if (target === undefined) {
    const known = Object.keys(CALLS).join(', ')
    throw new Complaint(at, `unknown call ${shown(name)}; calls: ${known}`)
  }
  const [call, preset = {}] = target
  const place = `${at}: ${call}`
  const entry: CallKind<unknown> = CALLS[call]
  const rest = Object.entries(members).filter(([key]) => key !== 'call')
  const given = { ...preset, ...Object.fromEntries(rest) }
  try {
    const read = record({ ...commonFields, ...entry.fields }).read(given, '')
    const {
      cpu,
      expect,
      interleave,
      comment: _comment,
      ...own
    } = read as Record<string, unknown> & CommonRead
    const inner = interleave.map((i) => readInterleave(i, at, nested))
    const args = entry.make(own, '') as object
    return { call, spelled: name, ...args, cpu, expect, interleave: inner } as unknown as ExecCall
  } catch (error) {
    if (!(error instanceof Complaint)) throw error
    if (error.at.startsWith('call ')) throw error
    const where = error.at.replace(/^\./, '')
    throw new Complaint(where === '' ? place : `${place}: ${where}`, error.message)
  }
}

interface CommonRead {
  readonly cpu: number | null
  readonly expect: object | null
  readonly interleave: readonly { ip: number; nth: number; calls: readonly unknown[] }[]
  readonly comment: string | null
}

function readInterleave(
  i: CommonRead['interleave'][number],
  at: string,
  nested: boolean,
): Interleave {
  if (nested) throw new Complaint('interleave', 'an interleaved call is not interleaved itself')
  return { ...i, calls: i.calls.map((c) => readCall(c, at, true)) }
}

const eventsKind: Kind<ExecPlan['events']> = {
  read: (x, at) => {
    if (typeof x === 'boolean') return x ? 'kernel' : 'none'
    return words(['none', 'kernel', 'all']).read(x, at)
  },
  json: { enum: [true, false, 'none', 'kernel', 'all'] },
}

const fileFields = {
  format: need(text(64), `"${EXEC_FORMAT}"`),
  id: maybe(text(200), 'not read'),
  title: maybe(text(400), 'not read', 'name'),
  description: maybe(text(20_000), 'not read', 'comment'),
  machine: need(anything, 'the machine'),
  state: maybe(anything, 'what it starts with; default: as the boot leaves it'),
  kernel: may(anything, {}, 'patches, policy and fixes; default: the kernel without the series'),
  calls: need(listOf(anything, MAX_CALLS), 'the calls, in order'),
  events: may(eventsKind, 'none', 'true: results carry kernel trace events; "all": ours too'),
} as const
const fileKind = record(fileFields)

function readPlan(body: unknown): ExecPlan {
  const file = fileKind.read(body, '')
  if (file.format !== EXEC_FORMAT) {
    throw new Complaint('format', `expected "${EXEC_FORMAT}", got ${shown(file.format)}`)
  }
  const stateFile = file.state === null ? null : stateKind.read(file.state, 'state')
  const orders = stateFile === null ? null : withPageblocks(stateFile, () => 0, 0)
  const bare = machineSpec(file.machine, orders)
  const impossible = specError(bare)
  if (impossible !== null) throw new Complaint(`machine.${impossible.at}`, impossible.message)
  const { machine, state } = placed(stateFile, bare)
  const calls = file.calls.map((c, i) => readCall(c, `call ${i}`, false))
  const kernel = kernelSpec(file.kernel)
  return { machine, kernel, state, calls, events: file.events }
}

/** The state on its machine, which gets the areas that pageblocks of the state tell of. */
function placed(
  file: StateFile | null,
  bare: ExecPlan['machine'],
): Pick<ExecPlan, 'machine' | 'state'> {
  if (file === null) return { machine: bare, state: null }
  const startOf = (name: string): number => bare.zones.find((z) => z.name === name)?.startPfn ?? 0
  const zones = withPageblocks(file, startOf, bare.pageblockOrder)
  const machine = bare.cma.length > 0 ? bare : { ...bare, cma: areasOf(zones, bare) }
  const state = { ...zones, bitmaps: bitmapsOf(file, machine.cma) }
  const impossible = stateError(machine, state)
  if (impossible !== null) throw new Complaint(impossible.at, impossible.message)
  return { machine, state }
}

const CMA = 4

/** Without areas in the machine, every run of CMA pageblocks of the state is one. */
function areasOf(
  state: Pick<StatePlan, 'zones'>,
  machine: ExecPlan['machine'],
): ExecPlan['machine']['cma'] {
  const size = 2 ** machine.pageblockOrder
  const areas: { name: string; startPfn: number; pages: number }[] = []
  for (const { pageblocks } of state.zones) {
    const blocks = pageblocks.filter((b) => b.type === CMA).map((b) => b.pfn)
    for (const first of blocks.toSorted((a, b) => a - b)) {
      const last = areas.at(-1)
      if (last !== undefined && last.startPfn + last.pages === first) last.pages += size
      else {
        const name = areas.length === 0 ? 'default' : `area${areas.length}`
        areas.push({ name, startPfn: first, pages: size })
      }
    }
  }
  return areas
}

/** The plan of an input text. The message of a failure is one line: what, where, what is allowed. */
export function parseExec(source: string, name: string): Result<ExecPlan> {
  const refuse = (at: string, message: string): Result<never> => {
    const where = at === '' ? '' : `${at}: `
    const line = `${name}: ${where}${message}`.replaceAll(/\s+/g, ' ')
    return failure('bad-input', line, at)
  }
  if (source.length > MAX_TEXT) {
    return refuse('', `too large: ${source.length} characters, at most ${MAX_TEXT}`)
  }
  let body: unknown
  try {
    // Some editors begin a file with a byte order mark.
    body = JSON.parse(source.replace(/^\uFEFF/, ''))
  } catch (error) {
    return refuse('', `not JSON: ${error instanceof Error ? error.message : String(error)}`)
  }
  if (isDeeper(body, MAX_DEPTH)) return refuse('', `nested deeper than ${MAX_DEPTH} levels`)
  try {
    return success(readPlan(body))
  } catch (error) {
    if (error instanceof Complaint) return refuse(error.at, error.message)
    throw error
  }
}

/** Looks no further down than it has to. */
function isDeeper(node: unknown, levels: number): boolean {
  if (typeof node !== 'object' || node === null) return false
  if (levels === 0) return true
  return Object.values(node).some((item) => isDeeper(item, levels - 1))
}

/** JSON Schema of the input, from the readers themselves. */
export function execSchema(): object {
  const calls = (Object.keys(CALLS) as CallName[]).map((name) => callSchema(name))
  const file = fileKind.json as { properties: Record<string, object> }
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: EXEC_FORMAT,
    ...fileKind.json,
    properties: {
      ...file.properties,
      format: { const: EXEC_FORMAT },
      machine: machineKind.json,
      state: stateKind.json,
      kernel: kernelKind.json,
      calls: { type: 'array', items: { $ref: '#/$defs/call' }, maxItems: MAX_CALLS },
    },
    $defs: {
      ...schemaDefinitions(),
      common: { properties: propertiesOf(commonFields).properties },
      call: { anyOf: calls },
    },
  }
}

function propertiesOf(fields: Fields): { properties: object; required: string[] } {
  return record(fields).json as { properties: object; required: string[] }
}

function callSchema(name: CallName): object {
  const { properties, required } = propertiesOf(CALLS[name].fields)
  return {
    title: name,
    type: 'object',
    properties: { call: { const: name }, ...properties },
    required: ['call', ...required],
    allOf: [{ $ref: '#/$defs/common' }],
    unevaluatedProperties: false,
  }
}
