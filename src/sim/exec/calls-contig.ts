/** Calls of CMA and migration: contiguous ranges, isolation from the LRU, moving pages. */
import {
  dma_alloc_from_contiguous,
  dma_release_from_contiguous,
  lockCmaMutex,
  unlockCmaMutex,
} from '../drivers/base/dma-contiguous'
import { EINVAL, ENOMEM } from '../include/linux/errno'
import { REF_ISO } from '../machine/kinds'
import { ref_count } from '../machine/ledger'
import { page_to_pfn, page_zone, pfn_to_page } from '../machine/machine'
import type { Proc } from '../machine/proc'
import { NULL_PAGE, type Page, type Pfn } from '../machine/types'
import {
  createCompactControl,
  isolate_migratepages_range,
  type CompactControl,
} from '../mm/compaction'
import { compact_nodes } from '../mm/compaction_zone'
import { migrate_pages, migrate_prep, putback_movable_pages } from '../mm/migrate'
import { free_contig_range } from '../mm/page_alloc'
import { offline_pages } from '../mm/memory_hotplug'
import { online_pages } from '../mm/memory_online'
import { alloc_contig_range } from '../mm/page_alloc_contig'
import { alloc_migrate_target } from '../mm/page_isolation'
import { isolate_lru_page, putback_lru_page } from '../mm/vmscan'
import { mod_zone_page_state } from '../mm/vmstat'
import { NR_ISOLATED_ANON, NR_ISOLATED_FILE } from '../include/linux/mmzone'
import { page_is_file_cache } from '../include/linux/mm_inline'
import { checkFreeable } from './frames'
import type { Answer, Handlers } from './handler'
import {
  areaOf,
  bind,
  checkRange,
  endOfRange,
  ExecRefusal,
  frame,
  lookUp,
  markGone,
  pageOf,
  pfnOf,
  type Session,
} from './session'
import type { CallOf, PageRef } from './types'

export const CONTIG_CALLS: Handlers<
  | 'alloc_contig_range'
  | 'free_contig_range'
  | 'dma_alloc_from_contiguous'
  | 'dma_release_from_contiguous'
  | 'isolate_migratepages_range'
  | 'putback_movable_pages'
  | 'isolate_lru_page'
  | 'putback_lru_page'
  | 'migrate_pages'
  | 'compact_memory'
  | 'offline_pages'
  | 'online_pages'
> = {
  *alloc_contig_range(x, c) {
    checkRange(x, c.start, c.end)
    const ret = yield* alloc_contig_range(x.m, c.start, c.end, c.migratetype)
    if (ret < 0) return { ret }
    const page = pfn_to_page(x.m, c.start)
    bind(x, c.as, { kind: 'pages', page, count: c.end - c.start, order: 0 })
    return { ret, pfn: c.start }
  },
  free_contig_range: freeContigRange,
  *dma_alloc_from_contiguous(x, c) {
    const area = areaOf(x, c.area)
    const page = yield* dma_alloc_from_contiguous(x.m, area, c.count, c.align)
    bind(x, c.as, { kind: 'pages', page, count: c.count, order: 0 })
    const pfn = pfnOf(x, page)
    if (pfn === null || area === undefined) return { ret: -ENOMEM, pfn: null }
    return { ret: 0, pfn, offset: pfn - area.base_pfn, area: area.name }
  },
  dma_release_from_contiguous: dmaRelease,
  *isolate_migratepages_range(x, c) {
    checkRange(x, c.start, c.end)
    const zone = page_zone(x.m, frame(x, c.start))
    const cc = createCompactControl(zone, c.sync)
    const ret = yield* isolate_migratepages_range(x.m, cc, c.start, c.end, c.unevictable)
    bind(x, c.as, { kind: 'isolated', cc })
    return { ret, pages: cc.migratepages.map((page) => page_to_pfn(x.m, page)) }
  },
  putback_movable_pages: (x, c) => {
    const cc = isolatedList(x, c.pages)
    const pages = cc.migratepages.length
    putback_movable_pages(x.m, cc.migratepages)
    if ('name' in c.pages) markGone(x, c.pages.name)
    return { ret: 0, pages }
  },
  isolate_lru_page: (x, c) => {
    const page = pageOf(x, c.page)
    if (page === NULL_PAGE) return { ret: -EINVAL }
    const ret = isolate_lru_page(x.m, page)
    if (ret === 0) x.isolated.add(page)
    return { ret, pfn: page_to_pfn(x.m, page), count: x.m.mem.count[page] }
  },
  putback_lru_page: (x, c) => {
    const page = pageOf(x, c.page)
    if (page === NULL_PAGE || !x.isolated.has(page) || ref_count(x.m, page, REF_ISO) === 0) {
      throw new ExecRefusal(`pfn ${pfnOf(x, page)} is not isolated by isolate_lru_page`)
    }
    x.isolated.delete(page)
    putback_lru_page(x.m, page)
    return { ret: 0, pfn: page_to_pfn(x.m, page), count: x.m.mem.count[page] }
  },
  migrate_pages: migratePages,
  *compact_memory(x) {
    yield* compact_nodes(x.m)
    return { ret: 0 }
  },
  *offline_pages(x, c) {
    const end = blockEnd(x, c.start, c.end)
    return { ret: yield* offline_pages(x.m, c.start, end - c.start) }
  },
  *online_pages(x, c) {
    const end = blockEnd(x, c.start, c.end)
    return { ret: yield* online_pages(x.m, c.start, end - c.start, c.type) }
  },
}

