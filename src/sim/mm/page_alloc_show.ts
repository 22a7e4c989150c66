// Model of mm/page_alloc.c, v3.9: the memory report of the kernel log and the dump of one page
// (allocator 12.6.1, 12.6.2).
import {
  MIGRATE_TYPES,
  MIGRATETYPE_LETTERS,
  NR_ACTIVE_ANON,
  NR_ACTIVE_FILE,
  NR_BOUNCE,
  NR_FILE_DIRTY,
  NR_FILE_MAPPED,
  NR_FILE_PAGES,
  NR_FREE_CMA_PAGES,
  NR_FREE_PAGES,
  NR_INACTIVE_ANON,
  NR_INACTIVE_FILE,
  NR_ISOLATED_ANON,
  NR_ISOLATED_FILE,
  NR_KERNEL_STACK,
  NR_MLOCK,
  NR_PAGETABLE,
  NR_SHMEM,
  NR_SLAB_RECLAIMABLE,
  NR_SLAB_UNRECLAIMABLE,
  NR_UNEVICTABLE,
  NR_UNSTABLE_NFS,
  NR_WRITEBACK,
  NR_WRITEBACK_TEMP,
} from '../include/linux/mmzone'
import { pageFlagNames, PG_compound, PG_reclaim } from '../include/linux/page-flags'
import { page_to_pfn, type Machine, type Zone } from '../machine/machine'
import { page_mapcount } from '../machine/page'
import type { Page } from '../machine/types'
import { hexPointer, pagePointer } from '../trace/pointer'
import { zone_page_state } from './vmstat'
import { global_page_state, lowmemReserveColumns, reclaimState } from './vmstat_show'

const KIB = 4

/** `Normal: 1*4kB (C) 0*8kB = 4kB`: a zone's free blocks by order, with the types on the lists. */
export function freeAreaLine(m: Machine, zone: Zone): string {
  let line = `${zone.name}: `
  let total = 0
  for (let order = 0; order < m.maxOrder; order++) {
    const nr = zone.nr_free[order] as number
    total += nr << order
    line += `${nr}*${KIB << order}kB `
    if (nr > 0) line += `(${listedTypes(m, zone, order)}) `
  }
  return `${line}= ${total * KIB}kB`
}

/** Letters of the types whose list of this order has blocks, in the order of the types. */
function listedTypes(m: Machine, zone: Zone, order: number): string {
  let letters = ''
  for (let type = 0; type < MIGRATE_TYPES; type++) {
    const head = zone.free_list[order * MIGRATE_TYPES + type] as number
    if (m.mem.next[head] !== head) letters += MIGRATETYPE_LETTERS.charAt(type)
  }
  return letters
}

/** Counters of the zone line in its order; null stands for what is no counter. */
const ZONE_LINE: readonly (readonly [string, number | null])[] = [
  ['active_anon', NR_ACTIVE_ANON],
  ['inactive_anon', NR_INACTIVE_ANON],
  ['active_file', NR_ACTIVE_FILE],
  ['inactive_file', NR_INACTIVE_FILE],
  ['unevictable', NR_UNEVICTABLE],
  ['isolated(anon)', NR_ISOLATED_ANON],
  ['isolated(file)', NR_ISOLATED_FILE],
  ['present', null],
  ['managed', null],
  ['mlocked', NR_MLOCK],
  ['dirty', NR_FILE_DIRTY],
  ['writeback', NR_WRITEBACK],
  ['mapped', NR_FILE_MAPPED],
  ['shmem', NR_SHMEM],
  ['slab_reclaimable', NR_SLAB_RECLAIMABLE],
  ['slab_unreclaimable', NR_SLAB_UNRECLAIMABLE],
  ['kernel_stack', NR_KERNEL_STACK],
  ['pagetables', NR_PAGETABLE],
  ['unstable', NR_UNSTABLE_NFS],
  ['bounce', NR_BOUNCE],
  ['free_cma', NR_FREE_CMA_PAGES],
  ['writeback_tmp', NR_WRITEBACK_TEMP],
]

function zoneLine(zone: Zone): string {
  const [min = 0, low = 0, high = 0] = zone.watermark
  const sizes: Record<string, number> = {
    present: zone.present_pages,
    managed: zone.managed_pages,
  }
  const free = zone_page_state(zone, NR_FREE_PAGES) * KIB
  const marks = `free:${free}kB min:${min * KIB}kB low:${low * KIB}kB high:${high * KIB}kB`
  const rest = ZONE_LINE.map(([name, item]) => {
    const pages = item === null ? (sizes[name] ?? 0) : zone_page_state(zone, item)
    return `${name}:${pages * KIB}kB`
  })
  const { scanned, unreclaimable } = reclaimState(zone)
  const state = `pages_scanned:${scanned} all_unreclaimable? ${unreclaimable ? 'yes' : 'no'}`
  return `${zone.name} ${marks} ${rest.join(' ')} ${state}`
}

