/** A zone in the form in which a state is given, so that what is dumped can be fed back. */
import {
  MIGRATE_PCPTYPES,
  MIGRATE_TYPES,
  NR_FREE_CMA_PAGES,
  NR_FREE_PAGES,
} from '../include/linux/mmzone'
import { at as read, listToArray } from '../machine/columns'
import { page_to_pfn, type Machine, type Zone } from '../machine/machine'
import type { Page, Pfn } from '../machine/types'
import { freeListHead } from '../mm/page_alloc_buddy'
import { exactZoneState } from '../mm/vmstat'
import { cachedTypeOnPcp } from './place'

/** Everything of a zone that a state can give. */
export interface ZoneDump {
  readonly name: string
  readonly freeLists: Record<string, Record<string, Pfn[]>>
  readonly pcp: object[]
  readonly watermarks: number[]
  readonly pageblocks: Record<string, string>
  readonly idxdiff: [Pfn, string][]
  readonly managed: number
  readonly present: number
  readonly spanned: number
  readonly reserve: number[]
  readonly NF: number
  readonly NC: number
  readonly NFraw: number
  readonly NCraw: number
  readonly statThreshold: number
}

/** Names of migratetypes as a state writes them. */
export const TYPE_NAMES = [
  'UNMOVABLE',
  'RECLAIMABLE',
  'MOVABLE',
  'RESERVE',
  'CMA',
  'ISOLATE',
] as const

/** Name of a migratetype. */
export function typeName(type: number): string {
  return TYPE_NAMES[type] ?? String(type)
}

/** One zone's free lists, empty ones left out: order, type, heads in list order. */
export function dumpFreeLists(m: Machine, zone: Zone): Record<string, Record<string, Pfn[]>> {
  const out: Record<string, Record<string, Pfn[]>> = {}
  for (let order = 0; order < m.maxOrder; order++) {
    for (const [type, name] of TYPE_NAMES.entries()) {
      const pages = listToArray(m.mem, freeListHead(zone, order, type))
      if (pages.length === 0) continue
      const lists = (out[String(order)] ??= {})
      lists[name] = pages.map((page) => page_to_pfn(m, page))
    }
  }
  return out
}

/** One zone's per-CPU lists; an entry is `pfn`, or `[pfn, type]` where the cached type is another. */
export function dumpPcp(m: Machine, zone: Zone): object[] {
  return zone.pageset.map((pcp, cpu) => {
    const lists: Record<string, (Pfn | [Pfn, string])[]> = {}
    for (let type = 0; type < MIGRATE_PCPTYPES; type++) {
      const pages = listToArray(m.mem, pcp.lists[type] as number)
      if (pages.length === 0) continue
      lists[typeName(type)] = pages.map((page) => pcpEntry(m, page, type))
    }
    return { cpu, count: pcp.count, high: pcp.high, batch: pcp.batch, lists }
  })
}

function pcpEntry(m: Machine, page: Page, type: number): Pfn | [Pfn, string] {
  const cached = read(m.mem.index, page)
  const pfn = page_to_pfn(m, page)
  return cached === cachedTypeOnPcp(m, page, type) ? pfn : [pfn, typeName(cached)]
}

/** Pageblock types of a zone by first PFN. */
export function dumpPageblocks(m: Machine, zone: Zone): Record<string, string> {
  const out: Record<string, string> = {}
  const size = 1 << m.pageblockOrder
  const first = zone.zone_start_pfn - m.startPfn
  for (let page = first & ~(size - 1); page < first + zone.spanned_pages; page += size) {
    out[String(page_to_pfn(m, page))] = typeName(read(m.pageblock, page >> m.pageblockOrder))
  }
  return out
}

/** Everything of a zone that a state can give; feeding it back gives the same zone. */
export function dumpZone(m: Machine, zone: Zone): ZoneDump {
  return {
    name: zone.name,
    freeLists: dumpFreeLists(m, zone),
    pcp: dumpPcp(m, zone),
    watermarks: Array.from(zone.watermark),
    pageblocks: dumpPageblocks(m, zone),
    idxdiff: dumpIdxdiff(m, zone),
    managed: zone.managed_pages,
    present: zone.present_pages,
    spanned: zone.spanned_pages,
    reserve: Array.from(zone.lowmem_reserve),
    NF: exactZoneState(zone, NR_FREE_PAGES),
    NC: exactZoneState(zone, NR_FREE_CMA_PAGES),
    NFraw: read(zone.vm_stat, NR_FREE_PAGES),
    NCraw: read(zone.vm_stat, NR_FREE_CMA_PAGES),
    statThreshold: zone.stat_threshold,
  }
}

/** Free heads whose cached type is not that of their list. */
export function dumpIdxdiff(m: Machine, zone: Zone): [Pfn, string][] {
  const out: [Pfn, string][] = []
  for (let order = 0; order < m.maxOrder; order++) {
    for (let type = 0; type < MIGRATE_TYPES; type++) {
      for (const page of listToArray(m.mem, freeListHead(zone, order, type))) {
        const cached = read(m.mem.index, page)
        if (cached !== type) out.push([page_to_pfn(m, page), typeName(cached)])
      }
    }
  }
  return out
}
