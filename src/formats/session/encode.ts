/** A session to the bytes of its file. One session has one form: saved again it gives the same bytes. */
import * as v from 'valibot'
import { failure, success, type Result } from '../../shared/result'
import {
  MAX_SESSION_BYTES,
  SESSION_VERSION,
  type SessionDoc,
  type SessionPart,
  type SessionRun,
} from '../../shared/session'
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
  end: schema.end,
}

/** Refused where the session holds what could not be read again. */
export function encodeSession(doc: SessionDoc): Result<Uint8Array<ArrayBuffer>> {
  const parts: Part[] = []
  for (const [name, value] of contentsOf(doc)) {
    // What the schema gives has its members in one order, and none that is undefined.
    const parsed = v.safeParse(SCHEMAS[name], value, { abortEarly: true })
    if (!parsed.success) {
      const { at, message } = issueText(parsed.issues)
      return failure('bad-input', `the session cannot be saved: ${name}${at}: ${message}`, name)
    }
    parts.push({ name, content: jsonBytes(parsed.output) })
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
    `the session cannot be saved: ${countText(bytes)} bytes, at most ${countText(MAX_SESSION_BYTES)} can be read again; leave recorded events out`,
  )
}

function contentsOf(doc: SessionDoc): [SessionPart, unknown][] {
  const { writer, name, note, a, b } = doc
  const known = new Set(doc.forks.map(({ id }) => id))
  const shown = (id: number | null): number | null => (id !== null && known.has(id) ? id : null)
  const contents: [SessionPart, unknown][] = [
    ['manifest', { format: 'pinscope', version: SESSION_VERSION, writer, name, note }],
    ['recipe', { a: packRecipe(a.recipe), b: packRecipe(b.recipe) }],
  ]
  if (doc.scenario !== null) contents.push(['scenario', { text: doc.scenario }])
  contents.push(
    ['digests', { a: a.proof, b: b.proof, forks: proofsOf(doc.forks) }],
    [
      'forks',
      doc.forks.map(({ recipe, proof: _proof, ...rest }) => ({
        ...rest,
        recipe: packRecipe(recipe),
      })),
    ],
    ['bookmarks', doc.bookmarks],
    ['breakpoints', doc.debug],
    ['view', { ...doc.view, shown: { a: shown(doc.view.shown.a), b: shown(doc.view.shown.b) } }],
  )
  return contents
}

function proofsOf(forks: readonly (SessionRun & { readonly id: number })[]): unknown[] {
  return forks.flatMap(({ id, proof }) => (proof === null ? [] : [{ id, proof }]))
}
