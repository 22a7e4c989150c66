/** The state of `pinscope exec`: lists, counters and pages a machine starts with. */
import type {
  BitmapPlan,
  FreeListPlan,
  PagePlan,
  PcpEntry,
  PcpPlan,
  StatePlan,
  ZonePlan,
} from '../sim'
import {
  Complaint,
  count,
  flag,
  label,
  listOf,
  made,
  mapOf,
  may,
  maybe,
  migratetype,
  need,
  oneOf,
  oneOrMore,
  pfn,
  record,
  shown,
  whole,
  type Kind,
  type Read,
} from './exec-kinds'
import { area } from './exec-call-kind'
import { watermarks, zoneName } from './exec-machine'

const MAX_LIST = 2 ** 20
const PAGE_SIZE = 4096
const order = whole(0, 13, 'an order')

const freeLists: Kind<FreeListPlan[]> = made(
  mapOf(order, mapOf(migratetype, listOf(pfn, MAX_LIST), 12), 14),
  (byOrder, at) => {
    const seen = new Set<string>()
    return byOrder.flatMap(([o, lists]) =>
      lists.map(([type, pfns]) => {
        const key = `${o} ${type}`
        if (seen.has(key)) throw new Complaint(`${at}.${o}`, 'a list is given twice')
        seen.add(key)
        return { order: o, type, pfns }
      }),
    )
  },
)

const pcpEntry: Kind<PcpEntry> = {
  read: (x, at) => {
    if (!Array.isArray(x)) return { pfn: pfn.read(x, at), cached: null }
    if (x.length !== 2) throw new Complaint(at, `expected pfn or [pfn, type], got ${shown(x)}`)
    return { pfn: pfn.read(x[0], at), cached: migratetype.read(x[1], at) }
  },
  json: {
    anyOf: [pfn.json, { type: 'array', minItems: 2, maxItems: 2 }],
  },
}

const PCP_TYPES = 3

const pcpLists: Kind<PcpEntry[][]> = made(
  mapOf(migratetype, listOf(pcpEntry, MAX_LIST), 6),
  (byType, at) => {
    const lists: PcpEntry[][] = [[], [], []]
    for (const [type, entries] of byType) {
      if (type >= PCP_TYPES && entries.length > 0) {
        const rule = 'per-CPU lists are UNMOVABLE, RECLAIMABLE and MOVABLE'
        throw new Complaint(at, `${rule}; a CMA page waits on MOVABLE as [pfn, "CMA"]`)
      }
      if (type < PCP_TYPES) lists[type] = entries
    }
    return lists
  },
)

const pcpFields = {
  cpu: may(whole(0, 63), 0, 'CPU; default 0'),
  count: maybe(count, 'pages on the lists; must agree with them'),
  high: maybe(whole(0, 2 ** 20), 'default: by zone size'),
  batch: maybe(whole(1, 2 ** 20), 'default: by zone size'),
  lists: may(pcpLists, [[], [], []], 'entries head first: pfn, or [pfn, cached type]'),
  U: may(listOf(pcpEntry, MAX_LIST), [], 'instead of lists.UNMOVABLE'),
  E: may(listOf(pcpEntry, MAX_LIST), [], 'instead of lists.RECLAIMABLE'),
  M: may(listOf(pcpEntry, MAX_LIST), [], 'instead of lists.MOVABLE'),
} as const

const pcp: Kind<PcpPlan> = made(record(pcpFields), ({ count: n, lists, U, E, M, ...rest }, at) => {
  const all = [U, E, M].map((list, type) => [...list, ...(lists[type] ?? [])])
  const length = all.reduce((sum, list) => sum + list.length, 0)
  if (n !== null && n !== length) {
    throw new Complaint(`${at}.count`, `says ${n}, but the lists hold ${length} pages`)
  }
  return { ...rest, lists: all }
})

type BlockTypes = ZonePlan['pageblocks'] | string

/** Types by first PFN, or one letter for each pageblock of the zone in order. */
const pageblocks: Kind<BlockTypes> = {
  read: (x, at) => {
    if (typeof x === 'string') {
      if (/^[UEMRCI]*$/.test(x)) return x
      throw new Complaint(at, 'expected letters U E M R C I, one for each pageblock')
    }
    if (Array.isArray(x))
      return x.map((t, i) => 'UEMRCI'[migratetype.read(t, `${at}[${i}]`)]).join('')
    return mapOf(pfn, migratetype, MAX_LIST)
      .read(x, at)
      .map(([first, type]) => ({ pfn: first, type }))
  },
  json: {
    anyOf: [
      { type: 'object', additionalProperties: migratetype.json },
      { type: 'string', pattern: '^[UEMRCI]*$' },
    ],
  },
}

const pfnAndType: Kind<{ pfn: number; type: number }> = {
  read: (x, at) => {
    if (!Array.isArray(x) || x.length !== 2) {
      throw new Complaint(at, `expected [pfn, type], got ${shown(x)}`)
    }
    return { pfn: pfn.read(x[0], at), type: migratetype.read(x[1], at) }
  },
  json: { type: 'array', minItems: 2, maxItems: 2 },
}

