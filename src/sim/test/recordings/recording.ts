/** Reads recordings of the real kernel and shows a machine in their form. Format: README.md. */
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { MIGRATETYPE_LETTERS, NR_FREE_CMA_PAGES, NR_FREE_PAGES } from '../../include/linux/mmzone'
import { listToArray } from '../../machine/columns'
import { page_to_pfn, type Machine, type Zone } from '../../machine/machine'
import type { FreeLists, MachineSpec } from '../../machine/types'
import { freeListHead } from '../../mm/page_alloc_buddy'
import { exactZoneState } from '../../mm/vmstat'

export interface PcpState {
  readonly cpu: number
  readonly count: number
  readonly high: number
  readonly batch: number
  readonly U: readonly (readonly [number, number])[]
  readonly E: readonly (readonly [number, number])[]
  readonly M: readonly (readonly [number, number])[]
}

export interface ZoneState {
  readonly name: Zone['name']
  readonly start: number
  readonly spanned: number
  readonly managed: number
  readonly wmark: readonly [number, number, number]
  readonly reserve: readonly number[]
  readonly NF: number
  readonly NC: number
  readonly NFraw: number
  readonly NCraw: number
  readonly stat_threshold: number
  readonly nr_free: readonly number[]
  readonly free: FreeLists
  /** Free heads whose cached type is not that of their list: [pfn, cached type]. */
  readonly idxdiff: readonly (readonly [number, number])[]
  readonly pcp: readonly PcpState[]
  readonly blocks: string
}

export interface RecordedState {
  readonly type: 'state'
  readonly label: string
  readonly zones: readonly ZoneState[]
}

export interface RecordedOp {
  readonly i: number
  readonly op: string
  readonly s?: number
  readonly gfp?: string
  readonly o?: number
  readonly a?: number
  readonly b?: number
  readonly c?: number
  readonly r: number
  readonly n: readonly number[]
  readonly ev: readonly (readonly (string | number)[])[]
}

interface RecordedArea {
  readonly type: 'area'
  readonly base: number
  readonly count: number
}

interface RecordedPfns {
  readonly type: 'pfns'
  readonly label: string
  readonly base: number
  readonly offsets: readonly number[]
}

/** A named operation with its return value; arguments differ by function. */
interface RecordedCall {
  readonly type: 'call'
  readonly fn: string
  readonly label?: string
  readonly ret?: number
}

interface RecordedFill {
  readonly type: 'fill'
  readonly page: number
  readonly from: string
  readonly pfn: number
}

export interface Recording {
  readonly area: RecordedArea
  readonly states: ReadonlyMap<string, RecordedState>
  readonly ops: readonly RecordedOp[]
  readonly fills: readonly RecordedFill[]
  readonly calls: readonly RecordedCall[]
  /** Frames of a buffer in the order of its pages, as offsets from the area's start, by label. */
  readonly offsets: ReadonlyMap<string, readonly number[]>
}

type Line = RecordedState | RecordedArea | RecordedPfns | RecordedFill | RecordedCall | RecordedOp

export function readRecording(name: string): Recording {
  const file = new URL(`${name}.jsonl.gz`, import.meta.url)
  const lines = gunzipSync(readFileSync(file)).toString().trim().split('\n')
  const states = new Map<string, RecordedState>()
  const ops: RecordedOp[] = []
  const fills: RecordedFill[] = []
  let area: RecordedArea = { type: 'area', base: 0, count: 0 }
  const calls: RecordedCall[] = []
  const offsets = new Map<string, readonly number[]>()
  for (const text of lines) {
    const line = JSON.parse(text) as Line
    if ('op' in line) ops.push(line)
    else if (line.type === 'state') states.set(line.label, line)
    else if (line.type === 'area') area = line
    else if (line.type === 'pfns') offsets.set(line.label, line.offsets)
    else if (line.type === 'call') calls.push(line)
    else fills.push(line)
  }
  return { area, states, ops, fills, calls, offsets }
}

export function stateOf(recording: Recording, label: string): RecordedState {
  const state = recording.states.get(label)
  if (state === undefined) throw new Error(`no state "${label}" in the recording`)
  return state
}

/** The machine that a recorded state shows. Every frame on no list is in use. */
export function specOfState(state: RecordedState, area: RecordedArea): MachineSpec {
  const freeLists: Record<string, Record<string, number[]>> = {}
  const pageblocks: Record<string, number> = {}
  for (const zone of state.zones) {
    for (const [order, lists] of Object.entries(zone.free)) {
      const into = (freeLists[order] ??= {})
      for (const [letter, pfns] of Object.entries(lists)) (into[letter] ??= []).push(...pfns)
    }
    Array.from(zone.blocks).forEach((letter, i) => {
      pageblocks[String(zone.start + i * 1024)] = MIGRATETYPE_LETTERS.indexOf(letter)
    })
  }
  return {
    name: 'recorded',
    cpus: 1,
    maxOrder: 11,
    pageblockOrder: 10,
    zones: state.zones.map((zone) => ({
      name: zone.name,
      startPfn: zone.start,
      pages: zone.spanned,
      managed: zone.managed,
      watermarks: zone.wmark,
    })),
    cma: [{ name: 'default', startPfn: area.base, pages: area.count }],
    cmaAlignmentOrder: 8,
    minFreeKbytes: null,
    boot: [],
    freeLists,
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

/** A zone of the machine in the form of a recorded state. */
export function observeZone(m: Machine, zone: Zone): ZoneState {
  const free: Record<string, Record<string, number[]>> = {}
  const idxdiff: [number, number][] = []
  for (let order = 0; order < m.maxOrder; order++) {
    const lists: Record<string, number[]> = {}
    for (const [type, letter] of Array.from(MIGRATETYPE_LETTERS).entries()) {
      const pages = listToArray(m.mem, freeListHead(zone, order, type))
      for (const page of pages) {
        const cached = m.mem.index[page] as number
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
      listToArray(m.mem, head).map(
        (page) => [page_to_pfn(m, page), m.mem.index[page] as number] as const,
      ),
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

/** A recorded zone with what the machine does not show (LRU counts, the empty zone's reserve) left out. */
export function comparable(m: Machine, zone: ZoneState): ZoneState {
  const { name, start, spanned, managed, wmark, NF, NC, NFraw, NCraw } = zone
  const { stat_threshold, nr_free, free, idxdiff, pcp, blocks } = zone
  const reserve = zone.reserve.slice(0, m.zones.length)
  return {
    ...{ name, start, spanned, managed, wmark, reserve, NF, NC, NFraw, NCraw },
    ...{ stat_threshold, nr_free, free, idxdiff, pcp, blocks },
  }
}
