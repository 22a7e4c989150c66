// Model of mm/mmap.c, v3.9: areas of an address space. Adjacent areas are never merged. Callers hold
// mmap_sem where the kernel does.
import { EINVAL, ENOMEM } from '../include/linux/errno'
import {
  VM_GROWSDOWN,
  VM_LOCKED,
  VM_MAYREAD,
  VM_MAYWRITE,
  VM_READ,
  VM_WRITE,
} from '../include/linux/mm'
import { tlb_finish_mmu, tlb_gather_mmu } from '../arch/arm/include/asm/tlb'
import { KernelBug, type Machine } from '../machine/machine'
import {
  mk_pte,
  PMD_SHIFT,
  PTE_SPECIAL,
  PTE_WRITE,
  PTE_YOUNG,
  PTRS_PER_PTE,
  set_pte,
  type AddressSpace,
  type MmStruct,
  type Vma,
  type VmOps,
  type Vpn,
} from '../machine/mm_types'
import type { Proc } from '../machine/proc'
import { emit } from '../machine/trace'
import type { Page } from '../machine/types'
import { EV_sim_munmap } from '../trace/events/sim'
import { frameEnter, frameLeave } from '../trace/frames'
import { vma_adjust_trans_huge } from './huge_memory_split'
import { pte_alloc } from './memory_pte'
import { free_pgtables, unmap_page_range } from './memory_zap'
import { munlock_vma_pages_range } from './mlock_vma'
import { anon_vma_clone, unlink_anon_vmas } from './rmap'

/** Areas are placed downwards from here: the top of the mapping region of a 32-bit ARM process. */
const MMAP_BASE: Vpn = 0xb7000
/** Nothing is mapped at page 0; everything else may be, as with mmap_min_addr 4096. */
const MMAP_MIN: Vpn = 1
const VPN_END: Vpn = 1 << 20

export const VM_ANON_RW = VM_READ | VM_WRITE | VM_MAYREAD | VM_MAYWRITE

export interface MapRequest {
  readonly pages: number
  /** VM_* bits of the new area. */
  readonly flags: number
  /** First page number; null = the highest gap that fits. */
  readonly at: Vpn | null
  readonly file: AddressSpace | null
  readonly pgoff: number
  readonly vm_ops: VmOps | null
}

/** First area that ends above the page; undefined when there is none. */
export function find_vma(mm: MmStruct, vpn: Vpn): Vma | undefined {
  return mm.vmas.find((vma) => vpn < vma.end)
}

/** The area that holds the page, a stack growing down to it if need be (FLT-6). */
export function find_extend_vma(mm: MmStruct, vpn: Vpn): Vma | undefined {
  const vma = find_vma(mm, vpn)
  if (vma === undefined || vma.start <= vpn) return vma
  if ((vma.flags & VM_GROWSDOWN) === 0) return undefined
  vma.pgoff -= vma.start - vpn
  vma.start = vpn
  return vma
}

/** Lowest page of the highest gap of that size; -1 when there is none. */
function get_unmapped_area(mm: MmStruct, pages: number): Vpn {
  let end = MMAP_BASE
  for (const vma of mm.vmas.toReversed()) {
    if (vma.start >= MMAP_BASE) continue
    if (end - pages >= vma.end) break
    end = Math.min(end, vma.start)
  }
  return end - pages >= MMAP_MIN ? end - pages : -1
}

function insert_vm_struct(mm: MmStruct, vma: Vma): void {
  const next = mm.vmas.findIndex((other) => other.start >= vma.end)
  mm.vmas.splice(next < 0 ? mm.vmas.length : next, 0, vma)
  vma.file?.i_mmap.push(vma)
}

/** Maps a new area: its first page number, or -EINVAL when it does not fit. */
export function do_mmap(mm: MmStruct, request: MapRequest): number {
  const start = request.at ?? get_unmapped_area(mm, request.pages)
  const end = start + request.pages
  if (request.pages <= 0 || start < MMAP_MIN || end > VPN_END) return -EINVAL
  if (mm.vmas.some((vma) => vma.start < end && start < vma.end)) return -EINVAL
  insert_vm_struct(mm, {
    start,
    end,
    flags: request.flags,
    mm,
    pgoff: request.file === null ? start : request.pgoff,
    anon_vma: null,
    anon_vma_chain: [],
    file: request.file,
    vm_ops: request.vm_ops,
  })
  return start
}

/** An anonymous private area that can be read and written. */
export function mmapAnonymous(mm: MmStruct, pages: number, at: Vpn | null = null): number {
  return do_mmap(mm, { pages, flags: VM_ANON_RW, at, file: null, pgoff: 0, vm_ops: null })
}

/** Maps consecutive frames as special entries; false without memory for page tables (REF-11). */
export function* remap_pfn_range(m: Machine, vma: Vma, first: Page): Proc<boolean> {
  frameEnter(m, 'remap_pfn_range', vma.mm.id, vma.start, first, vma.end - vma.start)
  const done = yield* mapFrames(m, vma, first)
  frameLeave(m, 'remap_pfn_range', done ? 0 : -ENOMEM)
  return done
}

function* mapFrames(m: Machine, vma: Vma, first: Page): Proc<boolean> {
  for (let vpn = vma.start; vpn < vma.end; vpn++) {
    if ((yield* pte_alloc(m, vma.mm, vpn)) === null) return false
    const write = (vma.flags & VM_WRITE) !== 0 ? PTE_WRITE : 0
    set_pte(vma.mm, vpn, mk_pte(first + vpn - vma.start, PTE_SPECIAL | PTE_YOUNG | write))
  }
  return true
}