const counter = whole(-(2 ** 30), 2 ** 30)

const zoneFields = {
  name: may(zoneName, 'Normal', 'zone of the machine'),
  freeLists: may(freeLists, [], '{order: {type: [heads in list order]}}', 'free'),
  pcp: may(listOf(pcp, 64), [], 'per-CPU lists', 'pcps', 'pageset'),
  watermarks: maybe(watermarks, '[min, low, high]; default: computed', 'wmark', 'watermark'),
  pageblocks: may(
    pageblocks,
    [],
    '{first PFN: type}; others are MOVABLE, or CMA in an area',
    'blocks',
  ),
  idxdiff: may(
    listOf(pfnAndType, MAX_LIST),
    [],
    'free heads with another cached type than their list',
  ),
  managed: maybe(count, 'managed pages', 'managed_pages'),
  present: maybe(count, 'present pages', 'present_pages'),
  spanned: maybe(count, 'spanned pages', 'spanned_pages'),
  start: maybe(pfn, 'first PFN; the machine\u2019s'),
  reserve: maybe(listOf(count, 8), 'lowmem_reserve by zone index', 'lowmem_reserve'),
  nr_free: maybe(listOf(count, 16), 'not read: the lists say it'),
  NF: maybe(counter, 'free pages; default: as listed', 'nr_free_pages'),
  NC: maybe(counter, 'free CMA pages; default: as listed', 'nr_free_cma'),
  NFraw: maybe(counter, 'stored part of NF; default: all of it'),
  NCraw: maybe(counter, 'stored part of NC; default: all of it'),
  statThreshold: maybe(whole(0, 125), 'how far a per-CPU difference may go'),
} as const

interface ZoneFile extends Omit<ZonePlan, 'pageblocks'> {
  readonly pageblocks: BlockTypes
}

const zone: Kind<ZoneFile> = made(record(zoneFields), ({ start: _s, nr_free: _n, ...rest }) => rest)

const KINDS = oneOf(
  new Map([
    ['kernel', 'kernel'],
    ['slab', 'slab'],
    ['reserved', 'reserved'],
    ['anon', 'anon'],
    ['file', 'file'],
    ['shmem', 'shmem'],
  ] as const),
)
const LRU_WORDS = oneOf(
  new Map([
    ['list', { lru: 'list', active: null }],
    ['off', { lru: 'off', active: null }],
    ['none', { lru: 'off', active: null }],
    ['pagevec', { lru: 'pagevec', active: null }],
    ['active', { lru: 'list', active: true }],
    ['inactive', { lru: 'list', active: false }],
    ['ACTIVE_ANON', { lru: 'list', active: true }],
    ['INACTIVE_ANON', { lru: 'list', active: false }],
    ['ACTIVE_FILE', { lru: 'list', active: true }],
    ['INACTIVE_FILE', { lru: 'list', active: false }],
  ] as const),
)
interface LruWord {
  readonly lru: PagePlan['lru']
  readonly active: boolean | null
}
const lru: Kind<LruWord> = {
  read: (x, at) => {
    if (typeof x === 'boolean') return { lru: x ? 'list' : 'off', active: null }
    return LRU_WORDS.read(x, at)
  },
  json: { anyOf: [{ type: 'boolean' }, LRU_WORDS.json] },
}

const pageFields = {
  kind: may(KINDS, 'kernel', 'kernel (default), slab, reserved, anon, file or shmem', 'type'),
  mapcount: maybe(whole(0, 64), 'mappings; default: 1 for an anonymous page, else 0'),
  lru: maybe(lru, 'true (default for user pages), false, "pagevec", "active" or "inactive"'),
  active: maybe(flag, 'on the active list; default: anonymous pages are'),
  pins: may(whole(0, 4096), 0, 'references of get_user_pages', 'pin'),
  dirty: maybe(flag, 'PG_dirty'),
  mlocked: may(flag, false, 'PG_mlocked'),
  swapcache: may(flag, false, 'in the swap cache'),
  locked: may(flag, false, 'PG_locked'),
  writeback: may(flag, false, 'PG_writeback'),
  mm: maybe(label, 'process that maps it', 'process'),
  addr: maybe(whole(0, 2 ** 43 - 1, 'an address'), 'address it is mapped at', 'address', 'vaddr'),
  file: maybe(label, 'file it caches; default "file"'),
  index: maybe(count, 'page of the file; default: its PFN', 'offset'),
  buffers: may(flag, false, 'PG_private: it carries buffer heads'),
} as const

type PageFile = Read<typeof pageFields>

function pagePlan(frame: number, file: PageFile, at: string): PagePlan {
  checkAddress(file.addr, at)
  const { kind, pins, mlocked, swapcache, locked, writeback, buffers } = file
  const isAnon = kind === 'anon'
  return {
    ...{ pfn: frame, kind, pins, mlocked, swapcache, locked, writeback, buffers },
    ...placeOnLru(file),
    ...placeInProcess(frame, file),
    ...placeInFile(frame, file),
    mapcount: file.mapcount ?? (isAnon || file.mm !== null ? 1 : 0),
    dirty: file.dirty ?? isAnon,
  }
}

