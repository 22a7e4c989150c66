/** `kmem` of crash over the model: free lists, use of memory, frames, zones. */
import { countText, pfnText } from '../../shared/text'
import {
  at,
  exactZoneState,
  list_first,
  MIGRATE_TYPES,
  MIGRATETYPE_NAMES,
  nextInList,
  PAGE_SIZE,
  page_to_pfn,
  pageFlagNames,
  VM_ZONE_STAT_NAMES,
  type Machine,
  type Page,
  type Zone,
} from '../../sim'
import { usedPages } from '../expr/things'
import type { KmemView } from './command'
import { columns } from './print-table'
import { hexText, mappingText } from './print-value'

const KIB = 4
/** Rows of `kmem -p` without a frame: the whole of mem_map would scroll away what matters. */
const MOST_FRAMES = 64

/** A view of the machine; `pfn` only with -p. */
export function kmemText(m: Machine, view: KmemView, pfn: number | null): string {
  switch (view) {
    case 'f':
      return populated(m)
        .map((zone) => freeLists(m, zone))
        .join('\n')
    case 'i':
      return memoryUse(m)
    case 'p':
      return frames(m, pfn)
    case 'z':
      return populated(m).map(zoneText).join('\n')
  }
}

function populated(m: Machine): Zone[] {
  return m.zones.filter((zone) => zone.present_pages !== 0)
}

/** Free blocks by order and by the type of the list they are on. */
function freeLists(m: Machine, zone: Zone): string {
  const free = exactZoneState(zone, 0)
  const head = columns([
    ['ZONE', 'NAME', 'SIZE', 'FREE', 'START_PFN'],
    [zone.idx, zone.name, zone.spanned_pages, free, pfnText(zone.zone_start_pfn)],
  ])
  const rows = Array.from(zone.nr_free, (blocks, order) => [
    order,
    `${countText(KIB << order)}k`,
    blocks,
    blocks << order,
    ...MIGRATETYPE_NAMES.map((_, type) => listLength(m, zone, order, type)),
  ])
  return head + columns([['AREA', 'SIZE', 'BLOCKS', 'PAGES', ...MIGRATETYPE_NAMES], ...rows])
}

function listLength(m: Machine, zone: Zone, order: number, type: number): number {
  const head = at(zone.free_list, order * MIGRATE_TYPES + type)
  let length = 0
  for (let p = list_first(m.mem, head); p !== -1; p = nextInList(m.mem, p, head)) length++
  return length
}

/** What memory is used for, in pages, KiB and parts of the whole. */
function memoryUse(m: Machine): string {
  const sum = (name: (typeof VM_ZONE_STAT_NAMES)[number]): number => {
    const item = VM_ZONE_STAT_NAMES.indexOf(name)
    return m.zones.reduce((pages, zone) => pages + exactZoneState(zone, item), 0)
  }
  const total = m.totalram_pages
  const cma = m.cma.reduce((pages, area) => pages + area.count, 0)
  const handedOut = m.cma.reduce((pages, area) => pages + usedPages(area), 0)
  const free = sum('nr_free_pages')
  const rows: [string, number, number][] = [
    ['TOTAL MEM', total, total],
    ['FREE', free, total],
    ['USED', total - free, total],
    ['ANON', sum('nr_anon_pages'), total],
    ['CACHED', sum('nr_file_pages'), total],
    ['DIRTY', sum('nr_dirty'), total],
    ['WRITEBACK', sum('nr_writeback'), total],
    ['PAGE TABLES', sum('nr_page_table_pages'), total],
    ['PINNED', m.pins.size, total],
    ['TOTAL CMA', cma, total],
    ['CMA FREE', sum('nr_free_cma'), cma],
    ['CMA HANDED OUT', handedOut, cma],
    ['CMA PINNED LONG', m.cmaFramesPinned, cma],
  ]
  return columns([
    ['', 'PAGES', 'KIB', 'PERCENTAGE'],
    ...rows.map(([name, pages, of]) => [name, pages, pages * KIB, partText(name, pages, of)]),
  ])
}

function partText(name: string, pages: number, of: number): string {
  if (name === 'TOTAL MEM' || of === 0) return '----'
  const part = Math.round((pages * 100) / of)
  return `${part}% of TOTAL ${name.startsWith('CMA') ? 'CMA' : 'MEM'}`
}

/** One frame, or the first ones. */
function frames(m: Machine, pfn: number | null): string {
  const head = ['PFN', 'PHYSICAL', 'MAPPING', 'CNT', 'FLAGS']
  if (pfn !== null) return columns([head, frameRow(m, pfn - m.startPfn)])
  const pages = Array.from({ length: m.nrPages }, (_, page) => page).filter(
    (page) => m.zoneOf[page] !== 255,
  )
  const rest = pages.length - MOST_FRAMES
  const more = rest > 0 ? `${countText(rest)} more; name a PFN\n` : ''
  return columns([head, ...pages.slice(0, MOST_FRAMES).map((page) => frameRow(m, page))]) + more
}

function frameRow(m: Machine, page: Page): (string | number)[] {
  const pfn = page_to_pfn(m, page)
  const flags = at(m.mem.flags, page)
  const names = pageFlagNames(flags).join(',')
  return [
    pfnText(pfn),
    (pfn * PAGE_SIZE).toString(16),
    mappingText(m, page),
    at(m.mem.count, page),
    names === '' ? '0' : `${hexText(flags).slice(2)} ${names}`,
  ]
}

function zoneText(zone: Zone): string {
  const [min = 0, low = 0, high = 0] = zone.watermark
  const counters = VM_ZONE_STAT_NAMES.map(
    (name, item) => `  ${name.toUpperCase().padStart(30)}: ${exactZoneState(zone, item)}\n`,
  )
  return [
    `ZONE: ${zone.idx}  NAME: "${zone.name}"\n`,
    `  SIZE: ${zone.spanned_pages}  PRESENT: ${zone.present_pages}  MANAGED: ${zone.managed_pages}`,
    `  MIN/LOW/HIGH: ${min}/${low}/${high}\n`,
    '  VM_STAT:\n',
    ...counters,
  ].join('')
}
