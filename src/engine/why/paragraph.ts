/** The explanation in plain words, with the kernel's own terms. */
import { countText, pagesText, pfnText, retText, timeText } from '../../shared/text'
import type { CauseSum, WalkedPosition } from '../../shared/why'
import type { Trouble } from './troubles'
import type { Walk } from './walk'

/** What each cause means to one who reads mm/. */
const MEANS: Readonly<Record<string, string>> = {
  'long pin':
    'the extra reference makes migrate_page_move_mapping() find a count above the expected one, every pass anew, and the holder keeps it until it is done with its buffer',
  'transient pin':
    'the reference goes away by itself; the passes of migrate_pages() were over before',
  'lru pagevec':
    'the page waits in a per-CPU pagevec, which holds a reference and keeps it off the LRU; lru_add_drain_all() would put it there',
  'buffer heads': 'buffer heads hold a reference that try_to_release_page() could not drop',
  'fs metadata': 'its mapping has no migratepage that could move it',
  'transparent huge page': 'v3.9 does not migrate a compound page on this path',
  'free but busy': 'the frame is on no free list and has no count of its own',
  'off the lru': 'somebody else has isolated the page from the LRU',
  'unmovable kernel page': 'the page is not on the LRU, so nothing can move it',
  'bitmap fragmentation':
    'the bitmap of the area has no run that is long enough, though enough of its bits are clear',
  'not enough memory': 'there is not enough memory left for it',
  'lost contiguity':
    'the pages were moved out of CMA when they were pinned, each for itself, and no longer lie side by side; without an IOMMU the device needs one piece',
  'unfilled page':
    'migrate_replace_page() took a count of 1 for a page that had been freed, returned success, and the new frame was never filled',
}

/** One paragraph: what was asked, what was tried, what was in the way, since when, and why that matters. */
export function paragraphOf(
  trouble: Trouble,
  walk: Walk,
  causes: readonly CauseSum[],
  errno: string | null,
): string {
  const least = walk.positions.some((p) => p.truncated) ? 'at least ' : ''
  const sentences = [
    askedText(trouble, walk, errno),
    triedText(walk.positions),
    ...causes.slice(0, 3).map((cause) => causeText(cause, least)),
  ]
  if (causes.length > 3) sentences.push(`${causes.length - 3} more causes are listed.`)
  return sentences.filter((s) => s !== '').join(' ')
}

function askedText(trouble: Trouble, walk: Walk, errno: string | null): string {
  const size = walk.asked > 0 ? ` for ${pagesText(walk.asked)}` : ''
  const what = `${trouble.actor}'s ${trouble.call}${size}`
  if (trouble.ret < 0) return `${what} failed (${retText(trouble.ret, errno)}).`
  const busy = walk.positions.filter((p) => p.ret < 0).length
  return busy > 0
    ? `${what} succeeded, after ${countText(busy)} busy ${busy === 1 ? 'position' : 'positions'}.`
    : `${what} returned ${trouble.ret}.`
}

function triedText(positions: readonly WalkedPosition[]): string {
  const failed = positions.filter((p) => p.ret < 0)
  const first = failed[0]
  const last = failed.at(-1)
  if (first === undefined || last === undefined) return ''
  const attempts = failed.reduce((n, p) => n + p.attempts, 0)
  const where = `[${pfnText(first.startPfn)}, ${pfnText(first.endPfn)})`
  const moves = attempts === 0 ? '' : `, with ${countText(attempts)} calls of unmap_and_move()`
  if (failed.length === 1) return `The range ${where} could not be taken${moves}.`
  return `${countText(failed.length)} positions from ${where} to [${pfnText(last.startPfn)}, ${pfnText(last.endPfn)}) could not be taken${moves}.`
}

function causeText(sum: CauseSum, least: string): string {
  const frames = sum.frames > 0 ? `${least}${pagesText(sum.frames)}: ` : ''
  const who = sum.actor === '' ? '' : ` of ${sum.actor}`
  const since = sum.oldestNs === null ? '' : `, the oldest held for ${timeText(sum.oldestNs)}`
  const label = sum.label === '' || sum.class !== 'long pin' ? '' : ` (${sum.label})`
  const means = MEANS[sum.cause]
  const text = `${frames}${sum.cause}${who}${label}${since}`
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${means === undefined ? '' : `; ${means}`}.`
}
