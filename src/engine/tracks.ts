/** Value tracks: a value is kept when it changes, and reduced to pixel columns when asked for. */
import type { FixedTrack, TrackData, TrackName } from '../shared/timeline'
import { exactZoneState, freeCmaPages, freePages, VM_ZONE_STAT_NAMES, type Machine } from '../sim'
import { partitionPoint } from './partition-point'

/** Room for more changes, each time it is short: a little more copying for less that lies empty. */
const GROWTH = 1.5

class Track {
  #times = new Float64Array(1024)
  // Pages and calls: a run has fewer than 2^31 of either.
  #values = new Int32Array(1024)
  #length = 0
  #last = Number.NaN

  push(timeNs: number, value: number): void {
    if (value === this.#last) return
    if (this.#length === this.#times.length) this.#grow()
    this.#times[this.#length] = timeNs
    this.#values[this.#length] = value
    this.#length++
    this.#last = value
  }

  #grow(): void {
    const length = Math.ceil(this.#times.length * GROWTH)
    const times = new Float64Array(length)
    const values = new Int32Array(length)
    times.set(this.#times)
    values.set(this.#values)
    this.#times = times
    this.#values = values
  }

  /** Least and greatest value per column of [from, to]; a column without a change carries the last value. */
  columns(
    from: number,
    to: number,
    count: number,
  ): { min: Float64Array<ArrayBuffer>; max: Float64Array<ArrayBuffer> } {
    const min = new Float64Array(count)
    const max = new Float64Array(count)
    const width = (to - from) / count || 1
    // What was before the range gives the value it begins with, and no extreme.
    let i = partitionPoint(this.#length, (k) => (this.#times[k] as number) < from)
    let value = this.#length > 0 ? (this.#values[Math.max(0, i - 1)] as number) : 0
    for (let column = 0; column < count; column++) {
      const isLast = column === count - 1
      const end = isLast ? to : from + (column + 1) * width
      let low = value
      let high = value
      for (; i < this.#length; i++) {
        const time = this.#times[i] as number
        if (isLast ? time > end : time >= end) break
        value = this.#values[i] as number
        if (value < low) low = value
        if (value > high) high = value
      }
      min[column] = low
      max[column] = high
    }
    return { min, max }
  }
}

const NR_ANON_PAGES = VM_ZONE_STAT_NAMES.indexOf('nr_anon_pages')
const NR_FILE_PAGES = VM_ZONE_STAT_NAMES.indexOf('nr_file_pages')

function pagesOf(m: Machine, item: number): number {
  let sum = 0
  for (const zone of m.zones) sum += exactZoneState(zone, item)
  return sum
}

/** All value tracks of a run; `sample` is called once per event. */
export class Tracks {
  readonly #tracks = {
    free: new Track(),
    freeCma: new Track(),
    anon: new Track(),
    file: new Track(),
    pins: new Track(),
    pinsInCma: new Track(),
    migrateAttempts: new Track(),
    migrateFailures: new Track(),
  }
  /** Pins by the name of the task that holds them. */
  readonly #pinsOf = new Map<string, { pins: number; readonly track: Track }>()
  #attempts = 0
  #failures = 0

  /** A page was tried to be moved; `ret` is what came of it. */
  migrated(ret: number): void {
    this.#attempts++
    if (ret < 0) this.#failures++
  }

  /** An actor took (1) or dropped (-1) a pin. */
  pinned(actor: string, by: 1 | -1, timeNs: number): void {
    let own = this.#pinsOf.get(actor)
    if (own === undefined) {
      own = { pins: 0, track: new Track() }
      own.track.push(0, 0)
      this.#pinsOf.set(actor, own)
    }
    own.pins += by
    own.track.push(timeNs, own.pins)
  }

  sample(m: Machine): void {
    const t = this.#tracks
    const now = m.now
    t.free.push(now, freePages(m))
    t.freeCma.push(now, freeCmaPages(m))
    t.anon.push(now, pagesOf(m, NR_ANON_PAGES))
    t.file.push(now, pagesOf(m, NR_FILE_PAGES))
    t.pins.push(now, m.pins.size)
    t.pinsInCma.push(now, m.cmaFramesPinned)
    t.migrateAttempts.push(now, this.#attempts)
    t.migrateFailures.push(now, this.#failures)
  }

  /** Every value track, those of the actors last. */
  data(fromNs: number, toNs: number, columns: number): TrackData[] {
    const fixed = Object.entries(this.#tracks) as [FixedTrack, Track][]
    const own = [...this.#pinsOf].map(([actor, { track }]): [TrackName, Track] => [
      `pins:${actor}`,
      track,
    ])
    return [...fixed, ...own].map(([name, track]) => {
      return { name, ...track.columns(fromNs, toNs, columns) }
    })
  }
}
