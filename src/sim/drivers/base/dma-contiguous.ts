// Model of drivers/base/dma-contiguous.c, v3.9, with CONFIG_CMA_DEBUG (allocator section 8; MIG-1).
import { EBUSY, ENOMEM } from '../../include/linux/errno'
import { MIGRATE_CMA } from '../../include/linux/mmzone'
import { bitmap_clear, bitmap_find_next_zero_area, bitmap_set } from '../../lib/bitmap'
import { USE_CMA_BUFFER } from '../../machine/kinds'
import { page_to_pfn, pfn_to_page, printk, type CmaArea, type Machine } from '../../machine/machine'
import { enter, leave, type Proc } from '../../machine/proc'
import { emit } from '../../machine/trace'
import { NULL_PAGE, type Page } from '../../machine/types'
import { free_contig_range } from '../../mm/page_alloc'
import { alloc_contig_range } from '../../mm/page_alloc_contig'
import { pageText } from '../../trace/event'
import {
  EV_sim_cma_alloc,
  EV_sim_cma_alloc_ret,
  EV_sim_cma_release,
  EV_sim_cma_try,
  EV_sim_cma_try_ret,
} from '../../trace/events/sim'
import { frameEnter, frameLeave, frameLocal } from '../../trace/frames'

const NO_OWNER = -1

/** Waits for the one mutex of all areas and takes it; whoever holds it may sleep for long (7.2.7). */
export function* lockCmaMutex(m: Machine): Proc<void> {
  const mutex = m.cma_mutex
  while (mutex.owner !== NO_OWNER) {
    yield { at: 'wait', why: 'cma_mutex', until: () => mutex.owner === NO_OWNER }
  }
  mutex.owner = m.current
}

export function unlockCmaMutex(m: Machine): void {
  m.cma_mutex.owner = NO_OWNER
}

/**
 * `count` contiguous frames of the area, aligned to 2^align relative to its start, or NULL_PAGE. A
 * busy position is followed by the next aligned one; any other error ends the search (8.3).
 */
export function* dma_alloc_from_contiguous(
  m: Machine,
  area: CmaArea | undefined,
  count: number,
  align: number,
): Proc<Page> {
  if (area === undefined || area.count === 0) return NULL_PAGE
  const order = Math.min(align, m.spec.cmaAlignmentOrder)
  // struct cma has no modelled address, so the area is named.
  printk(m, `cma: dma_alloc_from_contiguous(cma ${area.name}, count ${count}, align ${order})`)
  if (count === 0) return NULL_PAGE
  enter(m, 'dma_alloc_from_contiguous', count, align, m.cma.indexOf(area))
  emit(m, EV_sim_cma_alloc, area.base_pfn, count, order, m.cma.indexOf(area))
  yield* lockCmaMutex(m)
  const result = yield* searchArea(m, area, count, order)
  unlockCmaMutex(m)
  const pfn = result.page === NULL_PAGE ? -1 : page_to_pfn(m, result.page)
  printk(m, `cma: dma_alloc_from_contiguous(): returned ${pageText(pfn)}`)
  emit(m, EV_sim_cma_alloc_ret, pfn, count, result.ret)
  return leave(m, result.page)
}

/**
 * The area a device's requests are served from: its own if it has one, else the default one, which is
 * also what no device at all gets (8.1.5). Undefined when there is neither.
 */
export function dev_get_cma_area(m: Machine, device: string | null): CmaArea | undefined {
  const own = device === null ? undefined : m.cma.find((area) => area.device === device)
  return own ?? m.cma.find((area) => area.device === null)
}

interface SearchResult {
  readonly page: Page
  /** 0, or why there is no page: -EBUSY after busy positions only, -ENOMEM when none was free. */
  readonly ret: number
}

function* searchArea(m: Machine, area: CmaArea, count: number, order: number): Proc<SearchResult> {
  const mask = (1 << order) - 1
  let from = 0
  let ret = -ENOMEM
  for (;;) {
    const pageno = bitmap_find_next_zero_area(area.bitmap, area.count, from, count, mask)
    if (pageno >= area.count) return { page: NULL_PAGE, ret }
    const pfn = area.base_pfn + pageno
    const page = pfn_to_page(m, pfn)
    frameLocal(m, 'pageno', pageno)
    frameLocal(m, 'pfn', pfn)
    emit(m, EV_sim_cma_try, pfn, pfn + count)
    ret = yield* alloc_contig_range(m, pfn, pfn + count, MIGRATE_CMA)
    frameLocal(m, 'ret', ret)
    emit(m, EV_sim_cma_try_ret, pfn, pfn + count, ret)
    if (ret === 0) {
      bitmap_set(area.bitmap, pageno, count)
      for (let at = page; at < page + count; at++) {
        m.mem.use[at] = USE_CMA_BUFFER
        m.mem.owner[at] = m.current
      }
      return { page, ret }
    }
    if (ret !== -EBUSY) return { page: NULL_PAGE, ret }
    printk(
      m,
      `cma: dma_alloc_from_contiguous(): memory range at ${pageText(pfn)} is busy, retrying`,
    )
    from = pageno + mask + 1
  }
}

/**
 * Gives a range back; false when it does not begin in the area (8.5). The bits are cleared whether or
 * not every page becomes free. Does not sleep: a caller beside other CMA users takes lockCmaMutex
 * around it, as the kernel function does itself.
 */
export function dma_release_from_contiguous(
  m: Machine,
  area: CmaArea | undefined,
  page: Page,
  count: number,
): boolean {
  if (area === undefined || page === NULL_PAGE) return false
  const pfn = page_to_pfn(m, page)
  if (pfn < area.base_pfn || pfn >= area.base_pfn + area.count) return false
  frameEnter(m, 'dma_release_from_contiguous', page, count, m.cma.indexOf(area))
  bitmap_clear(area.bitmap, pfn - area.base_pfn, count)
  free_contig_range(m, pfn, count)
  emit(m, EV_sim_cma_release, pfn, count)
  frameLeave(m, 'dma_release_from_contiguous', 1)
  return true
}
