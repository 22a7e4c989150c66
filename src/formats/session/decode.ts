/** The bytes of a file to a session. Every part stands for itself: what is damaged is left out and told. */
import * as v from 'valibot'
import { failure, failWith, success, type Result } from '../../shared/result'
import {
  FIRST_VIEW,
  MAX_SESSION_BYTES,
  SESSION_VERSION,
  type ArchiveInfo,
  type ArchivePiece,
  type LostPart,
  type OpenedSession,
  type SessionDoc,
  type SessionPart,
  type SessionRefusal,
  type SessionRun,
  type SessionSide,
} from '../../shared/session'
import { countText } from '../../shared/text'
import { archiveOf, wholePieces } from './archive'
import { isInPieces, readParts, signatureOf, type ReadParts } from './container'
import { issueText } from './issue'
import { BadPart, readJson } from './json'
import { unpackRecipe } from './packed-recipe'
import { previewOf } from './preview'
import { recoveryOf } from './recovery'
import * as schema from './schema'
import { upgrade, type RawParts } from './upgrade'

type Opened = Result<OpenedSession, SessionRefusal>

export function decodeSession(bytes: Uint8Array): Opened {
  const refused = outsideRefusal(bytes)
  if (refused !== null) return failWith(refused)
  const { parts, lost } = readParts(bytes)
  const reader = new PartReader(parts, lost)
  const raw = reader.raw()
  const version = versionOf(raw)
  if (version === null) return decodeUnknown(raw, parts, reader.lost)
  if (version > SESSION_VERSION) return failWith(tooNew(raw, version))
  return decodeParts(upgrade(raw, version), version, reader)
}

/** Without its manifest a file may be of any version: it is taken for the one by which it loses least. */
function decodeUnknown(
  raw: RawParts,
  parts: ReadParts['parts'],
  lost: readonly LostPart[],
): Opened {
  const tries = Array.from({ length: SESSION_VERSION }, (_, i) => {
    const version = SESSION_VERSION - i
    return decodeParts(upgrade(raw, version), version, new PartReader(parts, lost))
  })
  return tries.reduce((best, next) => (lossOf(next) < lossOf(best) ? next : best))
}

function lossOf(opened: Opened): number {
  return opened.ok ? (opened.value.recovered?.lost.length ?? 0) : Infinity
}

/** Why a file is not even read; null when it is. */
function outsideRefusal(bytes: Uint8Array): SessionRefusal | null {
  if (bytes.length > MAX_SESSION_BYTES) {
    const most = countText(MAX_SESSION_BYTES)
    const message = `The file has ${countText(bytes.length)} bytes; a session has at most ${most}. Open a .pinscope file that was saved without recorded events.`
    return { code: 'too-large', message }
  }
  const signature = signatureOf(bytes)
  return signature === 'ours' ? null : notOurs(bytes, signature)
}

/** The recorded events of a side, as a trace that can be imported. */
export function archiveText(bytes: Uint8Array, side: SessionSide): Result<string> {
  const parts = eventParts(bytes, side)
  if (!parts.ok) return parts
  const { events, text } = archiveOf(parts.value)
  return events === 0 ? noEvents(side) : success(text)
}

/** The recorded events of a side as they were written, for another file. */
export function archivePieces(
  bytes: Uint8Array,
  side: SessionSide,
): Result<Iterable<ArchivePiece>> {
  const parts = eventParts(bytes, side)
  if (!parts.ok) return parts
  const pieces = wholePieces(parts.value)
  // A file with none that is whole is refused at once.
  const first = pieces.next()
  return first.done === true ? noEvents(side) : success(joined(first.value, pieces))
}

function* joined<T>(first: T, rest: Iterable<T>): Generator<T> {
  yield first
  yield* rest
}

function eventParts(bytes: Uint8Array, side: SessionSide): Result<readonly Uint8Array[]> {
  const refused = outsideRefusal(bytes)
  if (refused !== null) return failWith(refused)
  return success(readParts(bytes).parts.get(`events-${side}`) ?? [])
}

function noEvents(side: SessionSide): Result<never> {
  const run = side.toUpperCase()
  return failure('not-found', `The session holds no recorded events of run ${run}: run its recipe.`)
}

function notOurs(bytes: Uint8Array, signature: 'changed' | 'other'): SessionRefusal {
  if (bytes.length === 0) {
    const message =
      'The file is empty. Open the previous version beside it, or save the session again.'
    return { code: 'not-a-session', message }
  }
  if (signature === 'changed') {
    const message =
      'The file was a Pinscope session, but was changed on its way as if it were text. Copy it again, as binary.'
    return { code: 'damaged', message }
  }
  const message = `The file is no Pinscope session: ${beginning(bytes)}. Choose a .pinscope file; kernel texts and traces are read by Import.`
  return { code: 'not-a-session', message }
}

function beginning(bytes: Uint8Array): string {
  if (bytes[0] === 0x50 && bytes[1] === 0x4b) return 'it is a zip archive'
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return 'it is packed with gzip'
  if (bytes[0] === 0x7b || bytes[0] === 0x5b) return 'it looks like JSON'
  return `it begins with ${Array.from(bytes.subarray(0, 4), (b) => b.toString(16).padStart(2, '0')).join(' ')}`
}

/** The version in the manifest; null where it cannot be read. */
function versionOf({ manifest }: RawParts): number | null {
  const version =
    typeof manifest === 'object' && manifest !== null && 'version' in manifest
      ? manifest.version
      : null
  return typeof version === 'number' && Number.isSafeInteger(version) && version >= 1
    ? version
    : null
}

