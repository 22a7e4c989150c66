/**
 * The moments shortly before a place, as playing there told them: a step back finds what it looks for here
 * and need not play a stretch once more.
 */
import { comparePositions, type Position } from './position'
import type { Moment } from './moment'

/** What a step rule reads of a moment. */
export interface StepMoment {
  readonly kind: Moment['kind']
  readonly task: number
  /** Functions of the running task that are entered, this one included. */
  readonly depth: number
  /** The function entered or left. */
  readonly frame: { readonly event: number; readonly step: number } | null
}

const LENGTH = 2048
const KINDS = ['event', 'enter', 'leave'] as const

export class Trail {
  /** Of each moment: kind, task, depth, event, step, time, and where its frame was entered (-1: none). */
  readonly #cells = new Float64Array(LENGTH * 8)
  #noted = 0

  /** Another play begins: what was noted does not precede it. */
  clear(): void {
    this.#noted = 0
  }

  note(m: Moment): void {
    const at = (this.#noted++ % LENGTH) * 8
    const cells = this.#cells
    cells[at] = KINDS.indexOf(m.kind)
    cells[at + 1] = m.task
    cells[at + 2] = m.depth
    cells[at + 3] = m.event
    cells[at + 4] = m.step
    cells[at + 5] = m.timeNs
    cells[at + 6] = m.frame?.event ?? -1
    cells[at + 7] = m.frame?.step ?? -1
  }

  /** The last moment before a place that is accepted; null when none of those noted is. */
  lastBefore(
    place: Position,
    accepts: (moment: StepMoment) => boolean,
  ): (Pick<StepMoment, 'kind' | 'task' | 'depth'> & { readonly at: Position }) | null {
    const first = Math.max(0, this.#noted - LENGTH)
    for (let n = this.#noted - 1; n >= first; n--) {
      const [kind = 0, task = 0, depth = 0, event = 0, step = 0, timeNs = 0, entered = 0, nth = 0] =
        this.#cells.subarray((n % LENGTH) * 8, (n % LENGTH) * 8 + 8)
      const at = { event, step, timeNs }
      if (comparePositions(at, place) >= 0) continue
      const frame = entered < 0 ? null : { event: entered, step: nth }
      const name = KINDS[kind] ?? 'event'
      if (accepts({ kind: name, task, depth, frame })) return { at, kind: name, task, depth }
    }
    return null
  }
}
