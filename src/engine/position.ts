/** Where in a recording something is: one type for every view, command and link. */
import { timeText } from '../shared/text'

/**
 * A moment of a run. `event` is the event that was emitted last; `step` counts the function entries
 * and returns since then, 0 = at the event itself. The end of a run is the event behind the last.
 */
export interface Position {
  readonly event: number
  readonly step: number
  /** Virtual time, ns. */
  readonly timeNs: number
}

/** Order in a run: negative when `a` comes first. */
export function comparePositions(
  a: Pick<Position, 'event' | 'step'>,
  b: Pick<Position, 'event' | 'step'>,
): number {
  return a.event - b.event || a.step - b.step
}

/** `12031 · 4.00 ms`, or `12031.3 · 4.00 ms` between two events. */
export function positionText(p: Position): string {
  return `${placeText(p)} · ${timeText(p.timeNs)}`
}

/** The part that other commands accept: `12031` or `12031.3`. */
export function placeText(p: Pick<Position, 'event' | 'step'>): string {
  return p.step === 0 ? String(p.event) : `${p.event}.${p.step}`
}