function tooNew(raw: RawParts, version: number): SessionRefusal {
  const preview = previewOf(raw, version)
  const by = preview.writer === '' ? 'a later Pinscope' : `Pinscope ${preview.writer}`
  const message = `The session has format ${version}, written by ${by}; this Pinscope reads formats up to ${SESSION_VERSION}. Open it with ${by} or later; its recipe can be looked at here.`
  return { code: 'too-new', message, preview }
}

/** Takes parts out of a file; what cannot be taken is noted. */
class PartReader {
  readonly kept: SessionPart[] = []
  readonly lost: LostPart[]
  readonly #contents: ReadonlyMap<SessionPart, readonly Uint8Array[]>

  constructor(
    contents: ReadonlyMap<SessionPart, readonly Uint8Array[]>,
    lost: readonly LostPart[],
  ) {
    this.#contents = contents
    this.lost = [...lost]
  }

  /** The parts that are JSON. */
  raw(): RawParts {
    const raw: Partial<Record<SessionPart, unknown>> = {}
    for (const [part, [content]] of this.#contents) {
      if (content === undefined || isInPieces(part)) continue
      this.#guard(part, () => (raw[part] = readJson(content)))
    }
    return raw
  }

  /** How much is there of the recorded events of a side; null where none were saved. */
  archive(part: 'events-a' | 'events-b'): ArchiveInfo | null {
    const archive = this.#guard(part, () => archiveOf(this.#contents.get(part) ?? []))
    if (archive === null || archive.events === 0) return null
    this.kept.push(part)
    const { events, of } = archive
    if (events < of) {
      const reason = `recovered ${countText(events)} of ${countText(of)} events`
      this.lost.push({ part, reason })
    }
    return { events, of }
  }

  /** A part that its schema takes, made into what it stands for; null when it cannot be had. */
  take<T, U>(
    part: SessionPart,
    raw: RawParts,
    of: v.GenericSchema<unknown, T>,
    use: (value: T) => U,
  ): U | null {
    if (!(part in raw)) {
      const known = this.lost.some((lost) => lost.part === part)
      if (!known && part !== 'scenario') this.lost.push({ part, reason: 'is not in the file' })
      return null
    }
    return this.#guard(part, () => {
      const parsed = v.safeParse(of, raw[part], { abortEarly: true })
      if (!parsed.success) {
        const { at, message } = issueText(parsed.issues)
        throw new BadPart(`${at === '' ? '' : `${at.replace(/^\./, '')}: `}${message}`)
      }
      const value = use(parsed.output)
      this.kept.push(part)
      return value
    })
  }

  #guard<T>(part: SessionPart, read: () => T): T | null {
    try {
      return read()
    } catch (error) {
      if (!(error instanceof BadPart)) throw error
      this.lost.push({ part, reason: error.message })
      return null
    }
  }
}

function same<T>(value: T): T {
  return value
}

function decodeParts(raw: RawParts, version: number, reader: PartReader): Opened {
  const manifest = reader.take('manifest', raw, schema.manifest, same)
  const recipes = reader.take('recipe', raw, schema.recipes, ({ a, b }) => ({
    a: unpackRecipe(a),
    b: unpackRecipe(b),
  }))
  const scenarios = reader.take('scenario', raw, schema.scenario, ({ texts }) => texts)
  const digests = reader.take('digests', raw, schema.digests, same)
  const forks = reader.take('forks', raw, schema.forks, (list) =>
    list.map((fork) => ({ ...fork, recipe: unpackRecipe(fork.recipe) })),
  )
  const bookmarks = reader.take('bookmarks', raw, schema.bookmarks, same)
  const debug = reader.take('breakpoints', raw, schema.breakpoints, same)
  const view = reader.take('view', raw, schema.view, same)
  const archive = { a: reader.archive('events-a'), b: reader.archive('events-b') }
  reader.take('end', raw, schema.end, same)
  const { kept, lost } = reader
  if (recipes === null) return failWith(noRecipe(lost))
  const proofs = new Map(digests?.forks.map(({ id, proof }) => [id, proof]))
  const side = (name: 'a' | 'b'): SessionRun => ({
    recipe: recipes[name],
    proof: digests?.[name] ?? null,
  })
  const doc: SessionDoc = {
    writer: manifest?.writer ?? '',
    name: manifest?.name ?? '',
    note: manifest?.note ?? '',
    scenarios: scenarios ?? [],
    a: side('a'),
    b: side('b'),
    forks: (forks ?? []).map((fork) => ({ ...fork, proof: proofs.get(fork.id) ?? null })),
    bookmarks: bookmarks ?? [],
    debug: debug ?? { a: { lines: [], watches: [] }, b: { lines: [], watches: [] } },
    view: view ?? FIRST_VIEW,
  }
  const recovered = lost.length === 0 ? null : recoveryOf(kept, lost)
  return success({ doc: withShownForks(doc), archive, version, recovered })
}

/** A side can show only a fork that is there. */
function withShownForks(doc: SessionDoc): SessionDoc {
  const { shown } = doc.view
  const known = (id: number | null): number | null =>
    doc.forks.some((fork) => fork.id === id) ? id : null
  return { ...doc, view: { ...doc.view, shown: { a: known(shown.a), b: known(shown.b) } } }
}

function noRecipe(lost: readonly LostPart[]): SessionRefusal {
  const reason = lost.find(({ part }) => part === 'recipe')?.reason ?? 'is not in the file'
  const others = lost.length - 1
  const more = others > 0 ? `, and ${others} other ${others === 1 ? 'part' : 'parts'}` : ''
  const message = `The session is damaged: its recipe is lost (${reason})${more}, and without it no run can be made again. Open the previous version beside it, or copy the file again.`
  return { code: 'damaged', message, at: 'recipe' }
}
