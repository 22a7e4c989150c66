/** What the timeline draws: value tracks per pixel column, one lane per actor. Plain data. */

/** Value tracks: pages, and migration failures so far. */
export const TRACKS = ['free', 'freeCma', 'pins', 'pinsInCma', 'migrateFailures'] as const
export type TrackName = (typeof TRACKS)[number]

/** A value track reduced to pixel columns: per column the least and greatest value seen. */
export interface TrackData {
  readonly name: TrackName
  readonly min: Float64Array<ArrayBuffer>
  readonly max: Float64Array<ArrayBuffer>
}

/** What part of the run is asked for, and how many pixel columns it has. */
export interface SeriesQuery {
  readonly fromNs: number
  /** Exclusive; greater than fromNs. Null: the end of the run. */
  readonly toNs: number | null
  readonly columns: number
}

/** A call of an actor. */
export interface CallBar {
  readonly call: string
  readonly fromNs: number
  readonly toNs: number
  readonly ret: number
  /** Events of the call and of its return. */
  readonly event: number
  readonly retEvent: number
}

export interface ActorLane {
  readonly actor: string
  /** Number of the task, as `neighbour` takes it. */
  readonly task: number
  readonly bars: readonly CallBar[]
}

export interface SeriesData {
  readonly fromNs: number
  readonly toNs: number
  /** End of the whole run. */
  readonly endNs: number
  readonly columns: number
  readonly tracks: readonly TrackData[]
  readonly lanes: readonly ActorLane[]
}
