/** Recordings on disk: finding them, reading them, and which patches their kernel had. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { FormatError, parseRecording, type Recording } from './format'

/** The recordings at or below a path, sorted; a file given by name is taken whatever it is called. */
export function findRecordings(path: string): string[] {
  // A path that does not exist is told when it is read.
  if (!existsSync(path) || !statSync(path).isDirectory()) return [path]
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.jsonl(\.gz)?$/.test(name))
    .sort()
    .map((name) => join(path, name))
}

const GZIP = [0x1f, 0x8b]

/** Reads a recording, unpacked if it is gzip-compressed. */
export function readRecording(path: string): Recording {
  let bytes: Buffer
  try {
    bytes = readFileSync(path)
    if (bytes[0] === GZIP[0] && bytes[1] === GZIP[1]) bytes = gunzipSync(bytes)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new FormatError(path, 1, `cannot be read: ${why.split('\n')[0]}`)
  }
  return parseRecording(path, bytes.toString('utf8'))
}

/** One of the kept recordings, `replays/s1` for example. */
export function keptRecording(name: string): Recording {
  return readRecording(fileURLToPath(new URL(`linux-3.9/${name}.jsonl.gz`, import.meta.url)))
}

export interface Patches {
  readonly numbers: readonly number[]
  /** Where that is known from. */
  readonly from: string
}

/** `12345`, `p123`, `1,2,3`, `none`: patch numbers; null when it is nothing of that kind. */
export function parsePatches(text: string): number[] | null {
  if (text === 'none' || text === 'base' || text === '') return []
  const digits = text.replace(/^p/, '').replace(/[,+ ]/g, '')
  if (!/^[1-5]+$/.test(digits)) return null
  return [...new Set(Array.from(digits, Number))].sort()
}

/**
 * The patches of the kernel that made a recording: boot line, else the nearest folder whose name tells
 * them, else none.
 */
export function patchesOf(path: string): Patches {
  const bootline = path.replace(/\.jsonl(\.gz)?$/, '.bootline.txt')
  if (bootline !== path && existsSync(bootline)) {
    const image = /-kernel\s+(\S*zImage-([\w,+]+))/.exec(readFileSync(bootline, 'utf8'))
    const numbers = image === null ? null : parsePatches(image[2] as string)
    if (numbers !== null) return { numbers, from: basename(bootline) }
  }
  for (let folder = dirname(resolve(path)); folder !== dirname(folder); folder = dirname(folder)) {
    const name = basename(folder)
    const numbers = /^p[1-5][1-5,+]*$|^base$/.test(name) ? parsePatches(name) : null
    if (numbers !== null) return { numbers, from: `folder ${name}` }
  }
  return { numbers: [], from: 'nothing says otherwise' }
}
