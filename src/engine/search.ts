/** Finds moments of a recorded run, forward by playing on, backward by playing stretch after stretch. */
import type { Place } from '../shared/place'
import { comparePositions, type Position } from './position'
import type { Moment, Played } from './moment'
import type { PlayHooks, Standby, Tape } from './tape'

export type Direction = 'forward' | 'backward'

/** What is looked for. `match` only looks; `accept` is asked for each match in the order it is met. */
export interface Quest<T> {
  /** Level 2 is needed. */
  readonly frames: boolean
  /** A stretch begins: the machine as it is before the first moment that is matched. */
  readonly begin?: (machine: Moment['machine']) => void
  readonly match: (moment: Moment) => T | null
  /** Told of every moment that is played forward, those before the search begins as well ... */
  readonly see?: (moment: Moment) => void
  /** ... from this event on; left out: where the search begins. */
  readonly from?: number
  /** False to go on. */
  readonly accept: (value: T) => boolean
}

export interface Found<T> {
  readonly how: 'found' | 'none' | 'cancelled'
  readonly at: Position | null
  readonly value: T | null
  /** The state there, where playing ended with it; whoever asked has it now. */
  readonly played: Played | null
}

/** The first accepted match after `from`, or the last one before it. */
export async function search<T>(
  tape: Tape,
  hooks: PlayHooks,
  direction: Direction,
  from: Place,
  quest: Quest<T>,
  standby: Standby | null = null,
): Promise<Found<T>> {
  return direction === 'forward'
    ? await forward(tape, hooks, from, quest, standby)
    : await backward(tape, hooks, from, quest)
}

async function forward<T>(
  tape: Tape,
  hooks: PlayHooks,
  from: Place,
  quest: Quest<T>,
  standby: Standby | null,
): Promise<Found<T>> {
  let found: { at: Position; value: T } | null = null as { at: Position; value: T } | null
  const see = (moment: Moment): boolean => {
    quest.see?.(moment)
    const order = comparePositions(moment, from)
    if (order === 0) quest.begin?.(moment.machine)
    if (order <= 0) return false
    const value = quest.match(moment)
    if (value === null || !quest.accept(value)) return false
    found = { at: placeOf(moment), value }
    return true
  }
  const { frames, begin } = quest
  const told = { frames, from: quest.from ?? from.event, see, begin }
  const played = await tape.play(from.event, told, hooks, standby)
  if (found !== null) return { how: 'found', ...found, played }
  tape.recycle(played.run)
  return nothing(played.how === 'cancelled' ? 'cancelled' : 'none')
}

/** From image to image backwards; in each stretch the matches are met last to first. */
async function backward<T>(
  tape: Tape,
  hooks: PlayHooks,
  from: Place,
  quest: Quest<T>,
): Promise<Found<T>> {
  let until = from
  for (;;) {
    const last = until.step > 0 ? until.event : until.event - 1
    if (last < tape.firstEvent) return nothing('none')
    const start = tape.keyframes.before(last).events
    const matches: { at: Position; value: T }[] = []
    const limit = until
    const see = (moment: Moment): boolean => {
      if (comparePositions(moment, limit) >= 0) return true
      const value = quest.match(moment)
      if (value !== null) matches.push({ at: placeOf(moment), value })
      return false
    }
    const begin = quest.begin
    const played = await tape.play(start, { frames: quest.frames, see, begin }, hooks)
    tape.recycle(played.run)
    if (played.how === 'cancelled') return nothing('cancelled')
    for (const { at, value } of matches.toReversed()) {
      if (quest.accept(value)) return { how: 'found', at, value, played: null }
    }
    // What precedes the first event of a stretch belongs to the stretch before it.
    until = { event: start, step: 0 }
  }
}

function nothing(how: 'none' | 'cancelled'): Found<never> {
  return { how, at: null, value: null, played: null }
}

function placeOf({ event, step, timeNs }: Moment): Position {
  return { event, step, timeNs }
}
