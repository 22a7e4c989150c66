/** Small machines and the notation of the worked examples (allocator 0.4, 14), for tests. */
import {
  MIGRATE_TYPES,
  MIGRATETYPE_LETTERS,
  NR_FREE_CMA_PAGES,
  NR_FREE_PAGES,
} from '../include/linux/mmzone'
import { VM_READ, VM_WRITE } from '../include/linux/mm'
import { anon_vma_prepare, page_add_new_anon_rmap } from '../mm/rmap'
import { lru_add_drain } from '../mm/swap'
import { exactZoneState } from '../mm/vmstat'
import { createKernel } from '../patches/series'
import { eventType } from '../trace/catalogue'
import { bootMachine } from './boot'
import { listToArray } from './columns'
import { USE_ANON } from './kinds'
import { addTask, pfn_to_page, type Machine, type Zone } from './machine'
import {
  mk_pte,
  PMD_SHIFT,
  PTE_DIRTY,
  PTE_WRITE,
  PTE_YOUNG,
  PTRS_PER_PTE,
  set_pte,
  type Vma,
} from './mm_types'
import {
  NULL_PAGE,
  type FreeLists,
  type KernelSpec,
  type MachineSpec,
  type Page,
  type Pfn,
  type ZoneSpec,
} from './types'

export interface ToyOptions {
  readonly maxOrder?: number
  readonly pageblockOrder?: number
  readonly pages?: number
  readonly zone?: ZoneSpec['name']
  /** Pageblock types, one letter each; the rest is M. */
  readonly blocks?: string
  /** The only free blocks, as `o0 M:[5] o1 M:[2]`; null frees everything as the boot does. */
  readonly only?: string | null
  readonly batch?: number
  readonly high?: number
  readonly watermarks?: readonly [number, number, number]
  /** [first PFN, pages] of a CMA area. */
  readonly cma?: readonly [Pfn, number] | null
  readonly cmaAlignmentOrder?: number
  readonly reserved?: readonly Pfn[]
  readonly cpus?: number
  /** Frames from here on are ZONE_MOVABLE; none when left out. */
  readonly movableFrom?: Pfn
  readonly patches?: readonly number[]
  /** Policy, fixes and converted callers of the kernel. */
  readonly kernel?: Omit<Partial<KernelSpec>, 'patches' | 'mode'>
  /** Order of transparent huge pages; 0 = none. */
  readonly thp?: number
  readonly debugVm?: boolean
}

/** T1 of allocator 14: orders 0-3, 4 pageblocks of 8, all free, watermarks 0, transparent pcp. */
const T1 = {
  maxOrder: 4,
  pageblockOrder: 3,
  pages: 32,
  zone: 'Normal',
  blocks: '',
  only: null,
  batch: 1,
  high: 0,
  watermarks: [0, 0, 0],
  cma: null,
  cmaAlignmentOrder: 8,
  reserved: [],
  cpus: 1,
  thp: 0,
  debugVm: false,
} as const satisfies ToyOptions

/** T1 with the given differences. */
export function toySpec(options: ToyOptions = {}): MachineSpec {
  const toy: Required<Omit<ToyOptions, 'patches' | 'kernel' | 'movableFrom'>> = {
    ...T1,
    ...options,
  }
  const { pageblockOrder, pages, watermarks } = toy
  const letters = Array.from(toy.blocks)
  return {
    name: 'toy',
    cpus: toy.cpus,
    maxOrder: toy.maxOrder,
    pageblockOrder,
    zones: toyZones(toy.zone, pages, options.movableFrom ?? pages, watermarks),
    cma: toy.cma === null ? [] : [{ name: 'toy', startPfn: toy.cma[0], pages: toy.cma[1] }],
    cmaAlignmentOrder: toy.cmaAlignmentOrder,
    minFreeKbytes: null,
    boot: toy.reserved.map((startPfn) => ({ startPfn, pages: 1, use: 'reserved' })),
    freeLists: toy.only === null ? null : parseLists(toy.only),
    pageblocks: Object.fromEntries(
      letters.map((letter, i) => [i << pageblockOrder, MIGRATETYPE_LETTERS.indexOf(letter)]),
    ),
    pcp: [toy.high, toy.batch],
    statThreshold: 0,
    debugVm: toy.debugVm,
    thpEnabled: toy.thp > 0,
    hpageOrder: toy.thp,
    iommu: true,
    sgChaining: true,
    dmaMaxSegSize: 65536,
    dmaCacheAlign: 64,
  }
}

