/**
 * Steps of the program that a recording does not list. Each is one of a few the driver's program makes
 * (write or read a page, fork, exit, unmap, lock, flush), is run on the model, and is believed only if
 * the frames shown next then agree in every member.
 */
import { VM_MAYREAD, VM_MAYWRITE, VM_READ } from '../../include/linux/mm'
import { MIGRATE_MOVABLE } from '../../include/linux/mmzone'
import { pfn_to_page } from '../../machine/machine'
import { PTE_WRITE, readPte } from '../../machine/mm_types'
import { PageLRU } from '../../machine/page'
import type { Pfn } from '../../machine/types'
import { alloc_pages, drain_all_pages } from '../../mm/page_alloc'
import { inferred, placed, type Context } from './context'
import { MEMORY_END, MEMORY_START } from './driver'
import {
  addressesOf,
  addressLater,
  isFresh,
  isLocked,
  isNamedLater,
  isOnLru,
  isShmem,
  looksOf,
  nextShown,
  pinnedAfter,
} from './evidence'
import type { EventsLine, FramesLine, FrameState } from './format'
import { differingMembers, observeFrame } from './frames'
import { bringToHead, HOG_GFP, type Wanted } from './placement'

const TOUCH_GFP = 0x200da
const PAGES_PER_TABLE = 512

function movable(pfn: Pfn): Wanted {
  return { pfn, order: 0, gfp: TOUCH_GFP, type: MIGRATE_MOVABLE }
}

/** Addresses in a row for new memory: where a later window finds its frames, else below all others. */
function placeFor(ctx: Context, from: number, pfns: readonly Pfn[]): number {
  const { driver, lines } = ctx
  for (const [k, pfn] of pfns.entries()) {
    const vpn = addressLater(lines, from, pfn)
    if (vpn === null) continue
    const start = vpn - k
    if (pfns.every((_, i) => driver.pfnAt(start + i) === 0)) return start
  }
  if (driver.cursor === MEMORY_END) {
    const used = addressesOf(lines).filter((vpn) => vpn >= MEMORY_START && vpn < MEMORY_END)
    driver.cursor = Math.min(MEMORY_END, ...used)
  }
  driver.cursor -= pfns.length
  // Large buffers begin with a page table of their own.
  if (pfns.length >= PAGES_PER_TABLE) driver.cursor -= driver.cursor % PAGES_PER_TABLE
  return driver.cursor
}

/** Writes pages in a row; each gets its recorded frame, 0 = the model's choice. */
export function touchRow(ctx: Context, start: number, pfns: readonly Pfn[]): void {
  const { driver } = ctx
  for (const [i, pfn] of pfns.entries()) {
    const table = driver.hasTable(start + i) ? [] : [null]
    const wanted = pfn === 0 ? null : movable(pfn)
    // A child that still has the frame is gone by now.
    if (pfn !== 0) driver.exitMappersOf(pfn)
    placed(ctx, [...table, wanted], () => driver.touch(start + i, true))
  }
}

/** Touches memory nobody has seen before; returns its first page number. */
export function touchNew(ctx: Context, at: number, pfns: readonly Pfn[]): number {
  const start = placeFor(ctx, at, pfns)
  touchRow(ctx, start, pfns)
  inferred(ctx, 'write pages', `line ${ctx.lines[at]?.at}: ${pfns.length} pages`)
  return start
}

function isKnown(ctx: Context, pfn: Pfn): boolean {
  if (pfn === 0 || pfn_to_page(ctx.m, pfn) === ctx.m.zero_page) return true
  return ctx.driver.vpnOf(pfn) >= 0
}

/** The frames are new memory of the program: all of them unknown, as after a write, and seen again. */
function showsNewMemory(ctx: Context, at: number, line: FramesLine): boolean {
  if (line.type !== 'pages' || line.pages.length === 0) return false
  const looksNew = (f: FrameState): boolean => isFresh(f) || isLocked(f) || isShmem(f)
  if (!line.pages.every((f) => f.pfn !== 0 && !isKnown(ctx, f.pfn) && looksNew(f))) return false
  return line.pages.some((f) => isNamedLater(ctx.lines, at, f.pfn))
}

function makeNewMemory(ctx: Context, at: number, line: FramesLine): void {
  const pfns = line.pages.map((f) => f.pfn)
  const shmem = line.pages.every(isShmem)
  if (shmem) {
    const start = placeFor(ctx, at, pfns)
    pfns.forEach((pfn, i) => makeShmem(ctx, start + i, pfn))
    inferred(ctx, 'write pages of a tmpfs file', `line ${ctx.lines[at]?.at}`)
    return
  }
  touchNew(ctx, at, pfns)
}

function makeShmem(ctx: Context, vpn: number, pfn: Pfn): void {
  const { driver } = ctx
  const file = driver.mapFile(vpn, true)
  placed(ctx, [movable(pfn)], () => driver.writeFile(file))
  driver.touch(vpn, true)
}