/** Counters of all zones together; a row a line, as the report has them. */
const GLOBAL_LINES: readonly (readonly (readonly [string, number])[])[] = [
  [
    ['active_anon', NR_ACTIVE_ANON],
    ['inactive_anon', NR_INACTIVE_ANON],
    ['isolated_anon', NR_ISOLATED_ANON],
  ],
  [
    ['active_file', NR_ACTIVE_FILE],
    ['inactive_file', NR_INACTIVE_FILE],
    ['isolated_file', NR_ISOLATED_FILE],
  ],
  [
    ['unevictable', NR_UNEVICTABLE],
    ['dirty', NR_FILE_DIRTY],
    ['writeback', NR_WRITEBACK],
    ['unstable', NR_UNSTABLE_NFS],
  ],
  [
    ['free', NR_FREE_PAGES],
    ['slab_reclaimable', NR_SLAB_RECLAIMABLE],
    ['slab_unreclaimable', NR_SLAB_UNRECLAIMABLE],
  ],
  [
    ['mapped', NR_FILE_MAPPED],
    ['shmem', NR_SHMEM],
    ['pagetables', NR_PAGETABLE],
    ['bounce', NR_BOUNCE],
  ],
  [['free_cma', NR_FREE_CMA_PAGES]],
]

function perCpuLines(zone: Zone): string[] {
  const number = (n: number): string => String(n).padStart(4)
  return zone.pageset.map((pcp, cpu) => {
    return `CPU ${number(cpu)}: hi:${number(pcp.high).padStart(5)}, btch:${number(pcp.batch)} usd:${number(pcp.count)}`
  })
}

/** The memory report as lines: what an allocation failure or the OOM killer leaves in the log. */
export function show_mem(m: Machine): string[] {
  const zones = m.zones.filter((zone) => zone.present_pages !== 0)
  const totals = GLOBAL_LINES.map((row, i) => {
    const cells = row.map(([name, item]) => `${name}:${global_page_state(m, item)}`)
    return `${i === 0 ? '' : ' '}${cells.join(' ')}`
  })
  return [
    'Mem-Info:',
    ...zones.flatMap((zone) => [`${zone.name} per-cpu:`, ...perCpuLines(zone)]),
    ...totals,
    ...zones.flatMap((zone) => [
      zoneLine(zone),
      `lowmem_reserve[]: ${lowmemReserveColumns(m, zone).join(' ')}`,
    ]),
    ...zones.map((zone) => freeAreaLine(m, zone)),
    `${global_page_state(m, NR_FILE_PAGES)} total pagecache pages`,
  ]
}

/** `%#lx`: zero has no prefix. */
function hex(n: number): string {
  return n === 0 ? '0' : `0x${(n >>> 0).toString(16)}`
}

/**
 * The flags word as the machine's configuration numbers it: with PAGEFLAGS_EXTENDED, which 64-bit
 * kernels have, head and tail are two bits and every flag behind them is one higher (1.5).
 */
function flagsWord(m: Machine, flags: number): number {
  if (m.spec.bitsPerLong !== 64) return flags
  const low = flags & (PG_compound - 1)
  if ((flags & PG_compound) === 0) return low | ((flags >> 15) << 16)
  const isTail = (flags & PG_reclaim) !== 0
  const rest = isTail ? flags & ~PG_reclaim : flags
  return low | ((rest >> 15) << 16) | (1 << (isTail ? 15 : 14))
}

/** Names of the flags: a compound page says head or tail where those are flags of their own. */
function flagNames(m: Machine, flags: number): string[] {
  if (m.spec.bitsPerLong !== 64 || (flags & PG_compound) === 0) return pageFlagNames(flags)
  const isTail = (flags & PG_reclaim) !== 0
  const names = pageFlagNames(isTail ? flags & ~PG_reclaim : flags)
  return names.map((name) => (name === 'compound' ? (isTail ? 'tail' : 'head') : name))
}

/** Where the model's address spaces and anon_vmas would lie; only their order and bit 0 mean anything. */
const MAPPING_BASE = 0xee000000

/** The two lines of dump_page (12.6.2). */
export function dump_page(m: Machine, page: Page): [string, string] {
  const { count, mapping, index, flags } = m.mem
  const bits = m.spec.bitsPerLong ?? 32
  const at = mapping[page] as number
  const where = hexPointer(at === 0 ? null : MAPPING_BASE + at, bits)
  const counts = `count:${count[page] as number} mapcount:${page_mapcount(m, page)}`
  const word = flags[page] as number
  return [
    `page:${pagePointer(page_to_pfn(m, page), bits)} ${counts} mapping:${where} index:${hex(index[page] as number)}`,
    `page flags: ${hex(flagsWord(m, word))}(${flagNames(m, word).join('|')})`,
  ]
}
