/** Gives frames in use an owner: anonymous, file and tmpfs pages with their mappings and pins. */
import {
  VM_LOCKED,
  VM_MAYREAD,
  VM_MAYWRITE,
  VM_READ,
  VM_SHARED,
  VM_WRITE,
} from '../include/linux/mm'
import { LRU_ACTIVE } from '../include/linux/mm_inline'
import { LRU_INACTIVE_ANON, NR_FILE_PAGES, NR_MLOCK, NR_SHMEM } from '../include/linux/mmzone'
import {
  PG_dirty,
  PG_locked,
  PG_mlocked,
  PG_private,
  PG_reserved,
  PG_slab,
  PG_swapbacked,
  PG_uptodate,
  PG_writeback,
} from '../include/linux/page-flags'
import { createDigest } from '../machine/digest'
import {
  REF_ALLOC,
  REF_CACHE,
  REF_MAP,
  REF_PRIV,
  USE_ANON,
  USE_FILE,
  USE_RESERVED,
} from '../machine/kinds'
import { newHolder, pin_get, ref_convert, ref_drop, ref_get } from '../machine/ledger'
import { page_zone, pfn_to_page, type Machine } from '../machine/machine'
import {
  mk_pte,
  PMD_SHIFT,
  PTE_DIRTY,
  PTE_WRITE,
  PTE_YOUNG,
  PTRS_PER_PTE,
  set_pte,
  type AddressSpace,
  type MmStruct,
  type Vma,
} from '../machine/mm_types'
import { setFlag } from '../machine/page'
import { NULL_PAGE, type Page } from '../machine/types'
import { createAddressSpace } from '../mm/filemap'
import { do_mmap } from '../mm/mmap'
import {
  anon_vma_fork,
  anon_vma_prepare,
  cacheLruOf,
  page_add_anon_rmap,
  page_add_file_rmap,
} from '../mm/rmap'
import { __lru_cache_add, lru_add_drain } from '../mm/swap'
import { add_to_swap } from '../mm/swap_state'
import { mod_zone_page_state } from '../mm/vmstat'
import type { PagePlan, StatePlan } from './types'

/** Where the pages of a state find processes and files by name. */
export interface Names {
  readonly process: (name: string) => MmStruct
  readonly files: Map<string, AddressSpace>
}

const PRIVATE = VM_READ | VM_WRITE | VM_MAYREAD | VM_MAYWRITE

/** Turns the frames the state describes into what it says; they were kernel pages until now. */
export function placePages(m: Machine, state: StatePlan, names: Names): void {
  const areas = placeAreas(state, names)
  for (const plan of state.pages) {
    if (plan.lru !== 'pagevec') placePage(m, plan, names, areas)
  }
  lru_add_drain(m)
  for (const plan of state.pages) {
    if (plan.lru === 'pagevec') placePage(m, plan, names, areas)
  }
  // Numbering and digest start with the first call.
  m.trace.events = 0
  m.trace.digest.lanes.set(createDigest().lanes)
  m.trace.digest.words = 0
}

/** One area for each run of pages that a named process maps one behind the other. */
function placeAreas(state: StatePlan, names: Names): Map<string, Vma> {
  const areas = new Map<string, Vma>()
  const plans = state.pages
    .filter((plan) => plan.mm !== null)
    .toSorted((x, y) => (x.vpn as number) - (y.vpn as number))
  let run: PagePlan[] = []
  for (const plan of plans.toSorted((x, y) => compare(x.mm as string, y.mm as string))) {
    if (run.length > 0 && !follows(run.at(-1) as PagePlan, plan)) {
      mapRun(run, names, areas)
      run = []
    }
    run.push(plan)
  }
  if (run.length > 0) mapRun(run, names, areas)
  return areas
}

function compare(x: string, y: string): number {
  if (x === y) return 0
  return x < y ? -1 : 1
}

/** Same process and kind, next address, and for files the next page of the same file. */
function follows(before: PagePlan, plan: PagePlan): boolean {
  if (before.mm !== plan.mm || before.kind !== plan.kind || before.mlocked !== plan.mlocked) {
    return false
  }
  if (plan.vpn !== (before.vpn as number) + 1) return false
  if (plan.kind === 'anon') return true
  return before.file === plan.file && (plan.index ?? 0) === (before.index ?? 0) + 1
}

