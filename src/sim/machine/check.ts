/**
 * Invariants of allocator section 13 and gup-migration 1.6 that the state itself can show. Each
 * violation names its rule, and a frame where there is one. Linear in the number of frames.
 */
import {
  MIGRATE_CMA,
  MIGRATE_ISOLATE,
  MIGRATE_PCPTYPES,
  MIGRATE_TYPES,
  MIGRATETYPE_LETTERS,
  NR_FREE_CMA_PAGES,
  NR_FREE_PAGES,
  NR_LRU_BASE,
  NR_LRU_LISTS,
  PAGEVEC_SIZE,
} from '../include/linux/mmzone'
import { PG_active, PG_lru, PG_unevictable } from '../include/linux/page-flags'
import { exactZoneState } from '../mm/vmstat'
import { NR_REF_KINDS, REF_ALLOC, REF_ISO, USE_CMA_BUFFER, USE_NONE } from './kinds'
import type { Machine, PerCpuPages, Zone } from './machine'
import type { Page } from './types'

export interface CheckOptions {
  /**
   * Nothing is between two steps: no page on a private list, no stray of allocator 4.5.4. Then the
   * free counters and the CMA lists are checked too.
   */
  readonly quiescent: boolean
}

const BUDDY = -128
/** Where a frame was found. */
const ON_NOTHING = 0
const ON_BUDDY = 1
const IN_BLOCK = 2
const ON_PCP = 3
const ON_LRU = 4
const PLACE_NAMES = ['nowhere', 'a free list', 'a free block', 'a per-CPU list', 'an LRU list']
const MAX_VIOLATIONS = 100

interface Check {
  readonly m: Machine
  readonly quiescent: boolean
  readonly place: Uint8Array
  readonly violations: string[]
}

/** Rules that the machine breaks now; empty when it is sound. */
export function check(m: Machine, options: CheckOptions = { quiescent: false }): string[] {
  const c: Check = {
    m,
    quiescent: options.quiescent,
    place: new Uint8Array(m.nrPages),
    violations: [],
  }
  for (const zone of m.zones) {
    checkFreeLists(c, zone)
    checkPagesets(c, zone)
    checkLru(c, zone)
    checkMarks(c, zone)
  }
  checkFrames(c)
  checkReferences(c)
  checkPagevecs(c)
  checkCmaBitmaps(c)
  return c.violations
}

function violate(c: Check, rule: string, what: string): void {
  if (c.violations.length < MAX_VIOLATIONS) c.violations.push(`${rule}: ${what}`)
}

function frame(c: Check, page: Page): string {
  return `pfn ${page + c.m.startPfn}`
}

function claim(c: Check, page: Page, place: number): void {
  const before = c.place[page] as number
  if (before !== ON_NOTHING) {
    violate(
      c,
      'INV-22',
      `${frame(c, page)} is on ${PLACE_NAMES[before]} and on ${PLACE_NAMES[place]}`,
    )
  }
  c.place[page] = place
}

/** Pages of a list head first; a list that does not end is a violation, not a hang. */
function* pagesOf(c: Check, head: number, rule: string): Generator<Page, void, void> {
  const { next, prev } = c.m.mem
  let steps = 0
  for (let page = next[head] as number; page !== head; page = next[page] as number) {
    if (page < 0 || page >= c.m.nrPages || ++steps > c.m.nrPages) {
      violate(c, rule, `a list leaves the frame map or does not end at ${page}`)
      return
    }
    if (prev[next[page] as number] !== page) violate(c, rule, `${frame(c, page)} is linked one way`)
    yield page
  }
}

function checkFreeLists(c: Check, zone: Zone): void {
  const { m } = c
  let nf = 0
  let nc = 0
  for (let order = 0; order < m.maxOrder; order++) {
    let length = 0
    for (let type = 0; type < MIGRATE_TYPES; type++) {
      const head = zone.free_list[order * MIGRATE_TYPES + type] as number
      for (const page of pagesOf(c, head, 'INV-01')) {
        length++
        checkFreeBlock(c, zone, page, order, type)
        const block = m.pageblock[page >> m.pageblockOrder]
        if (block !== MIGRATE_ISOLATE) nf += 1 << order
        if (block === MIGRATE_CMA) nc += 1 << order
      }
    }
    if (length !== zone.nr_free[order]) {
      violate(
        c,
        'INV-01',
        `${zone.name} order ${order}: nr_free ${zone.nr_free[order]}, listed ${length}`,
      )
    }
  }
  if (c.quiescent && countersAreExact(m)) checkCounters(c, zone, nf, nc)
}

/** Elsewhere real per-CPU lists break them for good, as in the kernel of the time (6.7.1). */
function countersAreExact(m: Machine): boolean {
  const transparent = m.zones.every((zone) => zone.pageset.every((pcp) => pcp.high === 0))
  return m.pageblockOrder === m.maxOrder - 1 || transparent
}