function checkAddress(addr: number | null, at: string): void {
  if (addr === null) return
  if (addr % PAGE_SIZE !== 0) throw new Complaint(`${at}.addr`, 'is not page aligned')
  if (addr < PAGE_SIZE) throw new Complaint(`${at}.addr`, 'at least 0x1000')
}

function isUser(kind: PagePlan['kind']): boolean {
  return kind === 'anon' || kind === 'file' || kind === 'shmem'
}

function placeOnLru(file: PageFile): Pick<PagePlan, 'lru' | 'active'> {
  const listed = file.lru ?? { lru: isUser(file.kind) ? 'list' : 'off', active: null }
  return { lru: listed.lru, active: listed.active ?? file.active ?? file.kind === 'anon' }
}

function placeInProcess(frame: number, { mm, addr }: PageFile): Pick<PagePlan, 'mm' | 'vpn'> {
  if (addr !== null) return { mm: mm ?? 'a', vpn: addr / PAGE_SIZE }
  return { mm, vpn: mm === null ? null : Math.max(frame, 16) }
}

function placeInFile(frame: number, file: PageFile): Pick<PagePlan, 'file' | 'index'> {
  if (!isUser(file.kind) || file.kind === 'anon') return { file: null, index: file.index }
  return { file: file.file ?? 'file', index: file.index ?? frame }
}

const pageMap: Kind<PagePlan[]> = {
  read: (x, at) => {
    if (Array.isArray(x)) {
      const entry = record({ pfn: need(pfn, 'the frame'), ...pageFields })
      return listOf(entry, 65536)
        .read(x, at)
        .map(({ pfn: frame, ...file }, i) => pagePlan(frame, file, `${at}[${i}]`))
    }
    return mapOf(pfn, record(pageFields), 65536)
      .read(x, at)
      .map(([frame, file]) => pagePlan(frame, file, `${at}.${frame}`))
  },
  json: { type: 'object', additionalProperties: record(pageFields).json },
}

const bitmapRun: Kind<readonly [number, number]> = {
  read: (x, at) => {
    const bit = whole(0, 2 ** 20)
    if (!Array.isArray(x)) return [bit.read(x, at), 1]
    if (x.length !== 2)
      throw new Complaint(at, `expected bit or [first bit, length], got ${shown(x)}`)
    return [bit.read(x[0], at), bit.read(x[1], at)]
  },
  json: {
    anyOf: [
      { type: 'integer' },
      { type: 'array', items: { type: 'integer' }, minItems: 2, maxItems: 2 },
    ],
  },
}

const bitmapFields = {
  area: maybe(area, 'area of the machine by number or name; default: the first', 'name'),
  set: need(listOf(bitmapRun, 2 ** 20), 'set bits: bits, or [first bit, length]', 'bits'),
  startPfn: maybe(pfn, 'as a dump has it; not read'),
  pages: maybe(count, 'as a dump has it; not read'),
  used: maybe(count, 'as a dump has it; not read'),
} as const
const bitmap = record(bitmapFields)

const stateFields = {
  cma: may(
    oneOrMore(bitmap, 8),
    [],
    'bits of CMA bitmaps; others are clear',
    'cma_bitmap',
    'areas',
  ),
  zones: may(
    listOf(zone, 5),
    [],
    'zones whose lists are given; others are as the boot leaves them',
  ),
  pages: may(pageMap, [], 'what frames in use are, by PFN; others are kernel pages'),
} as const

/** A state as it stands in a file: pageblocks given as letters need the machine to be placed. */
export interface StateFile {
  readonly zones: readonly ZoneFile[]
  readonly pages: readonly PagePlan[]
  readonly cma: readonly Read<typeof bitmapFields>[]
}

export const stateKind: Kind<StateFile> = record(stateFields)

/** Letters become first PFNs, now that zones and pageblocks have a size. */
export function withPageblocks(
  file: StateFile,
  startOf: (zone: string) => number,
  pageblockOrder: number,
): Omit<StatePlan, 'bitmaps'> {
  const size = 2 ** pageblockOrder
  const zones = file.zones.map((z): ZonePlan => {
    if (typeof z.pageblocks !== 'string') return { ...z, pageblocks: z.pageblocks }
    const first = Math.floor(startOf(z.name) / size) * size
    const blocks = Array.from(z.pageblocks, (letter, i) => ({
      pfn: first + i * size,
      type: 'UEMRCI'.indexOf(letter),
    }))
    return { ...z, pageblocks: blocks }
  })
  return { zones, pages: file.pages }
}

/** Bits by number of the area; areas without a name come in order. An unknown one has number -1. */
export function bitmapsOf(
  file: StateFile,
  areas: readonly { readonly name: string }[],
): BitmapPlan[] {
  return file.cma.map(({ area: given, set }, i) => {
    if (given === null) return { area: i, set }
    const number = typeof given === 'number' ? given : areas.findIndex((a) => a.name === given)
    return { area: number, set }
  })
}
