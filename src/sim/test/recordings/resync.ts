/**
 * Takes over the lists of a recorded state. Between windows the recording kernel allocates and frees
 * for itself (tasks, slab, page cache); a state shows the result, and the machine goes on from there.
 */
import { MIGRATETYPE_LETTERS, NR_FREE_CMA_PAGES, NR_FREE_PAGES } from '../../include/linux/mmzone'
import { INIT_LIST_HEAD, list_add_tail } from '../../machine/columns'
import { REF_ALLOC, USE_KERNEL, USE_NONE } from '../../machine/kinds'
import { ref_init, ref_sum } from '../../machine/ledger'
import { page_to_pfn, pfn_to_page, type Machine, type Zone } from '../../machine/machine'
import type { Page, Pfn } from '../../machine/types'
import { freeListHead, set_page_order } from '../../mm/page_alloc_buddy'
import type { StateLine, ZoneState } from './format'

/** Frames that are free in the state although the model's program uses them. */
export function resyncWith(m: Machine, state: StateLine): Pfn[] {
  const wasFree = freePages(m)
  const conflicts: Pfn[] = []
  const nowFree = new Set<Page>()
  for (const [i, zone] of m.zones.entries()) {
    const recorded = state.zones[i]
    if (recorded === undefined) continue
    emptyLists(m, zone)
    placeLists(m, zone, recorded, (page) => {
      nowFree.add(page)
      if (wasFree.has(page)) return
      if (ref_sum(m, page) > 1 || m.mem.mapcount[page] !== -1) conflicts.push(page_to_pfn(m, page))
      m.mem.count[page] = 0
      m.mem.refs[REF_ALLOC * m.nrPages + page] = 0
      m.mem.use[page] = USE_NONE
    })
    placeTypes(m, zone, recorded)
    placeCounters(zone, recorded)
  }
  for (const page of wasFree) {
    if (nowFree.has(page)) continue
    ref_init(m, page, REF_ALLOC)
    m.mem.use[page] = USE_KERNEL
  }
  return conflicts
}

/** Every free frame, and the heads' marks are taken off. */
function freePages(m: Machine): Set<Page> {
  const free = new Set<Page>()
  for (let page = 0; page < m.nrPages; page++) {
    if (m.zoneOf[page] !== 255 && m.mem.count[page] === 0) free.add(page)
    if (m.mem.mapcount[page] === -128) m.mem.mapcount[page] = -1
  }
  return free
}

function emptyLists(m: Machine, zone: Zone): void {
  for (const head of zone.free_list) INIT_LIST_HEAD(m.mem, head)
  zone.nr_free.fill(0)
  for (const pcp of zone.pageset) {
    for (const head of pcp.lists) INIT_LIST_HEAD(m.mem, head)
    pcp.count = 0
  }
}

function placeLists(
  m: Machine,
  zone: Zone,
  recorded: ZoneState,
  claim: (page: Page) => void,
): void {
  for (const [order, lists] of Object.entries(recorded.free)) {
    for (const [letter, pfns] of Object.entries(lists)) {
      const type = MIGRATETYPE_LETTERS.indexOf(letter)
      for (const pfn of pfns) {
        const head = pfn_to_page(m, pfn)
        for (let page = head; page < head + (1 << Number(order)); page++) claim(page)
        set_page_order(m, head, Number(order))
        m.mem.index[head] = type
        list_add_tail(m.mem, head, freeListHead(zone, Number(order), type))
        zone.nr_free[Number(order)] = (zone.nr_free[Number(order)] as number) + 1
      }
    }
  }
  for (const [pfn, type] of recorded.idxdiff) m.mem.index[pfn_to_page(m, pfn)] = type
  for (const state of recorded.pcp) {
    const pcp = zone.pageset[state.cpu]
    if (pcp === undefined) continue
    pcp.count = state.count
    for (const [type, letter] of (['U', 'E', 'M'] as const).entries()) {
      for (const [pfn, cached] of state[letter]) {
        const page = pfn_to_page(m, pfn)
        claim(page)
        m.mem.index[page] = cached
        list_add_tail(m.mem, page, pcp.lists[type] as number)
      }
    }
  }
}

function placeTypes(m: Machine, zone: Zone, recorded: ZoneState): void {
  const first = (zone.zone_start_pfn - m.startPfn) >> m.pageblockOrder
  Array.from(recorded.blocks).forEach((letter, i) => {
    m.pageblock[first + i] = MIGRATETYPE_LETTERS.indexOf(letter)
  })
}

function placeCounters(zone: Zone, recorded: ZoneState): void {
  zone.vm_stat[NR_FREE_PAGES] = recorded.NFraw
  zone.vm_stat_diff[NR_FREE_PAGES] = recorded.NF - recorded.NFraw
  zone.vm_stat[NR_FREE_CMA_PAGES] = recorded.NCraw
  zone.vm_stat_diff[NR_FREE_CMA_PAGES] = recorded.NC - recorded.NCraw
}
