/** Where in a recording something is: one type for every view, command and link. */
import type { Place, PlaceAt } from '../shared/place'
import { timeText } from '../shared/text'

/** A moment of a run. */
export type Position = PlaceAt

/** Order in a run: negative when `a` comes first. */
export function comparePositions(a: Place, b: Place): number {
  return a.event - b.event || a.step - b.step
}

/** `12031 · 4.00 ms`, or `12031.3 · 4.00 ms` between two events. */
export function positionText(p: Position): string {
  return `${placeText(p)} · ${timeText(p.timeNs)}`
}

/** The part that other commands accept: `12031` or `12031.3`. */
export function placeText(p: Place): string {
  return p.step === 0 ? String(p.event) : `${p.event}.${p.step}`
}
