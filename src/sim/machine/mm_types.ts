/**
 * Address spaces, areas and page tables: the plain data behind mm_struct, vm_area_struct, anon_vma and
 * address_space. Addresses are virtual page numbers (vpn); a page table covers 512 of them (2 MiB).
 */
import type { Page } from './types'

/** A virtual page number: address >> 12. */
export type Vpn = number

/**
 * A page table entry. Bits 0-1 say what it is, bits 2-5 are the attributes, the rest is a page index
 * (present, migration) or a swap slot.
 */
export type Pte = number

export const PTE_NONE = 0
const PTE_KIND = 0x3
const PTE_PRESENT = 0x1
const PTE_SWAP = 0x2
const PTE_MIGRATION = 0x3
export const PTE_WRITE = 0x4
export const PTE_DIRTY = 0x8
/** ARM keeps it in software: an entry that is not young faults on access. */
export const PTE_YOUNG = 0x10
/** No struct page behind it as far as the mapping goes: the zero page or a PFN mapping (REF-10, REF-11). */
export const PTE_SPECIAL = 0x20
const PTE_SHIFT = 6

export const PMD_SHIFT = 9
export const PTRS_PER_PTE = 1 << PMD_SHIFT

/** A present entry; `bits` are PTE_* attributes. */
export function mk_pte(page: Page, bits: number): Pte {
  return (page << PTE_SHIFT) | bits | PTE_PRESENT
}

export function swp_entry_to_pte(slot: number): Pte {
  return (slot << PTE_SHIFT) | PTE_SWAP
}

/** A migration entry for the page; it remembers whether the mapping was writable. */
export function make_migration_entry(page: Page, write: boolean): Pte {
  return (page << PTE_SHIFT) | (write ? PTE_WRITE : 0) | PTE_MIGRATION
}

export function pte_present(pte: Pte): boolean {
  return (pte & PTE_KIND) === PTE_PRESENT
}

export function is_migration_entry(pte: Pte): boolean {
  return (pte & PTE_KIND) === PTE_MIGRATION
}

export function isSwapPte(pte: Pte): boolean {
  return (pte & PTE_KIND) === PTE_SWAP
}

/** Page index of a present or migration entry, slot of a swap entry. */
export function pteTarget(pte: Pte): number {
  return pte >>> PTE_SHIFT
}

/** One page table page and its 512 entries. */
export interface PageTable {
  /** The frame it lives in. */
  readonly page: Page
  readonly entries: Int32Array
}

export interface AnonVma {
  readonly id: number
  /** Areas in which its pages may be mapped, in order of linking. */
  readonly vmas: Vma[]
}

/** What to do about a page cache page that migration finds without a migratepage callback (MIG-29). */
export type WritepageResult = 'written' | 'fails' | 'none'

export interface AddressSpace {
  readonly id: number
  readonly name: string
  /** Page cache by index. */
  readonly pages: Map<number, Page>
  /** Content tags on the disk, of pages written so far; others hold their index. */
  readonly stored: Map<number, number>
  readonly i_mmap: Vma[]
  /** Size of the file in pages; a fault beyond it is SIGBUS. */
  size: number
  readonly gfp_mask: number
  /** tmpfs: pages are swap-backed and live on the anonymous lists. */
  readonly swapBacked: boolean
  /** Pages carry buffer heads (PG_private, one reference). */
  readonly buffers: boolean
  readonly migratepage:
    'migrate_page' | 'buffer_migrate_page' | 'fail_migrate_page' | 'aio_migratepage' | null
  readonly writepage: WritepageResult
  /** The pages are the storage itself: long-term pins are refused (MOD-9). */
  readonly dax: boolean
  /** The ring whose pages these are (MOD-1); null for any other file and once its owner is gone. */
  aio_ring: KioCtx | null
}

/** A ring of asynchronous I/O: its area, and the pages it holds to write completions to. */
export interface KioCtx {
  readonly mm: MmStruct
  readonly start: Vpn
  readonly nr_pages: number
  readonly ring_pages: Page[]
  /** Holder of one pin a page. */
  readonly holder: number
  /** Backing file under the policy `aio-callback`; null when the ring is anonymous memory. */
  readonly file: AddressSpace | null
}

/** Called when an area that maps driver memory is copied or goes away. */
export interface VmOps {
  open(): void
  close(): void
}

export interface Vma {
  start: Vpn
  /** Exclusive. */
  end: Vpn
  flags: number
  readonly mm: MmStruct
  /** Page offset of `start`: in the file, or the vpn of the first mapping for anonymous memory. */
  pgoff: number
  anon_vma: AnonVma | null
  /** Every anon_vma in which a page of this area may sit (its own last). */
  readonly anon_vma_chain: AnonVma[]
  readonly file: AddressSpace | null
  readonly vm_ops: VmOps | null
}

/** mmap_sem: any number of readers or one writer, by task. */
export interface RwSemaphore {
  readers: number
  writer: number
}

export interface MmStruct {
  readonly id: number
  /** Task it was made for; names the mapping in events. */
  readonly owner: number
  /** Tasks that use it; the last one to leave takes it down. */
  users: number
  /** Ascending, disjoint. */
  readonly vmas: Vma[]
  /** Page tables by vpn >> 9. */
  readonly pgd: Map<number, PageTable>
  /** Huge entries by vpn >> hpageOrder, each for the head of its huge page (machine/huge.ts). */
  readonly huge: Map<number, Pte>
  readonly mmap_sem: RwSemaphore
  /** Rings of asynchronous I/O; they go before the memory does. */
  readonly ioctx_list: KioCtx[]
}

/** The swap area: slots by number, and the cache of pages that own one. */
export interface SwapArea {
  /** Entries that point to the slot, and what the slot holds; absent = free. */
  readonly map: Map<number, { users: number; content: number }>
  /** Swap cache (swapper_space). */
  readonly cache: Map<number, Page>
  next: number
}

export function createSwapArea(): SwapArea {
  return { map: new Map(), cache: new Map(), next: 1 }
}

/** The entry for a virtual page; none without a page table. */
export function readPte(mm: MmStruct, vpn: Vpn): Pte {
  const table = mm.pgd.get(vpn >> PMD_SHIFT)
  return table === undefined ? PTE_NONE : (table.entries[vpn & (PTRS_PER_PTE - 1)] as number)
}

/** Stores an entry; its page table must be there. */
export function set_pte(mm: MmStruct, vpn: Vpn, pte: Pte): void {
  const table = mm.pgd.get(vpn >> PMD_SHIFT)
  if (table === undefined) throw new Error(`no page table for vpn ${vpn}`)
  table.entries[vpn & (PTRS_PER_PTE - 1)] = pte
}