/** A drain is about to run: what the next lines show as flushed must have been done before it. */
export function stepsBeforeDrain(ctx: Context, at: number): void {
  const { lines } = ctx
  const shown = nextShown(lines, at + 1)
  if (shown < 0) return
  const later = lines.slice(at + 1, shown)
  const drainsLater = later.some(
    ({ line }) => line.type === 'call' && line.fn === 'drain' && ((line.mask ?? 0) & 1) !== 0,
  )
  if (drainsLater) return
  const line = lines[shown]?.line
  if (line?.type === 'pages') {
    if (showsNewMemory(ctx, shown, line) && line.pages.some(isOnLru))
      makeNewMemory(ctx, shown, line)
  } else if (line?.type === 'events') {
    const pinned = pinnedAfter(lines, shown)
    if (pinned?.pages.some(isOnLru) === true) prepareWindow(ctx, shown, line)
  } else if (line?.type === 'pfns') {
    touchNew(
      ctx,
      shown,
      line.offsets.map((offset) => line.base + offset),
    )
  }
}

/** Makes the memory that a window of get_user_pages finds. */
export function prepareWindow(ctx: Context, at: number, line: EventsLine): void {
  const seen = new Set<number>()
  for (const { vpn, pfn } of looksOf(line.ev)) {
    if (seen.has(vpn)) continue
    seen.add(vpn)
    preparePage(ctx, at, line, vpn, pfn)
  }
}

function preparePage(ctx: Context, at: number, line: EventsLine, vpn: number, pfn: Pfn): void {
  const { driver, m } = ctx
  const where = `line ${ctx.lines[at]?.at}: "${line.label}"`
  const copies = writeProtects(line, vpn)
  if (driver.pfnAt(vpn) !== 0) {
    if (copies && (readPte(driver.app.mm, vpn) & PTE_WRITE) !== 0) {
      driver.fork()
      driver.exitChild()
      inferred(ctx, 'fork, and the child exits', where)
    }
    return
  }
  if (pfn !== 0 && pfn_to_page(m, pfn) === m.zero_page) {
    driver.touch(vpn, false)
    inferred(ctx, 'read a page', where)
  } else if (pfn !== 0) prepareFound(ctx, at, vpn, pfn, where)
  else if (copies) prepareProtected(ctx, at, line, vpn, where)
  else if (returnsLocked(line, vpn)) prepareFile(ctx, line, vpn, where)
}

/** The window finds a page there at once. */
function prepareFound(ctx: Context, at: number, vpn: number, pfn: Pfn, where: string): void {
  const pinned = pinnedAfter(ctx.lines, at)?.pages.find((frame) => frame.pfn === pfn)
  if (pinned?.kind === 'file') {
    makeShmem(ctx, vpn, pfn)
    inferred(ctx, 'write pages of a tmpfs file', where)
  } else {
    touchRow(ctx, vpn, [pfn])
    inferred(ctx, 'write pages', where)
  }
}

/** The window copies a page that was there read-only: shared with a child, or the zero page. */
function prepareProtected(
  ctx: Context,
  at: number,
  line: EventsLine,
  vpn: number,
  where: string,
): void {
  const { driver, lines } = ctx
  const shared = childsFrame(ctx, at)
  if (shared !== 0) {
    touchRow(ctx, vpn, [shared])
    driver.drainLru()
    driver.fork()
    inferred(ctx, 'write pages, then fork', where)
    return
  }
  const looks = line.ev.filter((e) => e[1] === 'follow_page_mask' && e[0] === 'fn')
  const flags = looks.map((e) => Number(e[3]))
  if (flags.some((f) => (f & 1) !== 0) && flags.some((f) => (f & 1) === 0)) {
    driver.remap(vpn, VM_READ | VM_MAYREAD | VM_MAYWRITE)
  }
  driver.touch(vpn, false)
  inferred(ctx, 'read a page', `${where}, line ${lines[at]?.at}`)
}

/** After a copy, the frame that only a child maps. */
function childsFrame(ctx: Context, at: number): Pfn {
  for (const { line } of ctx.lines.slice(at + 1)) {
    if (line.type === 'events') break
    if (line.type !== 'frames') continue
    const frame = line.pages.find((f) => f.mapcount === 1 && f.count === 1 && f.kind === 'anon')
    if (frame !== undefined && !isKnown(ctx, frame.pfn)) return frame.pfn
  }
  return 0
}

