/** Which recorded events a session file can have of each side, and what becomes of those it has. Pure. */
import type { RunId } from '../../../shared/run'
import { MAX_SESSION_BYTES, type ArchiveInfo, type SessionRun } from '../../../shared/session'
import { countText, kernelLine } from '../../../shared/text'
import { canonical, ownNode, type Work } from './session-doc'
import { SIDES, type SideName } from './side'

export type BySide<T> = Readonly<Record<SideName, T>>

/** The recorded events of a session file that was opened or saved. */
export interface Held {
  /** The whole file: the browser may keep it outside of the page's memory. */
  readonly file: Blob
  readonly name: string
  /** Null where it is out of the page's reach: it was a download, or an upload. */
  readonly path: string | null
  readonly events: BySide<ArchiveInfo | null>
  /** The runs as they are in the file. */
  readonly runs: BySide<SessionRun>
  /** What the user said of it: sides that are saved with their events from now on; null before that. */
  readonly decided: BySide<boolean> | null
}

/** Where the events of a side come from. */
export type ArchiveSource =
  | { readonly from: 'run'; readonly run: RunId; readonly text: string }
  /** Its run cannot be made: those of the file stay. */
  | { readonly from: 'kept'; readonly share: number; readonly text: string }
  | { readonly from: 'none'; readonly text: string }

export function archiveSources(work: Work, held: Held | null): BySide<ArchiveSource> {
  return { a: sourceOf(work, held, 'a'), b: sourceOf(work, held, 'b') }
}

function sourceOf(work: Work, held: Held | null, side: SideName): ArchiveSource {
  const own = ownNode(work, side)
  if (own?.run != null) {
    const { recipe, events } = own.summary
    const text = `${recipe.scenario}, ${kernelLine(recipe.kernel)}: ${countText(events)} events`
    return { from: 'run', run: own.run, text }
  }
  const kept = held?.events[side] ?? null
  if (held === null || kept === null || keptProof(work, held, side) === undefined) {
    return { from: 'none', text: 'its run did not come to an end: there is nothing to record' }
  }
  const all = SIDES.reduce((sum, name) => sum + (held.events[name]?.events ?? 0), 0)
  const text = `${countText(kept.events)} events as ${held.name} has them`
  return { from: 'kept', share: all === 0 ? 0 : kept.events / all, text }
}

/** The proof in the file of a run that could not be made again; undefined where the side is another run now. */
export function keptProof(work: Work, held: Held, side: SideName): SessionRun['proof'] | undefined {
  if (ownNode(work, side) !== null) return undefined
  const { recipe, proof } = held.runs[side]
  const wanted = work.recipeOf(work.sides[side].kernel)
  return canonical(wanted) === canonical(recipe) ? proof : undefined
}

/** Sides whose recorded events a file has. */
export function sidesOf({ events }: Held): SideName[] {
  return SIDES.filter((side) => (events[side]?.events ?? 0) > 0)
}

/** `A`, `A and B`. */
export function sidesText(sides: readonly SideName[]): string {
  return sides.map((side) => side.toUpperCase()).join(' and ')
}

/** Bytes of a session besides its recorded events, at most. */
const REST = 200_000

/** Why so much cannot be saved; null when it can. */
export function sizeRefusal(sizes: readonly number[]): string | null {
  const bytes = sizes.reduce((sum, size) => sum + size, 0)
  if (bytes + REST <= MAX_SESSION_BYTES) return null
  const most = countText(MAX_SESSION_BYTES)
  const what = sizes.length > 1 ? 'save the events of one side' : 'export the run as ftrace text'
  return `These are about ${countText(bytes)} bytes, and a session file has at most ${most}: ${what}.`
}

/** What becomes of the recorded events that a file has when the session is saved without them. */
export function lossText(held: Held, saved: { readonly path: string | null }): string {
  const what = `the recorded events of ${sidesText(sidesOf(held))}`
  return held.path !== null && held.path === saved.path
    ? `Without ${what}: only the version before has them, ${held.name}~.`
    : `Without ${what}: ${held.name} has them.`
}
