/** Which events of a run pass a filter: found slice by slice, and kept for the filters used last. */
import type { TextProblem } from '../shared/events'
import { failure, success, type Result } from '../shared/result'
import { compileFilter } from './filter'
import type { EventTest } from './event-log'
import { lowerBound } from './event-index-keys'
import { EXTENTS, extentEnd, extentWord } from './event-frames'
import type { Recording } from './run'
import type { PlayHooks } from './tape'

/** Matches of a filter, by their number. */
export interface Matches {
  readonly count: number
  /** Event number of match `i`, which must exist. */
  readonly at: (i: number) => number
  /** Number of the first match at or behind an event. */
  readonly indexOf: (event: number) => number
}

const MOST_KEPT = 4
/** Rows between two looks at whether it is still wanted. */
const SLICE = 1 << 14
/** As many frames as are told of a filter. */
const MOST_PFNS = 65_536

export class MatchLists {
  readonly #recording: Pick<Recording, 'machine' | 'recorder'>
  /** Used last comes last. */
  readonly #lists = new Map<string, Uint32Array>()

  constructor(recording: Pick<Recording, 'machine' | 'recorder'>) {
    this.#recording = recording
  }

  /** What is wrong with a filter; null when it is one. All events pass the empty one. */
  problem(filter: string): TextProblem | null {
    if (filter.trim() === '') return null
    const compiled = compileFilter(this.#recording.machine, filter)
    return compiled.ok ? null : compiled.error
  }

  /** The matches of a filter; a filter that is none is refused with its column. */
  async of(filter: string, hooks: PlayHooks): Promise<Result<Matches>> {
    const { log } = this.#recording.recorder
    if (filter.trim() === '') return success(allOf(log.length))
    const known = this.#lists.get(filter)
    if (known !== undefined) {
      this.#keep(filter, known)
      return success(listed(known))
    }
    const compiled = compileFilter(this.#recording.machine, filter)
    if (!compiled.ok) {
      const { column, message } = compiled.error
      return failure('bad-input', `${message} (column ${column})`, 'filter')
    }
    const list = await this.#scan(compiled.value, hooks)
    if (list === null) return failure('cancelled', 'the filter was cancelled')
    this.#keep(filter, list)
    return success(listed(list))
  }

  /** Frames that matching events name, ascending, so many at most. */
  async pfnsOf(matches: Matches, hooks: PlayHooks): Promise<Result<Uint32Array<ArrayBuffer>>> {
    const { machine, recorder } = this.#recording
    const named = new Uint8Array(machine.nrPages)
    for (let i = 0; i < matches.count; i++) {
      if (i > 0 && i % SLICE === 0) {
        await hooks.breathe()
        if (hooks.isCancelled()) return failure('cancelled', 'the filter was cancelled')
      }
      forEachExtent(recorder.log, matches.at(i), (first, end) => {
        const from = Math.max(0, first - machine.startPfn)
        named.fill(1, from, Math.max(from, end - machine.startPfn))
      })
    }
    const pfns: number[] = []
    for (let page = 0; page < named.length && pfns.length < MOST_PFNS; page++) {
      if (named[page] === 1) pfns.push(page + machine.startPfn)
    }
    return success(Uint32Array.from(pfns))
  }

  async #scan(test: EventTest, hooks: PlayHooks): Promise<Uint32Array | null> {
    const { log } = this.#recording.recorder
    const slices: number[][] = []
    for (let from = 0; from < log.length; from += SLICE) {
      if (from > 0) {
        hooks.onProgress(from)
        await hooks.breathe()
        if (hooks.isCancelled()) return null
      }
      slices.push(log.scan(from, from + SLICE, test))
    }
    return joined(slices)
  }

  #keep(filter: string, list: Uint32Array): void {
    this.#lists.delete(filter)
    this.#lists.set(filter, list)
    const [oldest] = this.#lists.keys()
    if (this.#lists.size > MOST_KEPT && oldest !== undefined) this.#lists.delete(oldest)
  }
}

function joined(slices: readonly (readonly number[])[]): Uint32Array {
  const list = new Uint32Array(slices.reduce((sum, slice) => sum + slice.length, 0))
  let done = 0
  for (const slice of slices) {
    list.set(slice, done)
    done += slice.length
  }
  return list
}

/** Every event matches: no list is made. */
export function allOf(length: number): Matches {
  return { count: length, at: (i) => i, indexOf: (event) => Math.min(event, length) }
}

export function listed(list: Uint32Array): Matches {
  return {
    count: list.length,
    at: (i) => list[i] as number,
    indexOf: (event) => lowerBound(list, 0, list.length, event),
  }
}

/** Events of the matches [from, to), as far as there are so many. */
export function eventsOf(matches: Matches, from: number, to: number): number[] {
  const count = Math.max(0, Math.min(to, matches.count) - from)
  return Array.from({ length: count }, (_, i) => matches.at(from + i))
}

/** Frames that an event did something to: first and behind the last of each run of them. */
export function forEachExtent(
  log: Recording['recorder']['log'],
  event: number,
  visit: (first: number, end: number) => void,
): void {
  for (const extent of EXTENTS[log.typeAt(event)] ?? []) {
    if (extent.isRange === true) continue
    const first = log.cell(event, extent.first)
    if (first < 0) continue
    visit(first, extentEnd(extent, first, log.cell(event, extentWord(extent))))
  }
}
