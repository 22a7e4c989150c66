// Model of mm/page_alloc.c, v3.9: what a page must look like when it leaves or enters the allocator
// (allocator 1.5.1, 1.5.2, 3.11.1), and compound pages (3.2.6).
import { __GFP_COMP, __GFP_ZERO } from '../include/linux/gfp'
import { PAGE_FLAGS_CHECK_AT_FREE, PG_compound, PG_reclaim } from '../include/linux/page-flags'
import { REF_ALLOC, USE_KERNEL, USE_NONE } from '../machine/kinds'
import { ref_init } from '../machine/ledger'
import { currentTask, page_to_pfn, printk, type Machine } from '../machine/machine'
import { compound_order, PageCompound, PageTail } from '../machine/page'
import { emit } from '../machine/trace'
import type { Page } from '../machine/types'
import { EV_sim_bad_page } from '../trace/events/sim'

const PAGE_MAPPING_ANON = 1
const BAD_PAGE_BURST = 60
const BAD_PAGE_PAUSE_NS = 60e9

/** Reports a page in an impossible state and resets its mapcount; the caller abandons the page. */
export function bad_page(m: Machine, page: Page): void {
  const mem = m.mem
  const pfn = page_to_pfn(m, page)
  const mapcount = (mem.mapcount[page] as number) + 1
  emit(m, EV_sim_bad_page, pfn, mem.count[page], mapcount, mem.flags[page])
  if (mayPrintBadPage(m)) {
    const hex = pfn.toString(16).padStart(5, '0')
    printk(m, `BUG: Bad page state in process ${currentTask(m).comm}  pfn:${hex}`)
  }
  mem.mapcount[page] = -1
}

function mayPrintBadPage(m: Machine): boolean {
  const burst = m.badPages
  if (burst.shown === BAD_PAGE_BURST) {
    if (m.now < burst.resumeNs) {
      burst.suppressed++
      return false
    }
    if (burst.suppressed > 0) {
      printk(m, `BUG: Bad page state: ${burst.suppressed} messages suppressed`)
      burst.suppressed = 0
    }
    burst.shown = 0
  }
  if (burst.shown === 0) burst.resumeNs = m.now + BAD_PAGE_PAUSE_NS
  burst.shown++
  return true
}

/** 0 when nobody maps or refers to the page; one value, so that the columns are read side by side. */
function countsAndMapping(m: Machine, page: Page): number {
  const { mapcount, mapping, count } = m.mem
  return ((mapcount[page] as number) + 1) | (mapping[page] as number) | (count[page] as number)
}

/** Checks one page that is being freed and clears its flags; true when it is bad (1.5.1). */
function free_pages_check(m: Machine, page: Page): boolean {
  const mem = m.mem
  const flags = mem.flags[page] as number
  if ((countsAndMapping(m, page) | (flags & PAGE_FLAGS_CHECK_AT_FREE)) !== 0) {
    bad_page(m, page)
    return true
  }
  mem.flags[page] = 0
  return false
}

/** Makes 2^order pages ready to be free; false when one is bad and the free is abandoned. */
export function free_pages_prepare(m: Machine, page: Page, order: number): boolean {
  const mem = m.mem
  // Only the head's mapping is cleared, and only when it is anonymous (3.3.3).
  if (((mem.mapping[page] as number) & PAGE_MAPPING_ANON) !== 0) mem.mapping[page] = 0
  if (order === 0) {
    if (free_pages_check(m, page)) return false
    mem.use[page] = USE_NONE
    return true
  }
  if (PageCompound(m, page) && !destroy_compound_page(m, page, order)) return false
  let bad = false
  for (let at = page; at < page + (1 << order); at++) if (free_pages_check(m, at)) bad = true
  if (bad) return false
  mem.use.fill(USE_NONE, page, page + (1 << order))
  return true
}

/** Checks one page that is about to be handed out; true when it is bad (1.5.2). */
function check_new_page(m: Machine, page: Page): boolean {
  if ((countsAndMapping(m, page) | (m.mem.flags[page] as number)) === 0) return false
  bad_page(m, page)
  return true
}

/** Hands out 2^order pages: the head gets its one reference; false when a page is bad (3.11.1). */
export function prep_new_page(m: Machine, page: Page, order: number, gfp: number): boolean {
  const mem = m.mem
  const end = page + (1 << order)
  for (let at = page; at < end; at++) if (check_new_page(m, at)) return false
  mem.private[page] = 0
  ref_init(m, page, REF_ALLOC)
  for (let at = page; at < end; at++) recordOwner(m, at)
  if ((gfp & __GFP_ZERO) !== 0) mem.content.fill(0, page, end)
  if (order > 0 && (gfp & __GFP_COMP) !== 0) prep_compound_page(m, page, order)
  return true
}

/** Who got the frame, and with which event; kernel use until the caller says otherwise. */
export function recordOwner(m: Machine, page: Page): void {
  const mem = m.mem
  mem.use[page] = USE_KERNEL
  mem.owner[page] = m.current
  mem.since[page] = m.trace.events
}

/** Tails point to their head through `private` (3.11.1). */
export function prep_compound_page(m: Machine, page: Page, order: number): void {
  const mem = m.mem
  mem.flags[page] = (mem.flags[page] as number) | PG_compound
  mem.prev[page + 1] = order
  for (let tail = page + 1; tail < page + (1 << order); tail++) {
    mem.flags[tail] = (mem.flags[tail] as number) | PG_compound | PG_reclaim
    mem.private[tail] = page
  }
}

/** Dissolves a compound page; false when its state is inconsistent (3.2.6). */
function destroy_compound_page(m: Machine, page: Page, order: number): boolean {
  const mem = m.mem
  if (compound_order(m, page) !== order || PageTail(m, page)) {
    bad_page(m, page)
    return false
  }
  let sound = true
  mem.flags[page] = (mem.flags[page] as number) & ~PG_compound
  for (let tail = page + 1; tail < page + (1 << order); tail++) {
    if (!PageTail(m, tail) || mem.private[tail] !== page) {
      bad_page(m, tail)
      sound = false
    }
    mem.flags[tail] = (mem.flags[tail] as number) & ~(PG_compound | PG_reclaim)
    mem.private[tail] = 0
  }
  return sound
}