function checkCounters(c: Check, zone: Zone, nf: number, nc: number): void {
  const NF = exactZoneState(zone, NR_FREE_PAGES)
  const NC = exactZoneState(zone, NR_FREE_CMA_PAGES)
  // A frame taken while its pageblock was isolated was subtracted twice (4.5.4).
  const short = zone.strays
  if (NF + short !== nf) {
    violate(c, 'INV-06', `${zone.name}: NF ${NF}, ${nf} pages on lists, ${short} strays`)
  }
  if (short === 0 ? NC !== nc : NC > nc) {
    violate(c, 'INV-07', `${zone.name}: NC ${NC}, ${nc} CMA pages on lists`)
  }
  if (NC < 0 || NC > NF + short) violate(c, 'INV-07', `${zone.name}: NC ${NC} of NF ${NF}`)
}

function checkFreeBlock(c: Check, zone: Zone, page: Page, order: number, type: number): void {
  const { m } = c
  const { mapcount, count } = m.mem
  const size = 1 << order
  const zoneEnd = zone.zone_start_pfn - m.startPfn + zone.spanned_pages
  claim(c, page, ON_BUDDY)
  if ((page & (size - 1)) !== 0 || page + size > zoneEnd || m.zoneOf[page] !== zone.idx) {
    violate(c, 'INV-02', `${frame(c, page)} is no place for a block of order ${order}`)
    return
  }
  if (mapcount[page] !== BUDDY || m.mem.private[page] !== order || count[page] !== 0) {
    violate(c, 'INV-02', `${frame(c, page)} on an order ${order} list is not marked as its head`)
  }
  for (let at = page + 1; at < page + size; at++) {
    claim(c, at, IN_BLOCK)
    if (mapcount[at] === BUDDY || count[at] !== 0) {
      violate(c, 'INV-03', `${frame(c, at)} inside a free block is a head or has references`)
    }
  }
  if (isFreeBlock(m, zone, page ^ size, order)) {
    violate(c, 'INV-05', `${frame(c, page)} and its free buddy of order ${order} are not merged`)
  }
  // A stray may come back through a per-CPU list to an ISOLATE list, whatever its pageblock is now.
  const strayed = zone.strays > 0 && type === MIGRATE_ISOLATE
  if (c.quiescent && cmaIsAligned(m) && !strayed) checkCmaList(c, page, type)
}

/** A free block that another of its order would merge with. */
function isFreeBlock(m: Machine, zone: Zone, page: Page, order: number): boolean {
  return (
    order < m.maxOrder - 1 &&
    page < m.nrPages &&
    m.mem.mapcount[page] === BUDDY &&
    m.mem.private[page] === order &&
    m.zoneOf[page] === zone.idx
  )
}

function cmaIsAligned(m: Machine): boolean {
  const mask = (1 << (m.maxOrder - 1)) - 1
  return m.cma.every((area) => ((area.base_pfn | area.count) & mask) === 0)
}

function checkCmaList(c: Check, page: Page, type: number): void {
  const block = c.m.pageblock[page >> c.m.pageblockOrder] as number
  if ((block === MIGRATE_CMA) !== (type === MIGRATE_CMA)) {
    const letters = `${MIGRATETYPE_LETTERS[block]} pageblock, ${MIGRATETYPE_LETTERS[type]} list`
    violate(c, 'INV-08', `${frame(c, page)}: ${letters}`)
  }
}

function checkPagesets(c: Check, zone: Zone): void {
  for (const [cpu, pcp] of zone.pageset.entries()) {
    let length = 0
    for (const type of [0, 1, 2] as const) length += checkPcpList(c, zone, pcp, type)
    if (length !== pcp.count) {
      violate(c, 'INV-13', `${zone.name} cpu ${cpu}: count ${pcp.count}, listed ${length}`)
    }
  }
}

function checkPcpList(c: Check, zone: Zone, pcp: PerCpuPages, type: 0 | 1 | 2): number {
  const { mem } = c.m
  let length = 0
  for (const page of pagesOf(c, pcp.lists[type], 'INV-13')) {
    length++
    claim(c, page, ON_PCP)
    if (mem.count[page] !== 0 || mem.mapcount[page] === BUDDY) {
      violate(c, 'INV-13', `${frame(c, page)} on a per-CPU list has references or is a block head`)
    }
    if (c.m.zoneOf[page] !== zone.idx) violate(c, 'INV-13', `${frame(c, page)} is of another zone`)
    const cached = mem.index[page] as number
    if (type < 2 && cached > MIGRATE_PCPTYPES) {
      violate(
        c,
        'INV-15',
        `${frame(c, page)} of type ${MIGRATETYPE_LETTERS[cached]} is not on the M list`,
      )
    }
  }
  return length
}

function checkLru(c: Check, zone: Zone): void {
  for (let lru = 0; lru < NR_LRU_LISTS; lru++) {
    let length = 0
    for (const page of pagesOf(c, zone.lru[lru] as number, 'INV-21')) {
      length++
      claim(c, page, ON_LRU)
      checkLruFlags(c, page, lru)
    }
    const counted = exactZoneState(zone, NR_LRU_BASE + lru)
    if (counted !== length) {
      violate(c, 'INV-21', `${zone.name} LRU list ${lru}: counter ${counted}, listed ${length}`)
    }
  }
}

