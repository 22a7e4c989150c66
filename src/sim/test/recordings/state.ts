/** Machines from recorded states, and machines shown in the form of a recorded state. */
import {
  MIGRATE_CMA,
  MIGRATE_MOVABLE,
  MIGRATETYPE_LETTERS,
  NR_FREE_CMA_PAGES,
  NR_FREE_PAGES,
} from '../../include/linux/mmzone'
import { bootMachine } from '../../machine/boot'
import { list_add_tail, listToArray } from '../../machine/columns'
import { REF_ALLOC, USE_NONE } from '../../machine/kinds'
import { page_to_pfn, pfn_to_page, type Machine, type Zone } from '../../machine/machine'
import type { MachineSpec } from '../../machine/types'
import { freeListHead } from '../../mm/page_alloc_buddy'
import { exactZoneState } from '../../mm/vmstat'
import { createKernel, type Kernel } from '../../patches/series'
import type { AreaLine, PcpState, Recording, StateLine, ZoneState } from './format'

/** Added to a cached type that nothing has written since the first recorded state. */
export const NEVER_WRITTEN = 64

/** Frames of the root file system's image, which the boot freed one by one. */
export interface Image {
  readonly pfn: number
  readonly pages: number
}

/** What boot says about itself: the image lies in the middle of RAM, at most 128 MiB up (QEMU). */
export function imageOf(recording: Recording, state: StateLine): Image | null {
  for (const { line } of recording.lines) {
    if (line.type !== 'dmesg') continue
    const freed = /Freeing initrd memory: (\d+)K/.exec(line.text)
    if (freed === null) continue
    const start = Math.min(...state.zones.map((zone) => zone.start))
    const ram = state.zones.reduce((sum, zone) => sum + zone.spanned, 0)
    return { pfn: start + Math.min(ram >> 1, 32768), pages: Number(freed[1]) / 4 }
  }
  return null
}

export function areaOf(recording: Recording): AreaLine {
  const area = recording.lines.find(({ line }) => line.type === 'area')
  return area?.line as AreaLine
}

export function stateOf(recording: Recording, label: string): StateLine {
  for (const { line } of recording.lines) {
    if (line.type === 'state' && line.label === label) return line
  }
  throw new Error(`no state "${label}" in ${recording.path}`)
}

/** Pages of a pageblock: a zone's span over its blocks. */
function pageblockOrder(state: StateLine): number {
  const zone = state.zones[0]
  return zone === undefined ? 10 : Math.round(Math.log2(zone.spanned / zone.blocks.length))
}

/** The machine that a recorded state shows. Every frame on no list is in use. */
export function specOfState(state: StateLine, area: AreaLine): MachineSpec {
  const order = pageblockOrder(state)
  const freeLists: Record<string, Record<string, number[]>> = {}
  const pageblocks: Record<string, number> = {}
  for (const zone of state.zones) {
    for (const [blockOrder, lists] of Object.entries(zone.free)) {
      const into = (freeLists[blockOrder] ??= {})
      for (const [letter, pfns] of Object.entries(lists)) (into[letter] ??= []).push(...pfns)
    }
    Array.from(zone.blocks).forEach((letter, i) => {
      pageblocks[String(zone.start + (i << order))] = MIGRATETYPE_LETTERS.indexOf(letter)
    })
  }
  return {
    name: 'recorded',
    cpus: Math.max(1, ...state.zones.map((zone) => zone.pcp.length)),
    maxOrder: state.zones[0]?.nr_free.length ?? 11,
    pageblockOrder: order,
    zones: state.zones.map((zone) => ({
      name: zone.name,
      startPfn: zone.start,
      pages: zone.spanned,
      managed: zone.managed,
      watermarks: zone.wmark,
    })),
    cma: area.count > 0 ? [{ name: 'default', startPfn: area.base, pages: area.count }] : [],
    cmaAlignmentOrder: 8,
    minFreeKbytes: null,
    boot: [],
    freeLists: freeLists,
    cachedTypes: Object.fromEntries(
      state.zones.flatMap((zone) => zone.idxdiff).map(([pfn, type]) => [String(pfn), type]),
    ),
    pageblocks,
    pcp: null,
    statThreshold: null,
    debugVm: false,
    iommu: true,
    sgChaining: true,
    dmaMaxSegSize: 4194304,
    dmaCacheAlign: 64,
  }
}

/** Boots the machine of a recorded state: lists, per-CPU lists, counters, cached types. */
export function bootRecorded(
  recording: Recording,
  state: StateLine,
  patches: readonly number[],
): Machine {
  const spec = specOfState(state, areaOf(recording))
  const m = bootMachine(spec, testDriverKernel(patches))
  for (const [i, zone] of m.zones.entries()) {
    placePcp(m, zone, state.zones[i] as ZoneState)
    placeCounters(zone, state.zones[i] as ZoneState)
  }
  markNeverWritten(m, imageOf(recording, state))
  return m
}