/** End of a range to take off line; one memory block, or one pageblock without them, by default. */
function blockEnd(x: Session, start: Pfn, given: Pfn | null): Pfn {
  const block = x.m.hotplug.blocks.find((b) => b.startPfn === start)
  return endOfRange(x, start, given, block?.pages ?? 1 << x.m.pageblockOrder)
}

function isolatedList(x: Session, ref: PageRef): CompactControl {
  if ('name' in ref) {
    const { binding, gone } = lookUp(x, ref.name)
    if (binding.kind === 'isolated' && gone < 0) return binding.cc
  }
  throw new ExecRefusal('pages must name what isolate_migratepages_range isolated')
}

/** Range of a call that gives frames back: by name with its length, or by PFN and count. */
function givenBack(x: Session, ref: PageRef, count: number | null): { page: Page; count: number } {
  const page = pageOf(x, ref)
  if (page === NULL_PAGE) return { page, count: 0 }
  if (count !== null) return { page, count }
  if ('name' in ref) {
    const { binding } = lookUp(x, ref.name)
    if (binding.kind === 'pages') return { page, count: binding.count - ref.offset }
  }
  throw new ExecRefusal('the number of pages is missing: count')
}

function freeContigRange(x: Session, c: CallOf<'free_contig_range'>): Answer {
  const { page, count } = givenBack(x, c.start, c.count)
  if (page === NULL_PAGE) return { ret: 0, pfn: null }
  checkFrames(x, page, count)
  free_contig_range(x.m, page_to_pfn(x.m, page), count)
  if ('name' in c.start && c.start.offset === 0) markGone(x, c.start.name)
  return { ret: 0, pfn: page_to_pfn(x.m, page), count }
}

function checkFrames(x: Session, page: Page, count: number): void {
  frame(x, page_to_pfn(x.m, page) + Math.max(0, count - 1))
  for (let at = page; at < page + count; at++) checkFreeable(x, at, 0)
}

/** ret is 1 for true and 0 for false, as the kernel's bool (8.5). */
function* dmaRelease(x: Session, c: CallOf<'dma_release_from_contiguous'>): Proc<Answer> {
  const area = areaOf(x, c.area)
  const { page, count } = givenBack(x, c.page, c.count)
  if (area !== undefined && page !== NULL_PAGE) {
    const pfn = page_to_pfn(x.m, page)
    const isInside = pfn >= area.base_pfn && pfn < area.base_pfn + area.count
    if (isInside && pfn + count > area.base_pfn + area.count) {
      throw new ExecRefusal(`${count} pages from pfn ${pfn} on leave area ${area.name}`)
    }
    if (isInside) checkFrames(x, page, count)
  }
  yield* lockCmaMutex(x.m)
  const released = dma_release_from_contiguous(x.m, area, page, count)
  unlockCmaMutex(x.m)
  if (released && 'name' in c.page && c.page.offset === 0) markGone(x, c.page.name)
  return { ret: released ? 1 : 0, pfn: pfnOf(x, page) }
}

/** Isolates what is on the LRU, moves it as CMA does, and puts back what would not move. */
function* migratePages(x: Session, c: CallOf<'migrate_pages'>): Proc<Answer> {
  const { m } = x
  const list: Page[] = []
  const refused: number[] = []
  const wanted = [...c.pages.map((ref) => pageOf(x, ref))]
  if (c.start !== null && c.end !== null) {
    checkRange(x, c.start, c.end)
    for (let pfn = c.start; pfn < c.end; pfn++) wanted.push(pfn_to_page(m, pfn))
  }
  yield* migrate_prep(m)
  for (const page of wanted) {
    if (page === NULL_PAGE) continue
    if (isolate_lru_page(m, page) !== 0) refused.push(page_to_pfn(m, page))
    else {
      list.push(page)
      const item = page_is_file_cache(m, page) === 1 ? NR_ISOLATED_FILE : NR_ISOLATED_ANON
      mod_zone_page_state(m, page_zone(m, page), item, 1)
    }
  }
  const isolated = list.length
  const ret = yield* migrate_pages(m, list, alloc_migrate_target, c.mode, c.reason)
  const left = list.map((page) => page_to_pfn(m, page))
  putback_movable_pages(m, list)
  return { ret, isolated, left, notIsolated: refused }
}