function mapRun(run: readonly PagePlan[], names: Names, areas: Map<string, Vma>): void {
  const first = run[0] as PagePlan
  const mm = names.process(first.mm as string)
  const file = first.kind === 'anon' ? null : fileOf(first, names)
  const locked = first.mlocked ? VM_LOCKED : 0
  const shared = first.kind === 'shmem' ? VM_SHARED : 0
  const vpn = first.vpn as number
  const ret = do_mmap(mm, {
    pages: run.length,
    flags: PRIVATE | locked | shared,
    at: vpn,
    file,
    pgoff: first.index ?? 0,
    vm_ops: null,
  })
  if (ret < 0) throw new Error(`state.pages.${first.pfn}: cannot be mapped at that address`)
  const vma = mm.vmas.find((v) => v.start === vpn) as Vma
  for (const plan of run) areas.set(placeOf(plan), vma)
}

function placeOf(plan: PagePlan): string {
  return `${plan.mm ?? ''} ${plan.vpn ?? ''}`
}

function fileOf(plan: PagePlan, names: Names): AddressSpace {
  const file = names.files.get(plan.file ?? '')
  if (file === undefined) throw new Error(`no file ${plan.file}`)
  return file
}

/** Files that pages of the state name, made before anything maps them. */
export function createFiles(m: Machine, state: StatePlan, files: Map<string, AddressSpace>): void {
  for (const plan of state.pages) {
    if (plan.kind !== 'file' && plan.kind !== 'shmem') continue
    const name = plan.file ?? ''
    const size = (plan.index ?? 0) + 1
    const known = files.get(name)
    if (known !== undefined) known.size = Math.max(known.size, size)
    else {
      const swapBacked = plan.kind === 'shmem'
      const migratepage = plan.buffers ? 'buffer_migrate_page' : 'migrate_page'
      const options = { swapBacked, buffers: plan.buffers, migratepage } as const
      files.set(name, createAddressSpace(m, name, size, options))
    }
  }
}

function placePage(m: Machine, plan: PagePlan, names: Names, areas: Map<string, Vma>): void {
  const page = pfn_to_page(m, plan.pfn)
  if (plan.kind === 'slab') setFlag(m, page, PG_slab)
  else if (plan.kind === 'reserved') {
    setFlag(m, page, PG_reserved)
    m.mem.use[page] = USE_RESERVED
  } else if (plan.kind === 'anon') placeAnon(m, page, plan, names, areas)
  else if (plan.kind !== 'kernel') placeCached(m, page, plan, names, areas)
  setFlag(m, page, stateFlags(plan))
  if (plan.pins === 0) return
  const holder = newHolder(m, 'state', true).id
  for (let i = 0; i < plan.pins; i++) pin_get(m, page, holder)
  // A frame that only pins keep has no other reference left (REF-22).
  if (plan.kind === 'anon' && plan.mapcount === 0 && !plan.swapcache) ref_drop(m, page, REF_ALLOC)
}

function stateFlags(plan: PagePlan): number {
  const dirty = plan.dirty ? PG_dirty : 0
  const locked = plan.locked ? PG_locked : 0
  return dirty | locked | (plan.writeback ? PG_writeback : 0)
}

function placeAnon(
  m: Machine,
  page: Page,
  plan: PagePlan,
  names: Names,
  areas: Map<string, Vma>,
): void {
  m.mem.use[page] = USE_ANON
  setFlag(m, page, PG_swapbacked | PG_uptodate)
  const vma = areas.get(placeOf(plan)) ?? ownArea(plan, names, 0)
  anon_vma_prepare(m, vma)
  const vpn = plan.vpn ?? vma.start
  if (plan.mapcount === 0) {
    m.mem.mapping[page] = (vma.anon_vma?.id ?? 0) * 4 + 1
    m.mem.index[page] = vpn
  }
  for (let i = 0; i < plan.mapcount; i++) {
    const area = i === 0 ? vma : forkedArea(m, plan, vma, names, i)
    if (i === 0) ref_convert(m, page, REF_ALLOC, REF_MAP)
    else ref_get(m, page, REF_MAP)
    page_add_anon_rmap(m, page, area, vpn)
    mapFrame(area, vpn, page, plan.mapcount === 1)
  }
  if (plan.mlocked) {
    setFlag(m, page, PG_mlocked)
    mod_zone_page_state(m, page_zone(m, page), NR_MLOCK, 1)
  }
  if (plan.swapcache) {
    add_to_swap(m, page)
    if (plan.mapcount === 0) ref_drop(m, page, REF_ALLOC)
  }
  listPage(m, page, plan, LRU_INACTIVE_ANON)
}

