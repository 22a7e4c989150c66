/** Places in a run. Plain data. */

/**
 * Where in a run something is. `step` counts function entries and returns since the event, 0 = at the
 * event itself; the end of a run is the event behind the last.
 */
export interface Place {
  readonly event: number
  readonly step: number
}

export interface PlaceAt extends Place {
  /** Virtual time, ns. */
  readonly timeNs: number
}