/**
 * The recording kernel: its test driver passes FOLL_DURABLE itself, so patches 3 and 4 act on the
 * driver's pins also without patch 5, which only makes videobuf2 pass it (P0-3).
 */
function testDriverKernel(patches: readonly number[]): Kernel {
  const has = (p: number): boolean => patches.includes(p)
  const kernel = createKernel({ patches, mode: 'lenient' })
  return { ...kernel, faultAvoidsCma: has(3), migratesAtPin: has(3) && has(4) && has(1) }
}

function placePcp(m: Machine, zone: Zone, state: ZoneState): void {
  for (const recorded of state.pcp) {
    const pcp = zone.pageset[recorded.cpu]
    if (pcp === undefined) continue
    pcp.count = recorded.count
    for (const [type, letter] of (['U', 'E', 'M'] as const).entries()) {
      for (const [pfn, cached] of recorded[letter]) {
        const page = pfn_to_page(m, pfn)
        m.mem.count[page] = 0
        m.mem.refs[REF_ALLOC * m.nrPages + page] = 0
        m.mem.use[page] = USE_NONE
        m.mem.index[page] = cached
        list_add_tail(m.mem, page, pcp.lists[type] as number)
      }
    }
  }
}

/** Counters as recorded: the stored part and the difference not folded yet (errata 1). */
function placeCounters(zone: Zone, state: ZoneState): void {
  zone.vm_stat[NR_FREE_PAGES] = state.NFraw
  zone.vm_stat_diff[NR_FREE_PAGES] = state.NF - state.NFraw
  zone.vm_stat[NR_FREE_CMA_PAGES] = state.NCraw
  zone.vm_stat_diff[NR_FREE_CMA_PAGES] = state.NC - state.NCraw
}

/**
 * States list the cached types of heads alone. Inside free blocks boot left MOVABLE in frames freed
 * one by one and in the first of each chunk (1.9.1), which machine/boot.ts sets; the image's frames are
 * added here. All are marked, so that a type which nobody wrote since can be told from one the model made.
 */
function markNeverWritten(m: Machine, image: Image | null): void {
  if (image !== null) markImage(m, image)
  for (const zone of m.zones) markInsides(m, zone)
}

function markImage(m: Machine, image: Image): void {
  for (let pfn = image.pfn; pfn < image.pfn + image.pages; pfn++) {
    const page = pfn_to_page(m, pfn)
    if (page >= 0 && page < m.nrPages && m.mem.mapcount[page] === -1 && m.mem.count[page] === 0) {
      m.mem.index[page] = MIGRATE_MOVABLE
    }
  }
}

/** Marks all frames of free blocks but the heads. */
function markInsides(m: Machine, zone: Zone): void {
  for (let order = 1; order < m.maxOrder; order++) {
    for (let type = 0; type < MIGRATETYPE_LETTERS.length; type++) {
      for (const head of listToArray(m.mem, freeListHead(zone, order, type))) {
        for (let page = head + 1; page < head + (1 << order); page++) {
          m.mem.index[page] = (m.mem.index[page] as number) | NEVER_WRITTEN
        }
      }
    }
  }
}

/** A frame whose cached type the recording tells for the first time, against what boot's rule says. */
export interface Told {
  readonly pfn: number
  readonly rule: number
  readonly recorded: number
}

/**
 * Takes over cached types of frames that nothing has written since the first state and that the
 * recording now shows for the first time. Returns those that boot's rule had otherwise.
 */
export function learnCachedTypes(m: Machine, state: StateLine): Told[] {
  const told: Told[] = []
  for (const zone of state.zones) {
    const recorded = new Map(zone.idxdiff)
    const learn = (pfn: number, type: number): void => {
      const page = pfn_to_page(m, pfn)
      const cached = m.mem.index[page] as number
      if (cached < NEVER_WRITTEN) return
      if ((cached & ~NEVER_WRITTEN) !== type) {
        // Only what boot can have left is believed: never written, or MOVABLE or CMA once.
        if (![0, MIGRATE_MOVABLE, MIGRATE_CMA].includes(type)) return
        told.push({ pfn, rule: cached & ~NEVER_WRITTEN, recorded: type })
      }
      m.mem.index[page] = type
    }
    for (const lists of Object.values(zone.free)) {
      for (const [letter, pfns] of Object.entries(lists)) {
        for (const pfn of pfns) learn(pfn, recorded.get(pfn) ?? MIGRATETYPE_LETTERS.indexOf(letter))
      }
    }
  }
  return told
}

function cachedType(m: Machine, page: number): number {
  return (m.mem.index[page] as number) & ~NEVER_WRITTEN
}

