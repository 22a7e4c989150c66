/** What the calls `page` and `dump` tell. */
import { NR_LRU_LISTS } from '../include/linux/mmzone'
import { pageFlagNames } from '../include/linux/page-flags'
import { at, listToArray } from '../machine/columns'
import { readMapping } from '../machine/huge'
import { mappersOf } from '../machine/inspect'
import { USES } from '../machine/kinds'
import { page_to_pfn, page_zone, type Machine, type Zone } from '../machine/machine'
import {
  is_migration_entry,
  isSwapPte,
  PTE_DIRTY,
  pte_present,
  PTE_SPECIAL,
  PTE_WRITE,
  PTE_YOUNG,
  pteTarget,
  type Pte,
} from '../machine/mm_types'
import { NULL_PAGE, type Page } from '../machine/types'
import { get_pageblock_migratetype, page_order } from '../mm/page_alloc'
import { show_mem } from '../mm/page_alloc_show'
import { vmstat_show, zoneinfo_show } from '../mm/vmstat_show'
import { frag_show, pagetypeinfo_show } from '../mm/vmstat'
import { freeBlockOf, isFree, pcpOf, refsOf } from './frames'
import type { Answer } from './handler'
import { addressOf, pageOf, processOf, type Session } from './session'
import type { CallOf, DumpKind } from './types'
import { dumpFreeLists, dumpPageblocks, dumpPcp, dumpZone, typeName } from './zone-dump'

/** All about one frame, by its number or by the address that maps it. */
export function pageInfo(x: Session, c: CallOf<'page'>): Answer {
  if (c.page !== null) {
    const page = pageOf(x, c.page)
    return page === NULL_PAGE ? { ret: 0, pfn: null } : { ret: 0, ...frameInfo(x.m, page) }
  }
  if (c.addr === null) return { ret: 0, pfn: null }
  const { mm } = processOf(x, c.mm)
  const vpn = Math.floor(addressOf(x, c.addr) / 4096)
  const pte = readMapping(x.m, mm, vpn)
  const entry = pteInfo(x.m, pte)
  if (!pte_present(pte)) return { ret: 0, pfn: null, pte: entry }
  return { ret: 0, ...frameInfo(x.m, pteTarget(pte)), pte: entry }
}

function pteInfo(m: Machine, pte: Pte): object {
  if (pte === 0) return { kind: 'none' }
  if (isSwapPte(pte)) return { kind: 'swap', slot: pteTarget(pte) }
  const write = (pte & PTE_WRITE) !== 0
  const pfn = page_to_pfn(m, pteTarget(pte))
  if (is_migration_entry(pte)) return { kind: 'migration', pfn, write }
  const dirty = (pte & PTE_DIRTY) !== 0
  const young = (pte & PTE_YOUNG) !== 0
  const special = (pte & PTE_SPECIAL) !== 0
  return { kind: 'present', pfn, write, dirty, young, special }
}

function frameInfo(m: Machine, page: Page): Record<string, unknown> {
  const zone = page_zone(m, page)
  const block = typeName(get_pageblock_migratetype(m, page))
  const flags = pageFlagNames(at(m.mem.flags, page))
  const base = {
    pfn: page_to_pfn(m, page),
    zone: zone.name,
    migratetype: block,
    block,
    count: at(m.mem.count, page),
    flags,
  }
  if (isFree(m, page)) return { ...base, mapcount: 0, refs: {}, pins: [], ...freeInfo(m, page) }
  return {
    ...base,
    mapcount: Math.max(0, at(m.mem.mapcount, page) + 1),
    refs: refsOf(m, page),
    pins: (m.pins.get(page) ?? []).map((record) => m.holders[record.holder]?.label ?? ''),
    state: 'used',
    use: USES[at(m.mem.use, page)],
    lru: lruOf(m, zone, page),
    mapping: mappingOf(m, page),
    mappers: mappersOf(m, page),
  }
}

function freeInfo(m: Machine, page: Page): Record<string, unknown> {
  const head = freeBlockOf(m, page)
  if (head >= 0) {
    const type = typeName(at(m.mem.index, head))
    const order = page_order(m, head)
    return head === page
      ? { state: 'free', order, cached: type }
      : { state: 'free', head: page_to_pfn(m, head), order }
  }
  const place = pcpOf(m, page)
  if (place === null) return { state: 'tail' }
  const list = typeName(place.type)
  return { state: 'pcp', cpu: place.cpu, list, cached: typeName(at(m.mem.index, page)) }
}

const LRU_NAMES = [
  'INACTIVE_ANON',
  'ACTIVE_ANON',
  'INACTIVE_FILE',
  'ACTIVE_FILE',
  'UNEVICTABLE',
] as const