function toyZones(
  name: ZoneSpec['name'],
  pages: number,
  movableFrom: Pfn,
  watermarks: ZoneSpec['watermarks'],
): ZoneSpec[] {
  const first = { name, startPfn: 0, pages: movableFrom, managed: null, watermarks }
  if (movableFrom === pages) return [first]
  const rest = pages - movableFrom
  return [first, { name: 'Movable', startPfn: movableFrom, pages: rest, managed: null, watermarks }]
}

export function toyMachine(options: ToyOptions = {}): Machine {
  const kernel = createKernel({
    ...options.kernel,
    patches: options.patches ?? [],
    mode: 'lenient',
  })
  return bootMachine(toySpec(options), kernel)
}

/** `o0 M:[5,9] C:[8] o1 M:[2]` as free lists, head first. */
export function parseLists(text: string): FreeLists {
  const lists: Record<string, Record<string, Pfn[]>> = {}
  let order = '0'
  for (const word of text.split(' ').filter((w) => w !== '')) {
    if (/^o\d+$/.test(word)) {
      order = word.slice(1)
      continue
    }
    const match = /^([UEMRCI]):\[([\d,]+)\]$/.exec(word)
    if (match?.[1] === undefined || match[2] === undefined) throw new Error(`no free list: ${word}`)
    const types = (lists[order] ??= {})
    types[match[1]] = match[2].split(',').map(Number)
  }
  return lists
}

function firstZone(m: Machine): Zone {
  return m.zones[0] as Zone
}

/** The non-empty free lists of the first zone in the notation of the examples. */
export function printLists(m: Machine): string {
  const words: string[] = []
  for (let order = 0; order < m.maxOrder; order++) {
    const lists = Array.from(MIGRATETYPE_LETTERS).flatMap((letter, type) => {
      const pages = listToArray(
        m.mem,
        firstZone(m).free_list[order * MIGRATE_TYPES + type] as number,
      )
      return pages.length === 0 ? [] : [`${letter}:[${pages.map((p) => p + m.startPfn).join(',')}]`]
    })
    if (lists.length > 0) words.push(`o${order}`, ...lists)
  }
  return words.join(' ')
}

/** Pages of one per-CPU list, head first; type U, E or M. */
export function pcpPages(m: Machine, letter: 'U' | 'E' | 'M', cpu = 0): Pfn[] {
  const list = firstZone(m).pageset[cpu]?.lists['UEM'.indexOf(letter)]
  return listToArray(m.mem, list as number).map((page) => page + m.startPfn)
}

/** Pageblock types, one letter each. */
export function printBlocks(m: Machine): string {
  return Array.from(m.pageblock, (type) => MIGRATETYPE_LETTERS[type]).join('')
}

/** [NF, NC] of the first zone, exact; NF may be negative (EX-22). */
export function freeCounts(m: Machine): [number, number] {
  const zone = firstZone(m)
  return [exactZoneState(zone, NR_FREE_PAGES), exactZoneState(zone, NR_FREE_CMA_PAGES)]
}

/**
 * Makes an in-use frame an anonymous page that a process of its own maps at a virtual page number
 * equal to the PFN; it is on the active list (the `anon, mapcount 1` of the examples).
 */
export function mapAnonFrame(m: Machine, pfn: Pfn): Page {
  const page = pfn_to_page(m, pfn)
  const task = addTask(m, `owner-${pfn}`, 0)
  const vma: Vma = {
    start: pfn,
    end: pfn + 1,
    flags: VM_READ | VM_WRITE,
    mm: {
      id: m.mms.length,
      owner: task.id,
      users: 1,
      vmas: [],
      pgd: new Map([
        [pfn >> PMD_SHIFT, { page: NULL_PAGE, entries: new Int32Array(PTRS_PER_PTE) }],
      ]),
      huge: new Map(),
      mmap_sem: { readers: 0, writer: -1 },
      ioctx_list: [],
    },
    pgoff: pfn,
    anon_vma: null,
    anon_vma_chain: [],
    file: null,
    vm_ops: null,
  }
  vma.mm.vmas.push(vma)
  m.mms.push(vma.mm)
  task.mm = vma.mm.id
  anon_vma_prepare(m, vma)
  page_add_new_anon_rmap(m, page, vma, pfn)
  set_pte(vma.mm, pfn, mk_pte(page, PTE_WRITE | PTE_DIRTY | PTE_YOUNG))
  m.mem.use[page] = USE_ANON
  lru_add_drain(m)
  return page
}

/** Collects events as `name: payload` from now on. */
export function recordEvents(m: Machine): string[] {
  const lines: string[] = []
  m.trace.sink = {
    event: (id, _task, _timeNs, a, b, c, d) => {
      const type = eventType(id)
      lines.push(`${type.name}: ${type.text(a, b, c, d)}`)
    },
  }
  return lines
}
