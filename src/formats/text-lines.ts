/** Foreign texts line by line, with limits that are looked at before anything is parsed. */
import type { FileReport, ImportKind, UnusedLine } from '../shared/interchange'
import { MAX_IMPORT_BYTES } from '../shared/interchange'
import { failure, success, type Result } from '../shared/result'
import { finished, type Steps } from '../shared/steps'

/** Characters of a file at most. */
export const MAX_TEXT = MAX_IMPORT_BYTES
const MAX_LINE = 16_384
export const MAX_LINES = 4_000_000
/** Lines read between two steps. */
const LINES_A_STEP = 16_384
/** Unused lines that are shown. */
const SHOWN = 5

export interface TextFile {
  /** As messages call it. */
  readonly name: string
  readonly text: string
}

export interface Line {
  /** From 1. */
  readonly n: number
  readonly text: string
}

/** `FILE:LINE: what is wrong, and what is allowed`. */
export function badLine(file: TextFile, line: number, message: string): Result<never> {
  return failure('bad-input', `${file.name}:${line}: ${message}`, String(line))
}

/** Why a text is not even looked at; null when it is. */
export function tooLarge({ name, text }: TextFile): Result<never> | null {
  if (text.length > MAX_TEXT) {
    const what = `${text.length} characters, at most ${MAX_TEXT}`
    return failure('bad-input', `${name}: too large: ${what}; cut it and import the part`)
  }
  const nul = text.indexOf('\0')
  if (nul < 0) return null
  const line = text.slice(0, nul).split('\n').length
  const why = looksLikeUtf16(text)
    ? 'a NUL byte: it looks like UTF-16; make UTF-8 of it (iconv -f UTF-16 -t UTF-8)'
    : 'a NUL byte: this is no text file'
  return failure('bad-input', `${name}:${line}: ${why}`, String(line))
}

/** Every second character of its beginning is a NUL. */
function looksLikeUtf16(text: string): boolean {
  const head = Array.from(text.slice(0, 64))
  return [0, 1].some((parity) => head.every((c, i) => (c === '\0') === (i % 2 === parity)))
}

/**
 * UTF-8, as far as it is; the rest is shown as not known. UTF-16 where its mark says so: some shells write what they
 * redirect that way. Marks are no part of the text.
 */
export function textOfBytes(bytes: Uint8Array): string {
  const [first, second] = bytes
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le').decode(bytes)
  if (first === 0xfe && second === 0xff) return new TextDecoder('utf-16be').decode(bytes)
  return new TextDecoder().decode(bytes)
}

type Visit = (text: string, n: number, at: number) => Result<never> | null

/** Calls `visit` with every line without its end, and where it begins; stops at what it answers. */
export function eachLine(file: TextFile, visit: Visit): Result<number> {
  return finished(lineSteps(file, visit))
}

/** As `eachLine`, step by step. */
export function* lineSteps(file: TextFile, visit: Visit): Steps<Result<number>> {
  const refused = tooLarge(file)
  if (refused !== null) return refused
  const { text } = file
  let n = 0
  for (let from = 0; from < text.length;) {
    const found = text.indexOf('\n', from)
    const end = found < 0 ? text.length : found
    n++
    if (n % LINES_A_STEP === 0) yield from / text.length
    if (end - from > MAX_LINE) {
      return badLine(file, n, `a line of ${end - from} characters, at most ${MAX_LINE}`)
    }
    if (n > MAX_LINES) return badLine(file, n, `more than ${MAX_LINES} lines`)
    const isCr = end > from && text.charCodeAt(end - 1) === 13
    const refusal = visit(text.slice(from, isCr ? end - 1 : end), n, from)
    if (refusal !== null) return refusal
    from = end + 1
  }
  return success(n)
}

/** All lines that are not blank. */
export function linesOf(file: TextFile): Result<Line[]> {
  const lines: Line[] = []
  const read = eachLine(file, (text, n) => {
    if (text.trim() !== '') lines.push({ n, text })
    return null
  })
  return read.ok ? success(lines) : read
}

/** Lines that nothing is made of: counted, the first few kept. */
export class Unused {
  lines = 0
  readonly first: UnusedLine[] = []

  add(n: number, text: string, why: string): void {
    this.lines++
    if (this.first.length < SHOWN)
      this.first.push({ line: n, text: text.trim().slice(0, 120), why })
  }
}

export function fileReport(
  file: TextFile,
  kind: ImportKind,
  lines: number,
  parts: {
    readonly took?: readonly string[]
    readonly guessed?: readonly string[]
    readonly unused?: Unused
  },
): FileReport {
  const { took = [], guessed = [], unused = new Unused() } = parts
  const left = { lines: unused.lines, first: unused.first }
  return { file: file.name, kind, lines, took, guessed, unused: left }
}