function lruOf(m: Machine, zone: Zone, page: Page): string | null {
  if (!pageFlagNames(at(m.mem.flags, page)).includes('lru')) return null
  for (let lru = 0; lru < NR_LRU_LISTS; lru++) {
    if (listToArray(m.mem, at(zone.lru, lru)).includes(page)) return LRU_NAMES[lru] ?? null
  }
  return null
}

/** null, `anon`, or the file and the page's offset in it. */
function mappingOf(m: Machine, page: Page): unknown {
  const mapping = at(m.mem.mapping, page)
  if (mapping === 0) return null
  if ((mapping & 1) !== 0) return 'anon'
  const file = m.address_spaces[mapping >> 2]?.name ?? null
  return { file, index: at(m.mem.index, page) }
}

type Dump = (m: Machine, zones: readonly Zone[]) => Record<string, unknown>

const DUMPS: Readonly<Record<DumpKind, Dump>> = {
  freelists: (m, zones) => ({
    zones: zones.map((z) => ({ name: z.name, freeLists: dumpFreeLists(m, z) })),
  }),
  pcp: (m, zones) => ({ zones: zones.map((z) => ({ name: z.name, pcp: dumpPcp(m, z) })) }),
  pageblocks: (m, zones) => ({
    zones: zones.map((z) => ({ name: z.name, pageblocks: dumpPageblocks(m, z) })),
  }),
  state: (m, zones) => ({ zones: zones.map((z) => dumpZone(m, z)) }),
  buddyinfo: (m) => ({ text: frag_show(m) }),
  pagetypeinfo: (m) => ({ text: pagetypeinfo_show(m) }),
  zoneinfo: (m, zones) => ({ text: zoneinfo_show(m), zones: zones.map(zoneSizes) }),
  vmstat: (m) => ({ text: vmstat_show(m) }),
  show_mem: (m) => ({ lines: show_mem(m) }),
  watermarks: (_m, zones) => ({ zones: zones.map(zoneSizes) }),
  ledger: (m) => ({ pages: ledgerPages(m) }),
  cma_bitmap: (m) => ({ areas: m.cma.map((_, i) => bitmapInfo(m, i)) }),
  lru: (m, zones) => ({ zones: zones.map((z) => ({ name: z.name, lists: lruLists(m, z) })) }),
  dmesg: (m) => ({ lines: m.dmesg.map((line) => line.text) }),
  counters: (m) => ({ counters: { ...m.counters } }),
}

/** One dump; zones in the form in which a state gives them, texts as /proc prints them. */
export function dumpMachine(
  x: Session,
  what: DumpKind,
  zones: readonly Zone[],
): Record<string, unknown> {
  return DUMPS[what](x.m, zones)
}

function zoneSizes(zone: Zone): object {
  return {
    name: zone.name,
    startPfn: zone.zone_start_pfn,
    spanned: zone.spanned_pages,
    present: zone.present_pages,
    managed: zone.managed_pages,
    watermarks: Array.from(zone.watermark),
    reserve: Array.from(zone.lowmem_reserve),
    nr_free: Array.from(zone.nr_free),
    pcp: zone.pageset.map(({ count, high, batch }, cpu) => ({ cpu, count, high, batch })),
    statThreshold: zone.stat_threshold,
  }
}

/** Frames that anybody but their allocator refers to. */
function ledgerPages(m: Machine): object[] {
  const pages: object[] = []
  for (let page = 0; page < m.nrPages; page++) {
    const count = at(m.mem.count, page)
    const refs = count === 0 ? {} : refsOf(m, page)
    if (count === 0 || (count === 1 && 'alloc' in refs)) continue
    const mapcount = at(m.mem.mapcount, page) + 1
    const pins = (m.pins.get(page) ?? []).map((r) => m.holders[r.holder]?.label ?? '')
    pages.push({ pfn: page_to_pfn(m, page), count, mapcount, refs, pins })
  }
  return pages
}

function bitmapInfo(m: Machine, index: number): object {
  const area = m.cma[index]
  if (area === undefined) return {}
  const set: [number, number][] = []
  for (let bit = 0; bit < area.count; bit++) {
    if (area.bitmap[bit] === 0) continue
    const run = set.at(-1)
    if (run !== undefined && run[0] + run[1] === bit) run[1]++
    else set.push([bit, 1])
  }
  const used = set.reduce((n, [, length]) => n + length, 0)
  return { name: area.name, startPfn: area.base_pfn, pages: area.count, used, set }
}

function lruLists(m: Machine, zone: Zone): Record<string, number[]> {
  return Object.fromEntries(
    LRU_NAMES.map((name, lru) => [
      name,
      listToArray(m.mem, at(zone.lru, lru)).map((page) => page_to_pfn(m, page)),
    ]),
  )
}
