/** Places in a run. Plain data. */

/**
 * Where in a run something is. `event` was emitted last; `step` counts function entries and returns
 * since then, 0 = at the event itself. The end of a run is the event behind the last.
 */
export interface Place {
  readonly event: number
  readonly step: number
}

export interface PlaceAt extends Place {
  /** Virtual time, ns. */
  readonly timeNs: number
}
