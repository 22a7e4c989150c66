/** A session to the bytes of its file. One session has one form: saved again it gives the same bytes. */
import * as v from 'valibot'
import { failure, success, type Result } from '../../shared/result'
import {
  MAX_SESSION_BYTES,
  SESSION_VERSION,
  type Archive,
  type ArchivePiece,
  type SessionDoc,
  type SessionFork,
  type SessionPart,
  type SessionRun,
} from '../../shared/session'
import { finished, type Steps } from '../../shared/steps'
import { countText } from '../../shared/text'
import { writeParts, type Part } from './container'
import { jsonBytes } from './json'
import { packRecipe } from './packed-recipe'
import * as schema from './schema'
import { issueText } from './issue'

const SCHEMAS: Readonly<Record<SessionPart, v.GenericSchema>> = {
  manifest: schema.manifest,
  recipe: schema.recipes,
  scenario: schema.scenario,
  digests: schema.digests,
  forks: schema.forks,
  bookmarks: schema.bookmarks,
  breakpoints: schema.breakpoints,
  view: schema.view,
  'events-a': schema.events,
  'events-b': schema.events,
  end: schema.end,
}

/** Refused where the session holds what could not be read again. */
export function encodeSession(
  doc: SessionDoc,
  archive: Archive = {},
): Result<Uint8Array<ArrayBuffer>> {
  return finished(encodeSteps(doc, archive))
}

/** As `encodeSession`, step by step: recorded events may be millions. */
export function* encodeSteps(
  doc: SessionDoc,
  archive: Archive,
): Steps<Result<Uint8Array<ArrayBuffer>>> {
  const parts: Part[] = []
  let size = 0
  for (const [name, value, fraction] of contentsOf(doc, archive)) {
    // What the schema gives has its members in one order, and none that is undefined.
    const parsed = v.safeParse(SCHEMAS[name], value, { abortEarly: true })
    if (!parsed.success) {
      const { at, message } = issueText(parsed.issues)
      return failure('bad-input', `the session cannot be saved: ${name}${at}: ${message}`, name)
    }
    const content = jsonBytes(parsed.output)
    size += content.length
    if (size > MAX_SESSION_BYTES) return tooLarge(size)
    parts.push({ name, content })
    if (fraction !== undefined) yield fraction
  }
  parts.push({ name: 'end', content: jsonBytes({ parts: parts.length }) })
  try {
    const bytes = writeParts(parts)
    return bytes.length <= MAX_SESSION_BYTES ? success(bytes) : tooLarge(bytes.length)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    return failure('too-large', `the session cannot be saved: ${error.message}`)
  }
}

function tooLarge(bytes: number): Result<never> {
  return failure(
    'too-large',
    `the session cannot be saved: it has ${countText(bytes)} bytes or more, and at most ${countText(MAX_SESSION_BYTES)} can be read again; leave recorded events out`,
  )
}

/** The parts, those of recorded events with how much of all these is done with each. */
function* contentsOf(
  doc: SessionDoc,
  archive: Archive,
): Generator<[SessionPart, unknown, fraction?: number]> {
  const { writer, name, note, a, b } = doc
  const known = new Set(doc.forks.map(({ id }) => id))
  const shown = (id: number | null): number | null => (id !== null && known.has(id) ? id : null)
  yield ['manifest', { format: 'pinscope', version: SESSION_VERSION, writer, name, note }]
  yield ['recipe', { a: packRecipe(a.recipe), b: packRecipe(b.recipe) }]
  if (doc.scenarios.length > 0) yield ['scenario', { texts: doc.scenarios }]
  yield ['digests', { a: a.proof, b: b.proof, forks: proofsOf(doc.forks) }]
  yield ['forks', doc.forks.map(packFork)]
  yield ['bookmarks', doc.bookmarks]
  yield ['breakpoints', doc.debug]
  yield ['view', { ...doc.view, shown: { a: shown(doc.view.shown.a), b: shown(doc.view.shown.b) } }]
  const share = archive.a === undefined || archive.b === undefined ? 1 : 0.5
  for (const piece of archive.a ?? []) yield ['events-a', piece, share * doneWith(piece)]
  for (const piece of archive.b ?? []) yield ['events-b', piece, 1 - share * (1 - doneWith(piece))]
}

function doneWith({ from, count, of }: ArchivePiece): number {
  return of === 0 ? 1 : (from + count) / of
}

/** Proofs are in a part of their own. */
function packFork({ recipe, proof: _proof, ...rest }: SessionFork): object {
  return { ...rest, recipe: packRecipe(recipe) }
}

function proofsOf(forks: readonly (SessionRun & { readonly id: number })[]): unknown[] {
  return forks.flatMap(({ id, proof }) => (proof === null ? [] : [{ id, proof }]))
}
