/** `--save`: what was run, as a session file. */
import { archivePieces, proofOf, type Recording } from '../engine'
import { encodeSession } from '../formats/session/encode'
import { shippedScenarios } from '../formats/shipped'
import { failure, success, type Result } from '../shared/result'
import { FIRST_VIEW, MAX_SESSION_BYTES, type SessionDoc, type SessionRun } from '../shared/session'
import { countText, kernelLine } from '../shared/text'
import { VERSION } from '../shared/version'
import type { Streams } from './commands'
import { readText, writeText } from './write-out'

export interface SaveOptions {
  readonly save?: string
  readonly archive?: boolean
}

/** Options that do not go together, said before anything is run. */
export function checkSave({ save, archive = false }: SaveOptions): Result<null> {
  return archive && save === undefined
    ? failure('bad-input', '--archive: name a file with --save, too')
    : success(null)
}

/** Writes a session of one run, which is then A and B, or of two. Nothing when no file is named. */
export function saveSession(
  io: Streams,
  which: string,
  { save, archive = false }: SaveOptions,
  a: Recording,
  b: Recording = a,
): Result<null> {
  if (save === undefined) return success(null)
  const scenarios = ownTexts(which)
  if (!scenarios.ok) return scenarios
  const events = { a: archivePieces(a), ...(a === b ? {} : { b: archivePieces(b) }) }
  const bytes = encodeSession(docOf(scenarios.value, a, b), archive ? events : {})
  if (!bytes.ok) return bytes
  const written = writeText(save, '--save', bytes.value)
  if (written.ok) io.err(`${save}: session, ${countText(bytes.value.length)} bytes\n`)
  return written
}

function docOf(scenarios: readonly string[], a: Recording, b: Recording): SessionDoc {
  const nothing = { lines: [], watches: [] }
  const kernels = [a, b].map((side) => kernelLine(side.summary.recipe.kernel))
  return {
    writer: VERSION,
    name: `${a.summary.recipe.scenario}: ${[...new Set(kernels)].join(' and ')}`.slice(0, 200),
    note: '',
    scenarios,
    a: sideOf(a),
    b: sideOf(b),
    forks: [],
    bookmarks: [],
    debug: { a: nothing, b: nothing },
    view: FIRST_VIEW,
  }
}

function sideOf(recording: Recording): SessionRun {
  return { recipe: recording.summary.recipe, proof: proofOf(recording) }
}

/** A scenario that does not ship travels with the session. */
function ownTexts(which: string): Result<string[]> {
  if (shippedScenarios().some(({ info }) => info.id === which)) return success([])
  const text = readText(which, MAX_SESSION_BYTES)
  return text.ok ? success([text.value]) : text
}
