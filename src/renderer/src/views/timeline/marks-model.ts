/** Marks of a run: what the engine tells, where the runs part, and the user's bookmarks; pure. */
import type { Divergence } from '../../../../shared/compare'
import type { MarkKind, TimelineMark } from '../../../../shared/timeline'
import type { Bookmark } from '../../stores/bookmarks'
import type { SideName } from '../../stores/side'
import { xOf, type TimeRange } from './view-model'

export type ShownKind = MarkKind | 'divergence' | 'bookmark'

export interface Mark extends Omit<TimelineMark, 'kind'> {
  readonly kind: ShownKind
}

/** A sign besides the colour, as a path in a box of 16, and what it is called. */
export const KINDS: Readonly<Record<ShownKind, { readonly path: string; readonly name: string }>> =
  {
    failure: { path: 'M4 4l8 8M12 4l-8 8', name: 'Failed' },
    divergence: { path: 'M8 14V9L3 3M8 9l5-6', name: 'The runs part' },
    intervention: { path: 'M8 2l6 6-6 6-6-6z', name: 'Changed from outside' },
    bookmark: { path: 'M4 2h8v12l-4-4-4 4z', name: 'Bookmark' },
    position: { path: 'M4 3v10M12 3v10M4 8h8', name: 'Tried position' },
  }
const RANKS = Object.keys(KINDS)

/** All marks of a run, by event. */
export function marksOf(
  side: SideName,
  told: readonly TimelineMark[],
  divergence: Divergence | null,
  bookmarks: readonly Omit<Bookmark, 'id'>[],
): Mark[] {
  const own = bookmarks
    .filter((bookmark) => bookmark.side === side)
    .map(({ event, timeNs, note }): Mark => ({ kind: 'bookmark', event, timeNs, text: note }))
  const marks: Mark[] = [...told, ...own]
  if (divergence !== null) {
    const { event, timeNs, name } = divergence[side]
    const text = divergence.missing === side ? `the other run goes on from ${name}` : name
    marks.push({ kind: 'divergence', event, timeNs, text })
  }
  return marks.toSorted((x, y) => x.event - y.event)
}

/** `Failed: codec -ENOMEM`. */
export function markText({ kind, text }: Mark): string {
  return text === '' ? KINDS[kind].name : `${KINDS[kind].name}: ${text}`
}

export interface PlacedMark {
  readonly x: number
  /** What a click goes to. */
  readonly mark: Mark
  readonly text: string
}

/** Room of one sign. */
export const MARK_WIDTH = 12

/** Marks in sight, left to right; where there is room for one only, the weightiest speaks for all. */
export function placeMarks(marks: readonly Mark[], view: TimeRange, width: number): PlacedMark[] {
  const groups: { x: number; members: Mark[] }[] = []
  for (const mark of marks) {
    if (mark.timeNs < view.fromNs || mark.timeNs > view.toNs) continue
    const x = xOf(view, width, mark.timeNs)
    const last = groups.at(-1)
    if (last !== undefined && x - last.x < MARK_WIDTH) last.members.push(mark)
    else groups.push({ x, members: [mark] })
  }
  return groups.flatMap(({ members }) => {
    const [first, ...others] = members.toSorted((x, y) => rank(x) - rank(y))
    if (first === undefined) return []
    const texts = [first, ...others].slice(0, 6).map(markText)
    if (members.length > 6) texts.push(`and ${members.length - 6} more`)
    return [{ x: xOf(view, width, first.timeNs), mark: first, text: texts.join('\n') }]
  })
}

function rank({ kind }: Mark): number {
  return RANKS.indexOf(kind)
}

/** The next (1) or previous (-1) mark from an event; null beyond the last. */
export function markFrom(marks: readonly Mark[], event: number, by: 1 | -1): Mark | null {
  const found =
    by === 1 ? marks.find((m) => m.event > event) : marks.findLast((m) => m.event < event)
  return found ?? null
}
