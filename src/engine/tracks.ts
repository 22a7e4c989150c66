/** Value tracks: a value is kept when it changes, and reduced to pixel columns when asked for. */
import { TRACKS, type TrackData } from '../shared/timeline'
import { freeCmaPages, freePages, type Machine } from '../sim'

class Track {
  #times = new Float64Array(1024)
  #values = new Float64Array(1024)
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
    const times = new Float64Array(this.#times.length * 2)
    const values = new Float64Array(this.#times.length * 2)
    times.set(this.#times)
    values.set(this.#values)
    this.#times = times
    this.#values = values
  }

  /** Least and greatest value per column of [from, to); a column without a change carries the last value. */
  columns(
    from: number,
    to: number,
    count: number,
  ): { min: Float64Array<ArrayBuffer>; max: Float64Array<ArrayBuffer> } {
    const min = new Float64Array(count)
    const max = new Float64Array(count)
    const width = (to - from) / count || 1
    let i = 0
    let value = this.#length > 0 ? (this.#values[0] as number) : 0
    for (let column = 0; column < count; column++) {
      const end = column === count - 1 ? Infinity : from + (column + 1) * width
      let low = value
      let high = value
      while (i < this.#length && (this.#times[i] as number) < end) {
        value = this.#values[i] as number
        if (value < low) low = value
        if (value > high) high = value
        i++
      }
      min[column] = low
      max[column] = high
    }
    return { min, max }
  }
}

/** All tracks of a run; `sample` is called once per event. */
export class Tracks {
  readonly #tracks = {
    free: new Track(),
    freeCma: new Track(),
    pins: new Track(),
    pinsInCma: new Track(),
    migrateFailures: new Track(),
  }
  #migrateFailures = 0

  migrationFailed(): void {
    this.#migrateFailures++
  }

  sample(m: Machine): void {
    const t = this.#tracks
    const now = m.now
    t.free.push(now, freePages(m))
    t.freeCma.push(now, freeCmaPages(m))
    t.pins.push(now, m.pins.size)
    t.pinsInCma.push(now, m.cmaFramesPinned)
    t.migrateFailures.push(now, this.#migrateFailures)
  }

  data(fromNs: number, toNs: number, columns: number): TrackData[] {
    return TRACKS.map((name) => ({ name, ...this.#tracks[name].columns(fromNs, toNs, columns) }))
  }
}
