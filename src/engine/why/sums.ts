/** Adds up what a walk met, and finds causes that no single frame shows. */
import type { CauseSum, WalkedPosition } from '../../shared/why'
import { EV_sim_replace_page } from '../../sim'
import type { EventLog } from '../event-log'
import type { Trouble } from './troubles'
import type { Walk } from './walk'

/** Blocking frames by cause and holder, most frames first. */
export function sumOf(positions: readonly WalkedPosition[]): CauseSum[] {
  const sums = new Map<string, CauseSum & { pfns: Set<number> }>()
  for (const { blocking } of positions) {
    for (const frame of blocking) {
      const key = `${frame.cause} ${frame.actor}`
      const known = sums.get(key)
      const pfns = (known?.pfns ?? new Set<number>()).add(frame.pfn)
      const ages = [known?.oldestNs ?? null, frame.ageNs].filter((ns) => ns !== null)
      sums.set(key, {
        class: frame.class,
        cause: frame.cause,
        actor: frame.actor,
        label: known?.label ?? frame.label.replace(/ index \d+$/, ''),
        frames: pfns.size,
        oldestNs: ages.length === 0 ? null : Math.max(...ages),
        pfns,
      })
    }
  }
  return [...sums.values()]
    .map(({ pfns: _pfns, ...sum }) => sum)
    .toSorted((x, y) => y.frames - x.frames || (x.cause < y.cause ? -1 : 1))
}

function without(cls: CauseSum['class'], cause: string, actor: string, frames: number): CauseSum {
  return { class: cls, cause, actor, label: '', frames, oldestNs: null }
}

/** No position was tried, or none was busy: the area has no run that is free, or memory was short. */
export function roomCause(walk: Walk, trouble: Trouble): CauseSum[] {
  if (trouble.ret >= 0) return []
  if (walk.asked === 0) return [without('no room', 'not enough memory', trouble.actor, 0)]
  const cause = walk.bitmapFree < walk.asked ? 'not enough memory' : 'bitmap fragmentation'
  return [without('no room', cause, trouble.actor, walk.asked)]
}

/**
 * QBUF got all its pages, yet they lie in several pieces that a device without IOMMU cannot use
 * (gup-migration 5.2, DEF-12): they were one piece before the series moved some.
 */
export function contiguityCause(walk: Walk, trouble: Trouble, log: EventLog): CauseSum[] {
  if (trouble.call !== 'VIDIOC_QBUF' || trouble.ret >= 0) return []
  const moved = replacedIn(log, trouble)
  const held = walk.pins.length > 0 ? walk.pins : moved
  const pieces = held.filter((pfn, i) => i > 0 && pfn !== (held[i - 1] as number) + 1).length + 1
  if (moved.length === 0 || walk.iommu || pieces < 2) return []
  return [without('kernel', 'lost contiguity', trouble.actor, moved.length)]
}

/** Target frames of the pages the call's patches replaced. */
function replacedIn(log: EventLog, { task, callEvent, retEvent }: Trouble): number[] {
  const frames: number[] = []
  for (let event = callEvent; event <= retEvent; event++) {
    const row = log.row(event)
    if (row.task !== task || row.type.id !== EV_sim_replace_page || row.c !== 0) continue
    frames.push(row.b)
  }
  return frames
}

/**
 * The device found other contents than the program wrote: migrate_replace_page gave frames out without a
 * copy, as it took a count of 1 for a page that had been freed (DEF-2).
 */
export function unfilledCause(walk: Walk, trouble: Trouble): CauseSum[] {
  if (walk.unfilled === 0) return []
  return [without('kernel', 'unfilled page', trouble.actor, walk.unfilled)]
}