function checkLruFlags(c: Check, page: Page, lru: number): void {
  const flags = c.m.mem.flags[page] as number
  const active = lru === 1 || lru === 3
  if ((flags & PG_active) !== 0 && !active) {
    violate(c, 'INV-21', `${frame(c, page)} is active but on LRU list ${lru}`)
  }
  if ((flags & PG_unevictable) !== 0 && lru !== 4) {
    violate(c, 'INV-21', `${frame(c, page)} is unevictable but on LRU list ${lru}`)
  }
}

function checkMarks(c: Check, zone: Zone): void {
  const [min = 0, low = 0, high = 0] = zone.watermark
  if (min > low || low > high) violate(c, 'INV-32', `${zone.name}: marks ${min} ${low} ${high}`)
  for (let idx = 0; idx <= zone.idx; idx++) {
    if (zone.lowmem_reserve[idx] !== 0) {
      violate(c, 'INV-32', `${zone.name} keeps pages from zone ${idx}`)
    }
  }
}

/** Every frame is free, on a per-CPU list, or in use; LRU membership agrees with its flag. */
function checkFrames(c: Check): void {
  const { m, place } = c
  const { flags, use } = m.mem
  for (let page = 0; page < m.nrPages; page++) {
    const at = place[page] as number
    const isFree = at === ON_BUDDY || at === IN_BLOCK || at === ON_PCP
    if (isFree !== (use[page] === USE_NONE)) {
      const what = isFree ? 'is free but has a use' : 'has no use but is on no free list'
      violate(c, 'INV-04', `${frame(c, page)} ${what}`)
    }
    const onLru = ((flags[page] as number) & PG_lru) !== 0
    if (onLru !== (at === ON_LRU)) {
      const flag = `PG_lru ${onLru ? 'set' : 'clear'}`
      violate(c, 'INV-21', `${frame(c, page)}: ${flag}, on ${PLACE_NAMES[at]}`)
    }
    checkCounts(c, page, isFree, at === ON_BUDDY)
  }
}

function checkCounts(c: Check, page: Page, isFree: boolean, isHead: boolean): void {
  const count = c.m.mem.count[page] as number
  const raw = c.m.mem.mapcount[page] as number
  if (isFree && (count !== 0 || (raw !== -1 && raw !== BUDDY))) {
    violate(c, 'REF-30', `${frame(c, page)} is free with count ${count}, mapcount ${raw + 1}`)
  }
  if (!isHead && (raw < -1 || count < raw + 1)) {
    violate(c, 'INV-19', `${frame(c, page)}: count ${count}, mapcount ${raw + 1}`)
  }
}

/** `_count` is the sum of the references by kind; an isolated page is off the LRU. */
function checkReferences(c: Check): void {
  const { m } = c
  const { refs, count, flags } = m.mem
  const sums = new Int32Array(m.nrPages)
  for (let kind = 0; kind < NR_REF_KINDS; kind++) {
    const base = kind * m.nrPages
    for (let page = 0; page < m.nrPages; page++) {
      sums[page] = (sums[page] as number) + (refs[base + page] as number)
    }
  }
  const iso = REF_ISO * m.nrPages
  for (let page = 0; page < m.nrPages; page++) {
    if (sums[page] !== count[page]) {
      violate(c, 'REF-29', `${frame(c, page)}: count ${count[page]}, references ${sums[page]}`)
    }
    if (refs[iso + page] !== 0 && ((flags[page] as number) & PG_lru) !== 0) {
      violate(c, 'REF-30', `${frame(c, page)} is isolated and has PG_lru`)
    }
  }
}

function checkPagevecs(c: Check): void {
  const seen = new Set<Page>()
  for (const [cpu, vecs] of c.m.pagevecs.entries()) {
    for (const vec of [...vecs.lru_add, vecs.lru_rotate, vecs.lru_deactivate, vecs.activate_page]) {
      if (vec.length > PAGEVEC_SIZE)
        violate(c, 'INV-24', `cpu ${cpu}: a pagevec holds ${vec.length}`)
    }
    for (const page of vecs.lru_add.flat()) {
      if (seen.has(page)) violate(c, 'INV-22', `${frame(c, page)} waits twice for the LRU`)
      seen.add(page)
    }
  }
}

/** A bit is set exactly for frames that a live contiguous allocation owns. */
function checkCmaBitmaps(c: Check): void {
  const { m } = c
  for (const area of m.cma) {
    const first = area.base_pfn - m.startPfn
    for (let i = 0; i < area.count; i++) {
      const page = first + i
      const owned = m.mem.refs[REF_ALLOC * m.nrPages + page] !== 0
      const isBuffer = owned && m.mem.use[page] === USE_CMA_BUFFER
      if (isBuffer !== (area.bitmap[i] === 1)) {
        violate(c, 'INV-25', `${frame(c, page)}: bit ${area.bitmap[i]}, allocated ${isBuffer}`)
      }
    }
  }
}
