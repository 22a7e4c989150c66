/** What importing a foreign text told: what was taken, what was guessed, what was left. Plain data. */
import type { RunSummary } from './run'
import type { ForeignTrace, TraceCut } from './foreign'
import type { Result } from './result'
import type { Steps } from './steps'

export const IMPORT_KINDS = ['buddyinfo', 'pagetypeinfo', 'zoneinfo', 'dmesg', 'ftrace'] as const
export type ImportKind = (typeof IMPORT_KINDS)[number]

/** A line that nothing was made of. */
export interface UnusedLine {
  readonly line: number
  /** At most 120 characters of it. */
  readonly text: string
  readonly why: string
}

/** One file of an import; sentences are for people, without a full stop. */
export interface FileReport {
  readonly file: string
  readonly kind: ImportKind
  readonly lines: number
  readonly took: readonly string[]
  readonly guessed: readonly string[]
  readonly unused: {
    readonly lines: number
    /** The first few. */
    readonly first: readonly UnusedLine[]
  }
}

/** A file with the name it has in messages. */
export interface ImportFile {
  readonly name: string
  readonly bytes: Uint8Array
}

/** Files of one import at most. */
export const MAX_IMPORT_FILES = 8
/** Bytes of such a file at most. */
export const MAX_IMPORT_BYTES = 256 * 1024 * 1024
/** Bytes of all files of an import that a browser's page can send to its server. */
export const MAX_SENT_IMPORT_BYTES = 64 * 1024 * 1024

/** What is in it. */
export interface ImportText {
  readonly name: string
  readonly text: string
}

interface ImportReport {
  readonly files: readonly FileReport[]
  /** What was taken, guessed and left of all files together. */
  readonly took: readonly string[]
  readonly guessed: readonly string[]
  readonly unused: readonly string[]
}

/** Who reads foreign texts for an engine. */
export interface ImportSource {
  /** Step by step, with the part that is read, 0..1; who takes no more steps has cancelled it. */
  readonly importSteps: (files: readonly ImportText[]) => Steps<
    Result<
      ImportReport & {
        readonly scenario: Result<string> | null
        readonly trace: ForeignTrace | null
      }
    >
  >
  readonly textOfBytes: (bytes: Uint8Array) => string
}

/** What became of files that were imported. */
export interface ImportAnswer extends ImportReport {
  /** Text of a scenario file; null where none was made, for the reason beside it. */
  readonly scenario: string | null
  readonly noScenario: string | null
  /** A trace, kept to be looked at as a run is; there is no stepping and no running again. */
  readonly run: RunSummary | null
}

/** What can be looked at and not be run again. */
export const FOREIGN = {
  kernel: 'a recording of another kernel',
  session: 'a recording of an earlier run',
} as const

/** What a summary of a trace says besides. */
export interface ForeignInfo {
  readonly name: string
  /** What it is, in words: one of `FOREIGN`. */
  readonly what: string
  /** Time of its first event as the kernel printed it; the times of the engine count from there. */
  readonly startNs: number
  readonly cuts: readonly TraceCut[]
}
