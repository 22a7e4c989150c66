/** What importing a foreign text told: what was taken, what was guessed, what was left. Plain data. */

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
