/** Rows of the event log. Plain data. */

export interface EventRow {
  readonly event: number
  readonly timeNs: number
  readonly actor: string
  readonly name: string
  /** Payload in the kernel's own print format. */
  readonly text: string
}
