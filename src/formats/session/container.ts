/**
 * The container of a session file: a signature, then parts. A part is
 *
 *     "PART" | name, 12 ASCII bytes | u32 bytes | u32 CRC of the content | u32 CRC of these 24 | content
 *
 * in little-endian order. Each part has its own checksums, so that damage takes only what it touches:
 * behind it reading goes on at the next head that is whole. Nothing is packed, so that nothing unpacks
 * to more than it is; names are compared, never opened.
 */
import { SESSION_PARTS, type LostPart, type SessionPart } from '../../shared/session'
import { countText } from '../../shared/text'
import { crc32 } from './crc32'

export interface Part {
  readonly name: SessionPart
  readonly content: Uint8Array
}

export interface ReadParts {
  /** By name; of two with one name the first, but recorded events come in pieces. */
  readonly parts: ReadonlyMap<SessionPart, readonly Uint8Array[]>
  readonly lost: readonly LostPart[]
}

/** As in PNG: a byte that is no ASCII, line ends that a change as text would change, an end of file. */
export const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x49, 0x4e, 0x0d, 0x0a, 0x1a, 0x0a)
const MARKER = Uint8Array.of(0x50, 0x41, 0x52, 0x54)
const NAME_BYTES = 12
const HEAD = 28
/** Heads that are looked at; a file of ours has one for each part. */
const MAX_PARTS = 1024

/** Bytes that a part may have; what is more is not read. */
const LIMITS: Readonly<Record<SessionPart, number>> = {
  manifest: 64 * 1024,
  recipe: 1024 * 1024,
  scenario: 8 * 1024 * 1024,
  digests: 8 * 1024 * 1024,
  forks: 8 * 1024 * 1024,
  bookmarks: 8 * 1024 * 1024,
  breakpoints: 4 * 1024 * 1024,
  view: 256 * 1024,
  'events-a': 4 * 1024 * 1024,
  'events-b': 4 * 1024 * 1024,
  end: 1024,
}

export function writeParts(parts: readonly Part[]): Uint8Array<ArrayBuffer> {
  const size = parts.reduce((sum, { content }) => sum + HEAD + content.length, SIGNATURE.length)
  const bytes = new Uint8Array(size)
  const view = new DataView(bytes.buffer)
  bytes.set(SIGNATURE)
  let offset = SIGNATURE.length
  for (const { name, content } of parts) {
    if (content.length > LIMITS[name]) throw new RangeError(tooLong(name, content.length))
    bytes.set(MARKER, offset)
    for (let i = 0; i < name.length; i++) bytes[offset + 4 + i] = name.charCodeAt(i)
    view.setUint32(offset + 16, content.length, true)
    view.setUint32(offset + 20, crc32(content), true)
    view.setUint32(offset + 24, crc32(bytes.subarray(offset, offset + 24)), true)
    bytes.set(content, offset + HEAD)
    offset += HEAD + content.length
  }
  return bytes
}

/** What begins a file: our signature, one that was changed as text, or something else. */
export function signatureOf(bytes: Uint8Array): 'ours' | 'changed' | 'other' {
  if (startsWith(bytes, SIGNATURE, 0)) return 'ours'
  return startsWith(bytes.subarray(1), SIGNATURE.subarray(1, 4), 0) ? 'changed' : 'other'
}

/** Reads what can be read. */
export function readParts(bytes: Uint8Array): ReadParts {
  const parts = new Map<SessionPart, Uint8Array[]>()
  const lost: LostPart[] = []
  let offset = SIGNATURE.length
  let heads = 0
  while (offset < bytes.length) {
    const head = readHead(bytes, offset)
    if (head === null) {
      const next = nextHead(bytes, offset + 1)
      lost.push({ part: null, reason: skipped(offset, next) })
      offset = next
      continue
    }
    if (++heads > MAX_PARTS) {
      lost.push({ part: null, reason: `more than ${MAX_PARTS} parts; the rest was not read` })
      break
    }
    offset = takePart(bytes, offset, head, parts, lost)
  }
  return { parts, lost }
}

interface Head {
  readonly name: string
  readonly length: number
  readonly crc: number
}

/** Takes the part of a head, or says why it is lost; answers where the next one begins. */
function takePart(
  bytes: Uint8Array,
  offset: number,
  { name, length, crc }: Head,
  parts: Map<SessionPart, Uint8Array[]>,
  lost: LostPart[],
): number {
  const start = offset + HEAD
  const part = SESSION_PARTS.find((known) => known === name)
  const lose = (reason: string): void => {
    lost.push({ part: part ?? null, reason })
  }
  if (start + length > bytes.length) {
    const there = countText(bytes.length - start)
    lose(`cut off: ${there} of its ${countText(length)} bytes are there`)
    // The length may be the lie: a whole head behind it is believed more.
    return nextHead(bytes, start)
  }
  const content = bytes.subarray(start, start + length)
  if (part === undefined) lose(`a part of a name that no session has, at byte ${countText(offset)}`)
  else if (parts.has(part) && !isInPieces(part))
    lose(`is there a second time, at byte ${countText(offset)}`)
  else if (length > LIMITS[part]) lose(tooLong(part, length))
  else if (crc32(content) !== crc) lose('its bytes were changed: the checksum is another')
  else parts.set(part, [...(parts.get(part) ?? []), content])
  return start + length
}

/** Parts that a file may have many of. */
export function isInPieces(part: SessionPart): part is 'events-a' | 'events-b' {
  return part === 'events-a' || part === 'events-b'
}

function readHead(bytes: Uint8Array, offset: number): Head | null {
  if (offset + HEAD > bytes.length || !startsWith(bytes, MARKER, offset)) return null
  const view = new DataView(bytes.buffer, bytes.byteOffset + offset, HEAD)
  if (crc32(bytes.subarray(offset, offset + 24)) !== view.getUint32(24, true)) return null
  const letters = bytes.subarray(offset + 4, offset + 4 + NAME_BYTES)
  const end = letters.indexOf(0)
  const name = String.fromCharCode(...(end < 0 ? letters : letters.subarray(0, end)))
  return { name, length: view.getUint32(16, true), crc: view.getUint32(20, true) }
}

/** Where the next whole head begins; the end of the file without one. */
function nextHead(bytes: Uint8Array, from: number): number {
  const first = MARKER[0] as number
  for (let at = bytes.indexOf(first, from); at >= 0; at = bytes.indexOf(first, at + 1)) {
    if (readHead(bytes, at) !== null) return at
  }
  return bytes.length
}

function startsWith(bytes: Uint8Array, start: Uint8Array, offset: number): boolean {
  return start.every((byte, i) => bytes[offset + i] === byte)
}

function skipped(from: number, to: number): string {
  return `${countText(to - from)} bytes from byte ${countText(from)} on are no part of a session`
}

function tooLong(name: SessionPart, length: number): string {
  return `${name} has ${countText(length)} bytes; at most ${countText(LIMITS[name])} are read`
}
