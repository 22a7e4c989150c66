/** Adds up what a walk met, and finds causes that no single frame shows. */
import type { CauseSum, WalkedPosition } from '../../shared/why'
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
export function contiguityCause(walk: Walk, trouble: Trouble, iommu: boolean): CauseSum[] {
  if (trouble.call !== 'VIDIOC_QBUF' || trouble.ret >= 0) return []
  const held = [...walk.pinned]
  const isOnePiece = held.every((pfn, i) => i === 0 || pfn === (held[i - 1] as number) + 1)
  if (walk.replaced === 0 || iommu || isOnePiece) return []
  return [without('kernel', 'lost contiguity', trouble.actor, walk.replaced)]
}

/**
 * The device found other contents than the program wrote: migrate_replace_page gave frames out without a
 * copy, as it took a count of 1 for a page that had been freed (DEF-2).
 */
export function unfilledCause(walk: Walk, trouble: Trouble): CauseSum[] {
  if (walk.unfilled === 0) return []
  return [without('kernel', 'unfilled page', trouble.actor, walk.unfilled)]
}