/** A private page of a file; its page of the cache was written before. */
function prepareFile(ctx: Context, line: EventsLine, vpn: number, where: string): void {
  const { driver } = ctx
  const read = looksOf(line.ev).findLast((look) => look.vpn === vpn)
  const copied = line.ev.some((event) => event[0] === 'al' && Number(event[1]) === read?.pfn)
  const file = driver.mapFile(vpn, false)
  const pfn = read !== undefined && !copied ? read.pfn : spareFrame(ctx, ctx.lines.length)
  placed(ctx, [movable(pfn)], () => driver.writeFile(file))
  inferred(ctx, 'write a file and map it privately', where)
}

/** A hogged frame outside CMA that the recording never names: for pages whose frame it does not tell. */
function spareFrame(ctx: Context, tries: number): Pfn {
  const pfn = ctx.driver.takeHogged()
  if (pfn === 0 || tries === 0 || !isNamedLater(ctx.lines, -1, pfn)) return pfn
  return spareFrame(ctx, tries - 1)
}

function faultOf(line: EventsLine, vpn: number): number {
  const address = `0x${(vpn * 4096).toString(16)}`
  return line.ev.findIndex((e) => e[0] === 'fn' && e[1] === 'handle_mm_fault' && e[2] === address)
}

/** The first fault of the page meets an entry that is there but read-only. */
function writeProtects(line: EventsLine, vpn: number): boolean {
  const at = faultOf(line, vpn)
  return at >= 0 && line.ev[at + 1]?.[1] === 'do_wp_page'
}

/** VM_FAULT_LOCKED: the page came from a file. */
function returnsLocked(line: EventsLine, vpn: number): boolean {
  const at = faultOf(line, vpn)
  if (at < 0) return false
  const back = line.ev.slice(at).find((e) => e[0] === 'rt' && e[1] === 'handle_mm_fault')
  return (Number(back?.[2]) & 0x200) !== 0
}

/**
 * Frames a window allocates, or does not find on the LRU where it scans, that the program still maps in
 * the model: it let go of them between the windows.
 */
export function makeRoom(ctx: Context, at: number, line: EventsLine): void {
  const { driver, m } = ctx
  const where = `line ${ctx.lines[at]?.at}: "${line.label}"`
  const freed = new Set<unknown>()
  for (const event of line.ev) {
    if (event[0] === 'fr') freed.add(event[1])
    if (event[0] !== 'al' || freed.has(event[1])) continue
    const pfn = Number(event[1])
    if (pfn > 0 && driver.vpnOf(pfn) >= 0) {
      driver.letGo(pfn)
      inferred(ctx, 'munmap', where)
    }
  }
  makeScanned(ctx, at, line, where)
  for (const pfn of goneFromScan(ctx, line)) {
    const wasInUse = ctx.inUse.has(pfn)
    driver.letGo(pfn)
    inferred(ctx, 'munmap', `${where}, pfn ${pfn}`)
    if (wasInUse && bringToHead(m, pfn_to_page(m, pfn), MIGRATE_MOVABLE)) {
      alloc_pages(m, HOG_GFP, 0)
      inferred(ctx, 'the kernel takes the frame that came free', `${where}, pfn ${pfn}`)
    }
  }
}

/** Pages that the scan takes and that nobody has shown: the recording program's own. */
function makeScanned(ctx: Context, at: number, line: EventsLine, where: string): void {
  const { driver, m } = ctx
  const made = new Set<unknown>()
  for (const event of line.ev) {
    if (event[0] === 'al') made.add(event[1])
    if (event[0] !== 'fn' || event[1] !== '__isolate_lru_page' || made.has(event[2])) continue
    const pfn = Number(event[2])
    made.add(pfn)
    const page = pfn_to_page(m, pfn)
    if (m.mem.count[page] !== 0) continue
    touchRow(ctx, placeFor(ctx, at, [pfn]), [pfn])
    driver.drainLru()
    inferred(ctx, "the recording program's own memory", `${where}, pfn ${pfn}`)
  }
}

/**
 * A window whose first movable or unmovable frame comes with a refill began with an empty per-CPU list.
 */
export function emptyLists(ctx: Context, at: number, line: EventsLine): void {
  const { driver, m } = ctx
  const refills = [0, 2].filter((type) => {
    const first = line.ev.find(
      (e) => (e[0] === 'zl' && e[3] === type) || (e[0] === 'al' && e[4] === type),
    )
    const waiting = m.zones.some((zone) => {
      const head = zone.pageset[0]?.lists[type as 0 | 2] as number
      return m.mem.next[head] !== head
    })
    const before = line.ev.slice(0, first === undefined ? 0 : line.ev.indexOf(first))
    const returned = before.some((e) => e[0] === 'fr' || e[0] === 'dr')
    return first?.[0] === 'zl' && waiting && !returned
  })
  if (refills.length === 0) return
  const where = `line ${ctx.lines[at]?.at}: "${line.label}"`
  if (driver.hogged > 0) {
    driver.hogUntilCma()
    inferred(ctx, 'hog movable frames until one comes from CMA', where)
  } else {
    drain_all_pages(m)
    inferred(ctx, 'drain the per-CPU lists', where)
  }
}

