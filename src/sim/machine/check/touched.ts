/**
 * The check for machines too large to be checked whole after each command: counters and bounds of
 * every zone, and the frames that the events since the last time named.
 */
import { MIGRATE_ISOLATE, NR_FREE_CMA_PAGES, NR_FREE_PAGES } from '../../include/linux/mmzone'
import { PG_lru } from '../../include/linux/page-flags'
import { exactZoneState } from '../../mm/vmstat'
import { eventType } from '../../trace/catalogue'
import { check, type CheckOptions } from '../check'
import { USE_NONE } from '../kinds'
import { PageTail } from '../page'
import { ref_sum } from '../ledger'
import type { Machine, Zone } from '../machine'
import type { TraceSink } from '../trace'
import type { Page } from '../types'
import { checkZoneSetup } from './blocks'
import { BUDDY, countersAreExact, frame, hasStrays, violate, type Check } from './context'
import { checkTail } from './frames'
import { isFreeBlock } from './free-lists'
import { checkPagevecs } from './lru'

/** Machines up to this many frames are checked whole after every command. */
const FULL_CHECK_PAGES = 8192
/** Larger ones once in this many commands. */
const FULL_CHECK_EVERY = 4096

/** Checks a machine command by command, as thoroughly as its size allows. */
export class CommandChecker implements TraceSink {
  readonly #m: Machine
  readonly #next: TraceSink | null
  readonly #touched = new Set<Page>()
  #commands = 0
  fullChecks = 0

  /** Listens to the machine's events and hands them on to the sink that was there. */
  constructor(m: Machine) {
    this.#m = m
    this.#next = m.trace.sink
    m.trace.sink = this
  }

  event(type: number, task: number, timeNs: number, a: number, b: number, c: number, d: number) {
    this.#next?.event(type, task, timeNs, a, b, c, d)
    const page = a - this.#m.startPfn
    if (page >= 0 && page < this.#m.nrPages && eventType(type).aIsPfn) this.#touched.add(page)
  }

  /** To be called after each command: what is broken now. */
  afterCommand(options: CheckOptions): string[] {
    this.#commands++
    const isSmall = this.#m.nrPages <= FULL_CHECK_PAGES
    const broken =
      isSmall || this.#commands % FULL_CHECK_EVERY === 0
        ? this.#checkWhole(options)
        : checkTouched(this.#m, this.#touched, options)
    this.#touched.clear()
    return broken
  }

  #checkWhole(options: CheckOptions): string[] {
    this.fullChecks++
    return check(this.#m, options)
  }
}

/** The counters of every zone and the given frames; sees less than `check`, in far less time. */
export function checkTouched(
  m: Machine,
  pages: Iterable<Page>,
  options: CheckOptions = { quiescent: false },
): string[] {
  const { quiescent, atRest = quiescent } = options
  const c: Check = { m, quiescent, atRest, place: new Uint8Array(0), violations: [] }
  for (const zone of m.zones) {
    checkZoneCounters(c, zone)
    checkZoneSetup(c, zone)
  }
  checkPagevecs(c)
  for (const page of pages) checkFrame(c, page)
  return c.violations
}

function checkZoneCounters(c: Check, zone: Zone): void {
  for (const [order, blocks] of zone.nr_free.entries()) {
    if (blocks < 0) violate(c, 'INV-01', `${zone.name} order ${order}: nr_free ${blocks}`)
  }
  if (c.quiescent && countersAreExact(c.m) && !hasStrays(zone)) checkFreeCounters(c, zone)
  for (const [cpu, pcp] of zone.pageset.entries()) {
    const most = pcp.high === 0 ? 0 : pcp.high + 3 * pcp.batch - 1
    if (pcp.count < 0 || pcp.count > most) {
      violate(c, 'INV-14', `${zone.name} cpu ${cpu}: count ${pcp.count}, high ${pcp.high}`)
    }
  }
}

function checkFreeCounters(c: Check, zone: Zone): void {
  const nf = exactZoneState(zone, NR_FREE_PAGES)
  const nc = exactZoneState(zone, NR_FREE_CMA_PAGES)
  let listed = 0
  for (const [order, blocks] of zone.nr_free.entries()) listed += blocks << order
  if (nf !== listed && !hasIsolatedBlock(c.m)) {
    violate(c, 'INV-06', `${zone.name}: NF ${nf}, nr_free says ${listed}`)
  }
  if (nc < 0 || nc > nf) violate(c, 'INV-07', `${zone.name}: NC ${nc} of NF ${nf}`)
}

function hasIsolatedBlock(m: Machine): boolean {
  return m.pageblock.includes(MIGRATE_ISOLATE)
}

function checkFrame(c: Check, page: Page): void {
  const { m } = c
  const { count, mapcount, use, flags } = m.mem
  const raw = mapcount[page] as number
  if (ref_sum(m, page) !== count[page]) {
    violate(c, 'REF-29', `${frame(c, page)}: count ${count[page]}, references ${ref_sum(m, page)}`)
  }
  const head = enclosingHead(m, page)
  if (head >= 0) checkBlockAround(c, page, head)
  else if (use[page] === USE_NONE) checkLinks(c, page, 'INV-04')
  else if (PageTail(m, page)) checkTail(c, page)
  else if (raw < -1 || (count[page] as number) < raw + 1) {
    violate(c, 'INV-19', `${frame(c, page)}: count ${count[page]}, mapcount ${raw + 1}`)
  }
  if (((flags[page] as number) & PG_lru) !== 0) checkLinks(c, page, 'INV-21')
}

/** Head of the free block that the frame lies in; -1 when there is none. */
function enclosingHead(m: Machine, page: Page): Page {
  for (let order = 0; order < m.maxOrder; order++) {
    const head = page & ~((1 << order) - 1)
    const isHead = m.mem.mapcount[head] === BUDDY
    if (isHead && page < head + (1 << (m.mem.private[head] as number))) return head
  }
  return -1
}

function checkBlockAround(c: Check, page: Page, head: Page): void {
  const { m } = c
  const order = m.mem.private[head] as number
  const zone = m.zones[m.zoneOf[head] as number]
  if (order < 0 || order >= m.maxOrder || (head & ((1 << order) - 1)) !== 0 || !zone) {
    violate(c, 'INV-02', `${frame(c, head)} is no place for a block of order ${order}`)
    return
  }
  if (m.mem.use[page] !== USE_NONE) violate(c, 'INV-04', `${frame(c, page)} is free but has a use`)
  if (m.mem.count[page] !== 0) violate(c, 'INV-03', `${frame(c, page)} is free with references`)
  if (isFreeBlock(m, zone, head ^ (1 << order), order)) {
    violate(c, 'INV-05', `${frame(c, head)} and its free buddy of order ${order} are not merged`)
  }
  checkLinks(c, head, 'INV-01')
}

/** A frame on a list is where its neighbours say it is. */
function checkLinks(c: Check, page: Page, rule: string): void {
  const { next, prev } = c.m.mem
  if (prev[next[page] as number] !== page || next[prev[page] as number] !== page) {
    violate(c, rule, `${frame(c, page)} is on no list`)
  }
}