/** Cuts an area in two at a page inside it; returns the upper half. */
export function split_vma(m: Machine, vma: Vma, at: Vpn): Vma {
  const { mm } = vma
  vma_adjust_trans_huge(m, mm, at)
  const upper: Vma = {
    ...vma,
    start: at,
    pgoff: vma.pgoff + at - vma.start,
    anon_vma_chain: [],
  }
  vma.end = at
  insert_vm_struct(mm, upper)
  anon_vma_clone(upper, vma)
  vma.vm_ops?.open()
  return upper
}

/** Areas of [start, end) after cutting those that stick out. */
export function areasWithin(m: Machine, mm: MmStruct, start: Vpn, end: Vpn): Vma[] {
  for (const edge of [start, end]) {
    const vma = find_vma(mm, edge)
    if (vma !== undefined && vma.start < edge) split_vma(m, vma, edge)
  }
  return mm.vmas.filter((vma) => vma.start >= start && vma.end <= end)
}

function remove_vma(mm: MmStruct, vma: Vma): void {
  mm.vmas.splice(mm.vmas.indexOf(vma), 1)
  unlink_anon_vmas(vma)
  vma.file?.i_mmap.splice(vma.file.i_mmap.indexOf(vma), 1)
  vma.vm_ops?.close()
}

/** Unmaps the areas and frees page tables nobody else needs; returns the user frames freed. */
function unmap_region(m: Machine, mm: MmStruct, vmas: readonly Vma[]): number {
  const first = vmas[0]
  const last = vmas.at(-1)
  if (first === undefined || last === undefined) return 0
  const floor = mm.vmas[mm.vmas.indexOf(first) - 1]?.end ?? 0
  const ceiling = mm.vmas[mm.vmas.indexOf(last) + 1]?.start ?? VPN_END
  for (const vma of vmas) {
    if ((vma.flags & VM_LOCKED) !== 0) munlock_vma_pages_range(m, vma, vma.start, vma.end)
  }
  const tlb = tlb_gather_mmu(m)
  for (const vma of vmas) unmap_page_range(m, tlb, vma, vma.start, vma.end)
  const tables = free_pgtables(m, tlb, mm, first.start, last.end, floor, ceiling)
  tlb_finish_mmu(m, tlb)
  return tlb.freed - tables
}

/** Unmaps [start, start + pages): 0, also when nothing is mapped there. */
export function do_munmap(m: Machine, mm: MmStruct, start: Vpn, pages: number): number {
  if (pages <= 0 || start < 0 || start + pages > VPN_END) return -EINVAL
  frameEnter(m, 'do_munmap', mm.id, start, pages)
  const vmas = areasWithin(m, mm, start, start + pages)
  frameEnter(m, 'unmap_region', mm.id, vmas.length)
  const released = unmap_region(m, mm, vmas)
  frameLeave(m, 'unmap_region')
  for (const vma of vmas) remove_vma(mm, vma)
  emit(m, EV_sim_munmap, start, pages, released)
  return frameLeave(m, 'do_munmap', 0)
}

/** The last user of the address space is gone: everything is unmapped (FLT-21). */
export function exit_mmap(m: Machine, mm: MmStruct): void {
  frameEnter(m, 'exit_mmap', mm.id)
  const vmas = [...mm.vmas]
  const pages = vmas.reduce((n, vma) => n + vma.end - vma.start, 0)
  frameEnter(m, 'unmap_region', mm.id, vmas.length)
  const released = unmap_region(m, mm, vmas)
  frameLeave(m, 'unmap_region')
  for (const vma of vmas) remove_vma(mm, vma)
  if (mm.huge.size > 0) throw new KernelBug(m, `mm ${mm.id}: huge entries left at exit`)
  if (mm.pgd.size > 0)
    throw new KernelBug(m, `mm ${mm.id}: ${mm.pgd.size} page tables left at exit`)
  emit(m, EV_sim_munmap, vmas[0]?.start ?? 0, pages, released)
  frameLeave(m, 'exit_mmap')
}

/**
 * Where a huge page that lies wholly in the range has its page table set aside: that goes with it, so
 * that the next access can map a huge page again.
 */
function tablesSetAside(m: Machine, mm: MmStruct, start: Vpn, end: Vpn): Vpn[] {
  if (m.hpageOrder !== PMD_SHIFT) return []
  const found: Vpn[] = []
  for (const pmd of mm.huge.keys()) {
    const vpn = pmd << PMD_SHIFT
    if (vpn >= start && vpn + PTRS_PER_PTE <= end) found.push(vpn)
  }
  return found.sort((a, b) => a - b)
}

/** MADV_DONTNEED: the entries go, the area and its page tables stay. Holds mmap_sem for read. */
export function madvise_dontneed(m: Machine, mm: MmStruct, start: Vpn, pages: number): number {
  frameEnter(m, 'madvise_dontneed', mm.id, start, pages)
  return frameLeave(m, 'madvise_dontneed', zapAreas(m, mm, start, pages))
}

function zapAreas(m: Machine, mm: MmStruct, start: Vpn, pages: number): number {
  const end = start + pages
  for (const vma of mm.vmas) {
    if (vma.end <= start || vma.start >= end) continue
    if ((vma.flags & VM_LOCKED) !== 0 || vma.vm_ops !== null) return -EINVAL
    const tlb = tlb_gather_mmu(m)
    const first = Math.max(start, vma.start)
    const last = Math.min(end, vma.end)
    const setAside = tablesSetAside(m, mm, first, last)
    unmap_page_range(m, tlb, vma, first, last)
    for (const vpn of setAside) {
      free_pgtables(m, tlb, mm, vpn, vpn + PTRS_PER_PTE, vpn, vpn + PTRS_PER_PTE)
    }
    tlb_finish_mmu(m, tlb)
  }
  return 0
}
