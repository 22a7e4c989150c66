/**
 * The event stream: every event has a type, the running task, the virtual time and up to four
 * 32-bit numbers whose meaning `trace/events` names. The digest covers all of them.
 */
import { createDigest, digestWord, type Digest } from './digest'
import type { FrameSink } from '../trace/frames'
import type { Machine } from './machine'
import type { Page } from './types'

export interface Trace {
  /** Number of events so far = number of the next event. */
  events: number
  readonly digest: Digest
  sink: TraceSink | null
  /** Level 2: entries, locals and returns of functions; null is off. No part of the digest. */
  frames: FrameSink | null
  /** Told of the free lists; null is off. No part of the digest. */
  freeLists: FreeListSink | null
}

/** Told of every block that goes on a free list or off it, as it does. */
export interface FreeListSink {
  /** A block of 2^order frames is on the list of a migratetype now. */
  added(page: Page, order: number, type: number): void
  /** It is on none. */
  removed(page: Page, order: number): void
}

/** Takes events as they happen; called after the state change the event tells of. */
export interface TraceSink {
  event(
    type: number,
    task: number,
    timeNs: number,
    a: number,
    b: number,
    c: number,
    d: number,
  ): void
}

export function createTrace(): Trace {
  return { events: 0, digest: createDigest(), sink: null, frames: null, freeLists: null }
}

/** Emits one event. `type` is an EV_* number of trace/events; unused fields are 0. */
export function emit(m: Machine, type: number, a = 0, b = 0, c = 0, d = 0): void {
  const t = m.trace
  const digest = t.digest
  digestWord(digest, (type << 16) | m.current)
  digestWord(digest, m.now | 0)
  digestWord(digest, (m.now / 0x100000000) | 0)
  digestWord(digest, a)
  digestWord(digest, b)
  digestWord(digest, c)
  digestWord(digest, d)
  t.events++
  t.sink?.event(type, m.current, m.now, a, b, c, d)
}