/** Pages of the program on the LRU in a scanned range that the scan does not take. */
function goneFromScan(ctx: Context, line: EventsLine): Pfn[] {
  const { driver, m } = ctx
  const taken = new Set<unknown>()
  const ranges: [number, number][] = []
  let start = 0
  for (const [kind, fn, value] of line.ev) {
    if (fn === '__isolate_lru_page' && kind === 'fn') taken.add(value)
    if (fn !== 'isolate_migratepages_range') continue
    // The scan stops after a batch, at the frame it returns.
    if (kind === 'fn') start = Number(value)
    else ranges.push([start, Number(value)])
  }
  const gone = new Set<Pfn>()
  for (const [start, end] of ranges) {
    for (let pfn = start; pfn < end; pfn++) {
      const page = pfn_to_page(m, pfn)
      if (taken.has(pfn) || !PageLRU(m, page)) continue
      if (driver.vpnOf(pfn) >= 0) gone.add(pfn)
    }
  }
  return [...gone]
}

const MAX_STEPS = 8

/** Finds the steps that explain what a line shows; stops when it agrees or nothing explains it. */
export function inferSteps(ctx: Context, at: number, line: FramesLine): void {
  for (let i = 0; i < MAX_STEPS; i++) {
    const differing = line.pages.filter((f) => differingMembers(ctx.m, f).length > 0)
    if (differing.length === 0) return
    if (!STEPS.some((step) => step(ctx, at, line, differing))) return
  }
}

type Step = (ctx: Context, at: number, line: FramesLine, differing: FrameState[]) => boolean

const newMemory: Step = (ctx, at, line) => {
  if (!showsNewMemory(ctx, at, line)) return false
  makeNewMemory(ctx, at, line)
  return true
}

const putBack: Step = (ctx, _at, line, differing) => {
  const page = ctx.driver.offLru.find((p) =>
    differing.some((f) => pfn_to_page(ctx.m, f.pfn) === p && isOnLru(f)),
  )
  if (page === undefined) return false
  ctx.driver.putBack(page)
  inferred(ctx, 'put a page back on the LRU', line.label)
  return true
}

const flush: Step = (ctx, _at, line, differing) => {
  const waits = (f: FrameState): boolean => {
    const page = pfn_to_page(ctx.m, f.pfn)
    return isOnLru(f) && !PageLRU(ctx.m, page) && inPagevec(ctx, page)
  }
  if (!differing.some(waits)) return false
  ctx.driver.drainLru()
  inferred(ctx, 'flush the LRU vectors', line.label)
  return true
}

function inPagevec(ctx: Context, page: number): boolean {
  return ctx.m.pagevecs.some((v) => v.lru_add.some((pvec) => pvec.includes(page)))
}

const lock: Step = (ctx, _at, line, differing) => {
  const locked = differing.filter((f) => isLocked(f))
  const vpns = locked.map((f) => ctx.driver.vpnOf(f.pfn)).filter((vpn) => vpn >= 0)
  if (vpns.length === 0 || vpns.length < locked.length) return false
  const first = Math.min(...vpns)
  if (Math.max(...vpns) - first !== vpns.length - 1) return false
  if (locked.some((f) => observeFrame(ctx.m, f.pfn).flags.includes('mlocked'))) return false
  ctx.driver.mlock(first, vpns.length)
  inferred(ctx, 'mlock', line.label)
  return true
}

const forks: Step = (ctx, _at, line, differing) => {
  const more = (f: FrameState): boolean => f.mapcount === observeFrame(ctx.m, f.pfn).mapcount + 1
  if (!differing.every((f) => f.mapcount > 1 && more(f))) return false
  ctx.driver.fork()
  inferred(ctx, 'fork', line.label)
  return true
}

const exits: Step = (ctx, _at, line, differing) => {
  if (ctx.driver.children.length === 0) return false
  const less = (f: FrameState): boolean => f.mapcount === observeFrame(ctx.m, f.pfn).mapcount - 1
  const byChild = (f: FrameState): boolean => f.mapcount > 0 || ctx.driver.vpnOf(f.pfn) < 0
  if (!differing.every((f) => less(f) && byChild(f))) return false
  ctx.driver.exitChild()
  inferred(ctx, 'a child exits', line.label)
  return true
}

const unmaps: Step = (ctx, _at, line, differing) => {
  const frame = differing.find((f) => f.mapcount === 0 && ctx.driver.vpnOf(f.pfn) >= 0)
  if (frame === undefined) return false
  ctx.driver.munmap(ctx.driver.vpnOf(frame.pfn), 1)
  inferred(ctx, 'munmap', line.label)
  return true
}

const STEPS: readonly Step[] = [newMemory, putBack, flush, lock, forks, exits, unmaps]
