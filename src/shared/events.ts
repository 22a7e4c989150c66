/** Rows of the event list and its display filter. Plain data. */

export interface EventRow {
  readonly event: number
  readonly timeNs: number
  readonly actor: string
  readonly name: string
  /** Payload in the kernel's own print format. */
  readonly text: string
}

/** An event as the list shows it. */
export interface EventLine extends EventRow {
  readonly task: number
  readonly cpu: number
  /** Frames the event names, the first few. */
  readonly pfns: readonly number[]
}

/** What is wrong with a text, and where; `column` counts from 1. */
export interface TextProblem {
  readonly column: number
  readonly message: string
  readonly nearest: readonly string[]
}

/** A filter that was put to a whole run. */
export interface FilterResult {
  readonly filter: string
  readonly matches: number
  readonly events: number
  /** Frames that matching events name, ascending; at most 65,536. */
  readonly pfns: Uint32Array<ArrayBuffer>
}

export interface EventPage {
  /** Index of the first line among the matches. */
  readonly from: number
  readonly lines: readonly EventLine[]
}

/** A line of the kernel log. */
export interface DmesgLine {
  readonly timeNs: number
  readonly event: number
  readonly text: string
}

export type EventsTextForm = 'dmesg' | 'ftrace'
