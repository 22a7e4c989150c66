/**
 * `pinscope verify`: runs what a session file holds again and compares the digests. 0 all are equal,
 * 1 one differs, 2 the file is damaged or not ours.
 */
import { changedPlan, checkProof, record, type PlayHooks, type RunHooks } from '../engine'
import { parseScenario, planScenario, type Scenario } from '../formats/scenario'
import { decodeSession } from '../formats/session/decode'
import { shippedScenarios } from '../formats/shipped'
import type { Recipe } from '../shared/run'
import { failure, success, type Result } from '../shared/result'
import {
  MAX_SESSION_BYTES,
  type OpenedSession,
  type ProofCheck,
  type SessionDoc,
  type SessionRefusal,
  type SessionRun,
} from '../shared/session'
import { kernelLine } from '../shared/text'
import { VERSION } from '../shared/version'
import type { Streams } from './commands'
import { readBytes } from './write-out'

/** What came of one run of the file. */
interface Verified {
  readonly run: string
  readonly recipe: Recipe
  readonly digest: string | null
  readonly saved: string | null
  /** Null: there is nothing to compare, for the reason in `text`. */
  readonly same: boolean | null
  readonly check: ProofCheck | null
  readonly text: string
}

const hooks: RunHooks & PlayHooks = {
  onProgress: () => undefined,
  isCancelled: () => false,
  breathe: () => Promise.resolve(),
}

export async function verifyCommand(io: Streams, file: string, json: boolean): Promise<number> {
  const bytes = readBytes(file, MAX_SESSION_BYTES)
  const session = bytes.ok ? decodeSession(bytes.value) : bytes
  if (!session.ok) return refuse(io, file, session.error, json)
  const { doc, recovered } = session.value
  const runs: Verified[] = []
  for (const [name, run] of runsOf(doc)) {
    if (io.live) io.err(`\r\u001b[K${file}: ${name}`)
    runs.push(await verifyRun(doc, name, run))
  }
  if (io.live) io.err('\r\u001b[K')
  const differs = runs.some(({ same }) => same === false)
  const broken = recovered !== null || runs.some(({ same }) => same === null)
  io.out(
    json
      ? `${JSON.stringify(verifyJson(file, session.value, runs), null, 2)}\n`
      : verifyText(file, session.value, runs),
  )
  if (recovered !== null) io.err(`pinscope: ${file}: ${recovered.text}\n`)
  return broken ? 2 : differs ? 1 : 0
}

function refuse(io: Streams, file: string, error: SessionRefusal, json: boolean): number {
  const { code, message, preview = null } = error
  io.err(`pinscope: ${file}: ${message}\n`)
  if (json) io.out(`${JSON.stringify({ format: FORMAT, file, code, message, preview }, null, 2)}\n`)
  else if (preview !== null) {
    io.out(preview.recipe.map(({ name, value }) => `${name} = ${value}\n`).join(''))
  }
  return 2
}

/** Every run of a session with the name it has in messages. */
function runsOf({ a, b, forks }: SessionDoc): [string, SessionRun][] {
  return [
    ['run A', a],
    ['run B', b],
    ...forks.map((fork): [string, SessionRun] => [`fork ${fork.id}`, fork]),
  ]
}

async function verifyRun(
  doc: SessionDoc,
  name: string,
  { recipe, proof }: SessionRun,
): Promise<Verified> {
  const head = { run: name, recipe, saved: proof?.digest ?? null }
  const nothing = { ...head, digest: null, same: null, check: null }
  if (proof === null) {
    // A run that never came to its end has nothing to be compared with, which is no damage.
    return { ...nothing, same: true, text: 'no digest was saved; it was not run' }
  }
  const plan = planOf(doc, recipe)
  if (!plan.ok) return { ...nothing, text: plan.error.message }
  const changed = changedPlan(plan.value, recipe.changes)
  if (!changed.ok) return { ...nothing, text: changed.error.message }
  const made = await record(changed.value, recipe, hooks)
  if (!made.ok) return { ...nothing, same: false, text: made.error.message }
  const { digest } = made.value.summary
  const check = await checkProof(made.value, proof, hooks)
  if (!check.ok) return { ...nothing, digest, text: check.error.message }
  const { same, text } = check.value
  return { ...head, digest, same, check: check.value, text }
}

function planOf(doc: SessionDoc, recipe: Recipe) {
  const scenario = scenarioOf(doc, recipe.scenario)
  return scenario.ok ? planScenario(scenario.value, recipe.set) : scenario
}

/** One of the file first: it may have the id of one that ships. What else is in the file may be broken. */
function scenarioOf({ scenarios }: SessionDoc, id: string): Result<Scenario> {
  let unreadable = ''
  for (const text of scenarios) {
    const claimed = claimedId(text)
    const name = claimed === null ? 'a scenario' : `the scenario "${claimed}"`
    const own = parseScenario(text, `${name} of the session`)
    if (claimed === id) return own
    if (!own.ok && claimed === null) {
      unreadable = `; a scenario of the session cannot be read: ${own.error.message}`
    }
  }
  const known = shippedScenarios().find(({ info }) => info.id === id)
  if (known !== undefined) return success(known)
  const what = `the scenario "${id}" is not in the file and does not ship`
  return failure('not-found', `${what}${unreadable}`)
}

/** The id that a text gives itself, be the rest as it may; null when it gives none. */
function claimedId(text: string): string | null {
  try {
    const body: unknown = JSON.parse(text)
    if (typeof body !== 'object' || body === null || !('id' in body)) return null
    return typeof body.id === 'string' ? body.id : null
  } catch {
    return null
  }
}

const FORMAT = 'pinscope/verify@1'

function verifyJson(file: string, session: OpenedSession, runs: readonly Verified[]): object {
  const { doc, version, recovered, archive } = session
  return {
    format: FORMAT,
    file,
    name: doc.name,
    version,
    writer: doc.writer,
    reader: VERSION,
    recovered,
    archive,
    runs,
  }
}

function verifyText(
  file: string,
  { doc, version }: OpenedSession,
  runs: readonly Verified[],
): string {
  const by = doc.writer === '' ? 'an unknown Pinscope' : `Pinscope ${doc.writer}`
  const other = doc.writer === VERSION ? '' : `; this is ${VERSION}, whose model may differ`
  return [
    `${file}: format ${version}, written by ${by}${other}\n`,
    ...runs.map(({ run, recipe, same, text }) => {
      const sign = same === null ? 'broken' : same ? 'ok' : 'DIFFERS'
      return `${sign.padEnd(8)}${run}, ${recipe.scenario}, ${kernelLine(recipe.kernel)}: ${text}\n`
    }),
  ].join('')
}