/** A zone of the machine in the form of a recorded state. */
export function observeZone(m: Machine, zone: Zone): ZoneState {
  const free: Record<string, Record<string, number[]>> = {}
  const idxdiff: [number, number][] = []
  for (let order = 0; order < m.maxOrder; order++) {
    const lists: Record<string, number[]> = {}
    for (const [type, letter] of Array.from(MIGRATETYPE_LETTERS).entries()) {
      const pages = listToArray(m.mem, freeListHead(zone, order, type))
      for (const page of pages) {
        const cached = cachedType(m, page)
        if (cached !== type) idxdiff.push([page_to_pfn(m, page), cached])
      }
      if (pages.length > 0) lists[letter] = pages.map((page) => page_to_pfn(m, page))
    }
    free[String(order)] = lists
  }
  const first = (zone.zone_start_pfn - m.startPfn) >> m.pageblockOrder
  const blocks = m.pageblock.subarray(first, first + (zone.spanned_pages >> m.pageblockOrder))
  return {
    name: zone.name,
    start: zone.zone_start_pfn,
    spanned: zone.spanned_pages,
    managed: zone.managed_pages,
    wmark: [...zone.watermark] as [number, number, number],
    reserve: [...zone.lowmem_reserve],
    NF: exactZoneState(zone, NR_FREE_PAGES),
    NC: exactZoneState(zone, NR_FREE_CMA_PAGES),
    NFraw: zone.vm_stat[NR_FREE_PAGES] as number,
    NCraw: zone.vm_stat[NR_FREE_CMA_PAGES] as number,
    stat_threshold: zone.stat_threshold,
    nr_free: [...zone.nr_free],
    free,
    idxdiff,
    pcp: observePcp(m, zone),
    blocks: Array.from(blocks, (type) => MIGRATETYPE_LETTERS[type]).join(''),
  }
}

function observePcp(m: Machine, zone: Zone): PcpState[] {
  return zone.pageset.map((pcp, cpu) => {
    const [U, E, M] = pcp.lists.map((head) =>
      listToArray(m.mem, head).map((page) => [page_to_pfn(m, page), cachedType(m, page)] as const),
    )
    return {
      cpu,
      count: pcp.count,
      high: pcp.high,
      batch: pcp.batch,
      U: U ?? [],
      E: E ?? [],
      M: M ?? [],
    }
  })
}

/** One difference between two states: where, and both sides as text. */
export interface Difference {
  readonly where: string
  readonly recorded: string
  readonly model: string
}

/** What is compared of a zone; LRU counts and the shares of zones that do not exist are not. */
const MEMBERS = [
  'start',
  'spanned',
  'managed',
  'wmark',
  'reserve',
  'NF',
  'NC',
  'NFraw',
  'NCraw',
  'stat_threshold',
  'nr_free',
  'idxdiff',
  'blocks',
] as const

/** Every difference between the machine and a recorded state, list by list. */
export function compareState(m: Machine, state: StateLine): Difference[] {
  if (m.zones.length !== state.zones.length) {
    return [{ where: 'zones', recorded: `${state.zones.length}`, model: `${m.zones.length}` }]
  }
  return state.zones.flatMap((recorded, i) => {
    const model = observeZone(m, m.zones[i] as Zone)
    return compareZone(recorded, model, m.zones.length)
  })
}

function compareZone(recorded: ZoneState, model: ZoneState, zones: number): Difference[] {
  const differences: Difference[] = []
  const compare = (what: string, a: unknown, b: unknown): void => {
    const [x, y] = [JSON.stringify(a), JSON.stringify(b)]
    if (x !== y)
      differences.push({ where: `zone ${recorded.name}, ${what}`, recorded: x, model: y })
  }
  for (const member of MEMBERS) {
    if (member === 'reserve') compare(member, recorded.reserve.slice(0, zones), model.reserve)
    else if (member === 'idxdiff') compare(member, sorted(recorded.idxdiff), sorted(model.idxdiff))
    else compare(member, recorded[member], model[member])
  }
  for (let order = 0; order < recorded.nr_free.length; order++) {
    for (const letter of MIGRATETYPE_LETTERS) {
      const lists = (zone: ZoneState): readonly number[] => zone.free[String(order)]?.[letter] ?? []
      compare(`free list of order ${order} ${letter}`, lists(recorded), lists(model))
    }
  }
  compare('CPUs', recorded.pcp.length, model.pcp.length)
  for (const [cpu, pcp] of recorded.pcp.entries()) {
    const other = model.pcp[cpu]
    for (const member of ['count', 'high', 'batch', 'U', 'E', 'M'] as const) {
      compare(`per-CPU ${member} of CPU ${cpu}`, pcp[member], other?.[member])
    }
  }
  return differences
}

function sorted(pairs: readonly (readonly [number, number])[]): readonly (readonly number[])[] {
  return [...pairs].sort((a, b) => a[0] - b[0])
}