function placeCached(
  m: Machine,
  page: Page,
  plan: PagePlan,
  names: Names,
  areas: Map<string, Vma>,
): void {
  const mapping = fileOf(plan, names)
  const index = plan.index ?? 0
  const zone = page_zone(m, page)
  mapping.pages.set(index, page)
  m.mem.mapping[page] = mapping.id * 4
  m.mem.index[page] = index
  m.mem.use[page] = USE_FILE
  m.mem.content[page] = index
  setFlag(m, page, PG_uptodate)
  ref_convert(m, page, REF_ALLOC, REF_CACHE)
  mod_zone_page_state(m, zone, NR_FILE_PAGES, 1)
  if (mapping.swapBacked) {
    setFlag(m, page, PG_swapbacked)
    mod_zone_page_state(m, zone, NR_SHMEM, 1)
  }
  if (mapping.buffers) {
    setFlag(m, page, PG_private)
    ref_get(m, page, REF_PRIV)
  }
  for (let i = 0; i < plan.mapcount; i++) {
    const named = i === 0 ? areas.get(placeOf(plan)) : undefined
    const area = named ?? ownArea(plan, names, i)
    ref_get(m, page, REF_MAP)
    page_add_file_rmap(m, page)
    mapFrame(area, area.start + index - area.pgoff, page, mapping.swapBacked)
  }
  listPage(m, page, plan, cacheLruOf(m, page))
}

/** Onto its list by way of a pagevec that is flushed behind all of them, or not at all. */
function listPage(m: Machine, page: Page, plan: PagePlan, inactive: number): void {
  if (plan.lru === 'off') return
  __lru_cache_add(m, page, plan.active ? inactive + LRU_ACTIVE : inactive)
}

/** A one-page area in a process of the page's own. */
function ownArea(plan: PagePlan, names: Names, n: number): Vma {
  const suffix = n === 0 ? '' : `.${n}`
  const mm = names.process(plan.mm ?? `owner-${plan.pfn}${suffix}`)
  const isAnon = plan.kind === 'anon'
  const vpn = plan.vpn ?? Math.max(plan.pfn, 0x10)
  const ret = do_mmap(mm, {
    pages: 1,
    flags: PRIVATE | (plan.kind === 'shmem' ? VM_SHARED : 0) | (plan.mlocked ? VM_LOCKED : 0),
    at: vpn,
    file: isAnon ? null : fileOf(plan, names),
    pgoff: plan.index ?? 0,
    vm_ops: null,
  })
  if (ret < 0) throw new Error(`state.pages.${plan.pfn}: cannot be mapped`)
  return mm.vmas.find((v) => v.start === ret) as Vma
}

/** The area of a child that shares the page since it was forked. */
function forkedArea(m: Machine, plan: PagePlan, vma: Vma, names: Names, n: number): Vma {
  const mm = names.process(`${plan.mm ?? `owner-${plan.pfn}`}.${n}`)
  let area = mm.vmas.find((v) => v.start === vma.start)
  if (area !== undefined) return area
  area = { ...vma, mm, anon_vma: null, anon_vma_chain: [] }
  mm.vmas.push(area)
  anon_vma_fork(m, area, vma)
  return area
}

/** An entry in a page table that costs no frame of the machine. */
function mapFrame(vma: Vma, vpn: number, page: Page, write: boolean): void {
  const slot = vpn >> PMD_SHIFT
  if (!vma.mm.pgd.has(slot)) {
    vma.mm.pgd.set(slot, { page: NULL_PAGE, entries: new Int32Array(PTRS_PER_PTE) })
  }
  const bits = write ? PTE_WRITE | PTE_DIRTY | PTE_YOUNG : PTE_YOUNG
  set_pte(vma.mm, vpn, mk_pte(page, bits))
}
