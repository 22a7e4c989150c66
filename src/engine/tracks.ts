/** The value tracks of a run. */
import {
  FREE_TYPES,
  type FixedTrack,
  type FreeType,
  type TrackData,
  type TrackName,
  type TrackReading,
} from '../shared/timeline'
import { exactZoneState, freeCmaPages, freePages, VM_ZONE_STAT_NAMES, type Machine } from '../sim'
import type { FreeByType } from './free-by-type'
import { Track } from './track'

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
  /** Pages on the free lists, by number of the migratetype. */
  readonly #freeOf = FREE_TYPES.map(() => new Track())
  /** What the lists had changed when they were last looked at. */
  #listChanges = -1
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
  pinned(actor: string, by: 1 | -1, event: number): void {
    let own = this.#pinsOf.get(actor)
    if (own === undefined) {
      own = { pins: 0, track: new Track() }
      own.track.push(0, 0)
      this.#pinsOf.set(actor, own)
    }
    own.pins += by
    own.track.push(event, own.pins)
  }

  /** Looks at the machine as an event leaves it. */
  sample(m: Machine, lists: FreeByType, event: number): void {
    const t = this.#tracks
    if (lists.changes !== this.#listChanges) this.#sampleLists(lists, event)
    t.free.push(event, freePages(m))
    t.freeCma.push(event, freeCmaPages(m))
    t.anon.push(event, pagesOf(m, NR_ANON_PAGES))
    t.file.push(event, pagesOf(m, NR_FILE_PAGES))
    t.pins.push(event, m.pins.size)
    t.pinsInCma.push(event, m.cmaFramesPinned)
    t.migrateAttempts.push(event, this.#attempts)
    t.migrateFailures.push(event, this.#failures)
  }

  #sampleLists({ pages, changes }: FreeByType, event: number): void {
    this.#listChanges = changes
    for (let type = 0; type < this.#freeOf.length; type++) {
      ;(this.#freeOf[type] as Track).push(event, pages[type] as number)
    }
  }

  /** Bytes of the arrays of all tracks. */
  get bytes(): number {
    return this.#all().reduce((sum, [, track]) => sum + track.bytes, 0)
  }

  /** Gives back room that is not needed when nothing comes any more. */
  trim(): void {
    for (const [, track] of this.#all()) track.trim()
  }

  /** Every value track between each two neighbours of ascending event numbers, those of the actors last. */
  data(edges: Uint32Array): TrackData[] {
    return this.#all().map(([name, track]) => ({ name, ...track.columns(edges) }))
  }

  /** Every value once an event has happened. */
  at(event: number): TrackReading[] {
    return this.#all().map(([name, track]) => ({ name, value: track.at(event) }))
  }

  #all(): [TrackName, Track][] {
    const fixed = Object.entries(this.#tracks) as [FixedTrack, Track][]
    const free = this.#freeOf.map((track, type): [TrackName, Track] => [
      `free:${FREE_TYPES[type] as FreeType}`,
      track,
    ])
    const own = [...this.#pinsOf].map(([actor, { track }]): [TrackName, Track] => [
      `pins:${actor}`,
      track,
    ])
    return [...fixed, ...free, ...own]
  }
}
