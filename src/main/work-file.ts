/**
 * A file of kept work: one line that says what it is, then the bytes of a session file. Where the line is
 * damaged the session is still found by its signature.
 */
import { createHash } from 'node:crypto'
import { SIGNATURE } from '../formats/session/container'
import type { WorkInfo } from '../shared/recovery'
import { countText } from '../shared/text'
import type { Stamp } from './session-disk'

const MAX_LINE = 16_384
const NEWLINE = 0x0a

export interface WorkHead extends WorkInfo {
  readonly atMs: number
  /** The session file it belongs to, as it was when it was opened or saved last. */
  readonly stamp: Stamp | null
}

export interface WorkFile {
  /** Null: its first line is damaged. */
  readonly head: WorkHead | null
  /** Of a session file, as far as they are there. */
  readonly session: Uint8Array
  /** What is wrong with it; null where it is whole. */
  readonly problem: string | null
}

export function packWork(head: WorkHead, session: Uint8Array): Uint8Array {
  const line = { ...head, bytes: session.length, sha256: digestOf(session) }
  const text = new TextEncoder().encode(`${JSON.stringify(line)}\n`)
  const all = new Uint8Array(text.length + session.length)
  all.set(text)
  all.set(session, text.length)
  return all
}

/** Never throws, whatever the bytes are. */
export function unpackWork(bytes: Uint8Array): WorkFile {
  const end = bytes.subarray(0, MAX_LINE).indexOf(NEWLINE)
  const line = end < 0 ? null : lineOf(new TextDecoder().decode(bytes.subarray(0, end)))
  if (line === null) {
    const at = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).indexOf(SIGNATURE)
    if (at < 0) return { head: null, session: new Uint8Array(), problem: 'no session is in it' }
    const problem = 'its first line is damaged, which says what it is; the session in it may open'
    return { head: null, session: bytes.subarray(at), problem }
  }
  const { head, size, digest } = line
  const session = bytes.subarray(end + 1)
  if (session.length < size) {
    const problem = `it is torn: ${countText(session.length)} of ${countText(size)} bytes are there`
    return { head, session, problem }
  }
  const isWhole = session.length === size && digestOf(session) === digest
  return { head, session, problem: isWhole ? null : 'its checksum is another: parts are damaged' }
}

export function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

function lineOf(line: string): { head: WorkHead; size: number; digest: string } | null {
  try {
    const value: unknown = JSON.parse(line)
    if (!isObject(value)) return null
    const { path, stamp } = value
    const head = {
      ...{ name: text(value.name), path: path === null ? null : text(path) },
      ...{ scenario: text(value.scenario), kernels: text(value.kernels) },
      ...{ forks: count(value.forks), bookmarks: count(value.bookmarks) },
      ...{ stops: count(value.stops), atMs: count(value.atMs), stamp: stampOf(stamp) },
    }
    return { head, size: count(value.bytes), digest: text(value.sha256) }
  } catch {
    return null
  }
}

function stampOf(value: unknown): Stamp | null {
  if (!isObject(value)) return null
  return {
    ...{ size: count(value.size), mtimeMs: count(value.mtimeMs), digest: text(value.digest) },
    ...(value.next === undefined ? {} : { next: text(value.next) }),
  }
}

function text(value: unknown): string {
  if (typeof value !== 'string') throw new Error('a text is expected')
  return value
}

function count(value: unknown): number {
  if (typeof value !== 'number' || value < 0) throw new Error('a number is expected')
  return value
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
