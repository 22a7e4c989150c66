/** What the timeline draws: value tracks per pixel column, one lane per actor, marks. Plain data. */

/** Migratetypes as the kernel prints them, in the order of its numbers. */
export const FREE_TYPES = [
  'Unmovable',
  'Reclaimable',
  'Movable',
  'Reserve',
  'CMA',
  'Isolate',
] as const
export type FreeType = (typeof FREE_TYPES)[number]

/**
 * Value tracks that every run has. Tracks of one actor are named `pins:camera`. Units: pages for
 * memory, calls for migration (running totals), nanoseconds for latency. `free` and `freeCma` are the
 * kernel's counters; `free:Movable` and the like are the pages on the free lists of a migratetype, as
 * pagetypeinfo counts them, those of ISOLATE blocks included.
 */
export const TRACKS = [
  'free',
  'free:Unmovable',
  'free:Reclaimable',
  'free:Movable',
  'free:Reserve',
  'free:CMA',
  'free:Isolate',
  'freeCma',
  'usedCma',
  'anon',
  'file',
  'pins',
  'pinsInCma',
  'migrateAttempts',
  'migrateFailures',
  /** How long contiguous requests took that ended in the column; NaN where none ended. */
  'latency',
] as const
export type FixedTrack = (typeof TRACKS)[number]
export type TrackName = FixedTrack | `pins:${string}`

/** A value track reduced to pixel columns: per column the least, the greatest and the last value seen. */
export interface TrackData {
  readonly name: TrackName
  readonly min: Float64Array<ArrayBuffer>
  readonly max: Float64Array<ArrayBuffer>
  readonly last: Float64Array<ArrayBuffer>
}

/** A value as an event left it; null before there was one. */
export interface TrackReading {
  readonly name: TrackName
  readonly value: number | null
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
  /** 1; more where so many calls were too narrow to be drawn each. `ret` is then the worst of them. */
  readonly calls: number
}

export interface ActorLane {
  readonly actor: string
  /** Number of the task, as the filter and `neighbour` take it. */
  readonly task: number
  readonly bars: readonly CallBar[]
  /** Events of the actor per pixel column. */
  readonly events: Uint32Array<ArrayBuffer>
}

export type MarkKind = 'failure' | 'position' | 'intervention'

/** Something at a moment of the run that all should see. */
export interface TimelineMark {
  readonly kind: MarkKind
  readonly timeNs: number
  readonly event: number
  /** `codec -ENOMEM`, `0x67400-0x68000 -EBUSY`, `drain`. */
  readonly text: string
}

export interface SeriesData {
  readonly fromNs: number
  readonly toNs: number
  /** End of the whole run. */
  readonly endNs: number
  readonly columns: number
  readonly tracks: readonly TrackData[]
  readonly lanes: readonly ActorLane[]
  readonly marks: readonly TimelineMark[]
}

/** Durations of one kind of call within a range, nanoseconds. */
export interface LatencySummary {
  readonly call: string
  readonly count: number
  readonly failed: number
  readonly min: number
  readonly p50: number
  readonly p95: number
  readonly p99: number
  readonly max: number
}

/** What a selected range of time holds. */
export interface RangeSummary {
  readonly fromNs: number
  readonly toNs: number
  readonly events: number
  /** Events by type, most first. */
  readonly types: readonly { readonly name: string; readonly count: number }[]
  readonly actors: readonly { readonly actor: string; readonly count: number }[]
  readonly calls: readonly LatencySummary[]
}
