/** The test driver and its program on the model: touching, pinning, CMA, forking. */
import { touchPage } from '../../arch/arm/mm/fault'
import {
  dma_alloc_from_contiguous,
  dma_release_from_contiguous,
} from '../../drivers/base/dma-contiguous'
import {
  vb2_dc_alloc,
  vb2_dc_get_userptr,
  vb2_dc_put,
  vb2_dc_put_userptr,
  type CoherentBuffer,
} from '../../drivers/media/v4l2-core/videobuf2-dma-contig'
import type { UserBuffer } from '../../drivers/media/v4l2-core/videobuf2-memops'
import { GFP_KERNEL } from '../../include/linux/gfp'
import { FOLL_FORCE, FOLL_GET, FOLL_TOUCH, FOLL_WRITE, VM_SHARED } from '../../include/linux/mm'
import { MIGRATE_CMA } from '../../include/linux/mmzone'
import { PG_arch_1, PG_dirty, PG_referenced, PG_reserved } from '../../include/linux/page-flags'
import { REF_CACHE, USE_RESERVED } from '../../machine/kinds'
import { inCmaArea, newHolder } from '../../machine/ledger'
import { page_to_pfn, pfn_to_page, type Machine } from '../../machine/machine'
import {
  pte_present,
  PMD_SHIFT,
  pteTarget,
  readPte,
  type AddressSpace,
} from '../../machine/mm_types'
import { clearFlag, setFlag } from '../../machine/page'
import { runToEnd, type Proc } from '../../machine/proc'
import {
  createProcess,
  exitProcess,
  forkProcess,
  mapRegion,
  munmapRegion,
  type Process,
} from '../../machine/process'
import { NULL_PAGE, type Page, type Pfn } from '../../machine/types'
import { createAddressSpace, read_cache_page } from '../../mm/filemap'
import { __get_user_pages } from '../../mm/memory_gup'
import { sys_mlock } from '../../mm/mlock_range'
import { VM_ANON_RW } from '../../mm/mmap'
import { __free_pages, alloc_pages, drain_all_pages } from '../../mm/page_alloc'
import { alloc_contig_range } from '../../mm/page_alloc_contig'
import { lru_add_drain, lru_add_drain_all, put_page, putUserPage } from '../../mm/swap'
import { page_mapping } from '../../mm/util'
import { isolate_lru_page, putback_lru_page } from '../../mm/vmscan'
import type { CallLine } from './format'
import { HOG_GFP, hogUntilCma } from './placement'

/** The program's memory under test lies in [MEMORY_START, MEMORY_END); the rest is its own. */
export const MEMORY_START = 0x98000
export const MEMORY_END = 0xb7000

type Pin =
  | { readonly kind: 'pages'; readonly pages: Page[]; readonly holder: number }
  | { readonly kind: 'userptr'; readonly buffer: UserBuffer }
  | { readonly kind: 'mmap'; readonly buffer: CoherentBuffer }

/** What a call returned, in the members its line has. */
export type Answer = Partial<Record<keyof CallLine, number>>

export class Driver {
  readonly app: Process
  readonly children: Process[] = []
  readonly handles = new Map<number, Pin>()
  /** Pages taken off the LRU by hand. */
  readonly offLru: Page[] = []
  /** Next address for memory whose address the recording never tells. */
  cursor = MEMORY_END
  #reserved: Page[] = []
  #hogged: Page[] = []
  hogged = 0
  /** Next page of the buffer that is queued without a window. */
  queuePointer = -1

  readonly m: Machine

  constructor(m: Machine, zeroPfn: Pfn | null) {
    this.m = m
    if (zeroPfn !== null) this.#useZeroPage(pfn_to_page(m, zeroPfn))
    this.app = createProcess(m, 'lab', 0)
    m.current = this.app.task.id
    this.map(MEMORY_START, MEMORY_END - MEMORY_START, VM_ANON_RW)
  }

  #useZeroPage(page: Page): void {
    const { m } = this
    m.zero_page = page
    m.mem.flags[page] = PG_reserved
    m.mem.use[page] = USE_RESERVED
  }

  run<T>(proc: Proc<T>): T {
    return runToEnd(this.m, proc)
  }

  pfnAt(vpn: number, process = this.app): Pfn {
    const pte = readPte(process.mm, vpn)
    return pte_present(pte) ? page_to_pfn(this.m, pteTarget(pte)) : 0
  }

  /** Where the program, or else a child, maps a frame; -1 for nowhere. */
  vpnOf(pfn: Pfn, process = this.app): number {
    for (const [table, { entries }] of process.mm.pgd) {
      for (let i = 0; i < entries.length; i++) {
        const vpn = (table << PMD_SHIFT) + i
        if (entries[i] !== 0 && this.pfnAt(vpn, process) === pfn) return vpn
      }
    }
    return -1
  }

  hasTable(vpn: number): boolean {
    return this.app.mm.pgd.has(vpn >> PMD_SHIFT)
  }

  touch(vpn: number, write: boolean): void {
    this.run(touchPage(this.m, this.app.mm, vpn, write))
  }

  /** Unmaps pages; the addresses can be used again. */
  munmap(vpn: number, pages: number): void {
    this.run(munmapRegion(this.m, this.app.mm, vpn, pages))
    this.map(vpn, pages, VM_ANON_RW)
  }

  /** Maps a page anew with other rights. */
  remap(vpn: number, flags: number): void {
    this.run(munmapRegion(this.m, this.app.mm, vpn, 1))
    this.map(vpn, 1, flags)
  }

  /** Leaves nothing mapped there. */
  punchHole(vpn: number, pages: number): void {
    this.run(munmapRegion(this.m, this.app.mm, vpn, pages))
  }

  map(vpn: number, pages: number, flags: number, file: AddressSpace | null = null): void {
    const request = { pages, flags, at: vpn, file, pgoff: 0, vm_ops: null }
    this.run(mapRegion(this.m, this.app.mm, request))
  }

  mlock(vpn: number, pages: number): void {
    this.run(sys_mlock(this.m, this.app.mm, vpn, pages))
  }

  drainLru(): void {
    this.run(lru_add_drain_all(this.m))
  }

  /** Maps one page of a new file in place of anonymous memory; `shared` is tmpfs. */
  mapFile(vpn: number, shared: boolean): AddressSpace {
    const { m } = this
    const file = createAddressSpace(m, 'file', 1, { swapBacked: shared })
    this.punchHole(vpn, 1)
    this.map(vpn, 1, shared ? VM_ANON_RW | VM_SHARED : VM_ANON_RW, file)
    return file
  }

  /** The file's page as writing the file left it: dirty, its caches clean, on the LRU (REF-25). */
  writeFile(file: AddressSpace): void {
    const page = this.run(read_cache_page(this.m, file, 0))
    if (page === NULL_PAGE) return
    setFlag(this.m, page, PG_dirty | PG_arch_1)
    lru_add_drain(this.m)
    if (!file.swapBacked) setFlag(this.m, page, PG_referenced)
  }

  fork(): void {
    const child = this.run(forkProcess(this.m, 'child', 0))
    if (child !== null) this.children.push(child)
  }

  /** Ends the children that map a frame. */
  exitMappersOf(pfn: Pfn): void {
    for (const child of [...this.children]) {
      if (this.vpnOf(pfn, child) >= 0) this.exitChild(child)
    }
  }

  exitChild(child = this.children.at(-1)): void {
    if (child === undefined) return
    this.children.splice(this.children.indexOf(child), 1)
    this.m.current = child.task.id
    this.run(exitProcess(this.m))
    this.m.current = this.app.task.id
  }

  /** Runs a call; null when it is none of the driver's known ones. */
  call(line: CallLine, vpn: number): Answer | null {
    const known = CALLS[line.fn]
    return known === undefined ? null : known(this, line, vpn)
  }

  drain(mask: number): void {
    if ((mask & 1) !== 0) this.drainLru()
    if ((mask & 2) !== 0) drain_all_pages(this.m)
  }

  reserve(pages: number): number {
    this.#reserved = Array.from({ length: pages }, () => alloc_pages(this.m, GFP_KERNEL, 0))
    return this.#reserved.filter((page) => page !== NULL_PAGE).length
  }

  /**
   * Takes movable frames until no block above order 2 is left outside CMA and the reserve. The driver
   * counts those outside CMA, up to but without the one that split the last block.
   */
  hogBlocks(): number {
    while (this.#hasBlockAbove(2)) {
      const page = alloc_pages(this.m, HOG_GFP, 0)
      if (page === NULL_PAGE) break
      this.#hogged.push(page)
    }
    this.hogged = this.#hogged.length
    return this.#hogged.filter((page) => !inCmaArea(this.m, page)).length - 1
  }

  #hasBlockAbove(order: number): boolean {
    const { m } = this
    return m.zones.some((zone) => {
      for (let o = order + 1; o < m.maxOrder; o++) {
        for (const type of [0, 1, 2]) {
          const head = zone.free_list[o * (zone.free_list.length / m.maxOrder) + type] as number
          if (m.mem.next[head] !== head) return true
        }
      }
      return false
    })
  }

  freeHoggedCma(): number {
    const inCma = this.#hogged.filter((page) => inCmaArea(this.m, page))
    for (const page of inCma) __free_pages(this.m, page, 0)
    this.#hogged = this.#hogged.filter((page) => !inCma.includes(page))
    return inCma.length
  }

  freeReserved(keep: (pfn: Pfn) => boolean): number {
    const freed = this.#reserved.filter((page) => !keep(page_to_pfn(this.m, page)))
    for (const page of freed) __free_pages(this.m, page, 0)
    return freed.length
  }

  /** A hogged frame outside CMA, no longer counted as hogged; 0 when there is none. */
  takeHogged(): Pfn {
    const page = this.#hogged.pop()
    return page === undefined ? 0 : page_to_pfn(this.m, page)
  }

  /** Unmaps a page of the program, and takes it out of its file. */
  letGo(pfn: Pfn): void {
    const { m } = this
    const page = pfn_to_page(m, pfn)
    const mapping = page_mapping(m, page)
    const index = m.mem.index[page] as number
    this.munmap(this.vpnOf(pfn), 1)
    if (mapping === null) return
    mapping.pages.delete(index)
    m.mem.mapping[page] = 0
    clearFlag(m, page, PG_dirty)
    put_page(m, page, REF_CACHE)
  }

  /** Frees buffers in CMA of that size; false when there is none. */
  releaseBuffer(pages: number): boolean {
    for (const [handle, pin] of this.handles) {
      if (pin.kind !== 'mmap' || pin.buffer.size !== pages * 4096) continue
      this.handles.delete(handle)
      this.run(vb2_dc_put(this.m, pin.buffer))
      return true
    }
    return false
  }

  hogUntilCma(): number {
    this.hogged = this.#hogged.length + hogUntilCma(this.m)
    return this.hogged
  }

  pin(line: CallLine, vpn: number): Answer {
    const given = Number(line.flags ?? 0)
    const bits = ((given & 1) === 0 ? 0 : FOLL_WRITE) | ((given & 2) === 0 ? 0 : FOLL_FORCE)
    const flags = line.fn === 'get_user_pages' ? bits | FOLL_TOUCH | FOLL_GET : given
    const holder = newHolder(this.m, 'driver', true).id
    const pages: Page[] = []
    const count = line.n ?? 1
    const ret = this.run(
      __get_user_pages(this.m, this.app.mm, vpn, count, flags | FOLL_GET, pages, holder),
    )
    if (ret > 0) this.handles.set(line.handle ?? 0, { kind: 'pages', pages, holder })
    return { ret, ...(pages[0] !== undefined && { pfn0: page_to_pfn(this.m, pages[0]) }) }
  }

  release(line: CallLine): Answer {
    const pin = this.handles.get(line.handle ?? 0)
    if (pin === undefined) return { ret: -1 }
    this.handles.delete(line.handle ?? 0)
    if (pin.kind === 'pages') {
      for (const page of pin.pages) {
        if (line.dirty === 1) setFlag(this.m, page, PG_dirty)
        putUserPage(this.m, page, pin.holder)
      }
    } else if (pin.kind === 'userptr') this.run(vb2_dc_put_userptr(this.m, pin.buffer))
    else this.run(vb2_dc_put(this.m, pin.buffer))
    return { ret: 0 }
  }

  dmaAlloc(line: CallLine): Answer {
    const area = this.m.cma[0]
    const page = this.run(dma_alloc_from_contiguous(this.m, area, line.count ?? 0, line.align ?? 0))
    return this.#placeOf(page)
  }

  #placeOf(page: Page): Answer {
    if (page === NULL_PAGE) return { pfn: 0, offset: -1 }
    const pfn = page_to_pfn(this.m, page)
    return { pfn, offset: pfn - (this.m.cma[0]?.base_pfn ?? 0) }
  }

  dmaRelease(line: CallLine): Answer {
    const page = pfn_to_page(this.m, line.pfn ?? 0)
    const ok = dma_release_from_contiguous(this.m, this.m.cma[0], page, line.count ?? 0)
    return { ret: ok ? 1 : 0 }
  }

  getUserptr(line: CallLine, vpn: number): Answer {
    const { m } = this
    // Each call says whether its device has an IOMMU.
    const machine = m as { spec: Machine['spec'] }
    const own = m.spec
    machine.spec = { ...own, iommu: line.iommu === 1 }
    const request = {
      mm: this.app.mm,
      vaddr: vpn * 4096,
      size: line.size ?? 0,
      write: line.write === 1,
      label: 'vb2',
    }
    const buffer = this.run(vb2_dc_get_userptr(m, request))
    machine.spec = own
    if (typeof buffer === 'number') return { ret: buffer }
    this.handles.set(line.handle ?? 0, { kind: 'userptr', buffer })
    return { ret: 0 }
  }

  vb2Alloc(line: CallLine): Answer {
    const buffer = this.run(vb2_dc_alloc(this.m, this.m.cma[0], line.size ?? 0))
    if (typeof buffer === 'number') return { ret: buffer, pfn: 0, offset: -1 }
    this.handles.set(line.handle ?? 0, { kind: 'mmap', buffer })
    return { ret: 0, ...this.#placeOf(buffer.page) }
  }

  contigRange(start: Pfn, end: Pfn): Answer {
    const ret = this.run(alloc_contig_range(this.m, start, end, MIGRATE_CMA))
    return { ret }
  }

  isolate(pfn: Pfn): Answer {
    const page = pfn_to_page(this.m, pfn)
    const ret = isolate_lru_page(this.m, page)
    if (ret === 0) this.offLru.push(page)
    return { ret, pfn }
  }

  putBack(page: Page): void {
    this.offLru.splice(this.offLru.indexOf(page), 1)
    putback_lru_page(this.m, page)
  }
}

type Call = (driver: Driver, line: CallLine, vpn: number) => Answer

/** Calls by the name the recordings give them. */
const CALLS: Readonly<Record<string, Call>> = {
  drain: (d, line) => {
    d.drain(line.mask ?? 0)
    return {}
  },
  'reserve U': (d, line) => ({ pages: d.reserve(line.pages ?? 0) }),
  'hog M until no free block above order 2 outside CMA and RESERVE': (d) => ({
    pages: d.hogBlocks(),
  }),
  'free the CMA pages met on the way': (d) => ({ pages: d.freeHoggedCma() }),
  'free the U pages with pfn mod 8 < 4': (d) => ({ pages: d.freeReserved((pfn) => pfn % 8 >= 4) }),
  'hog M until a CMA page comes': (d) => ({ pages: d.hogUntilCma() }),
  get_user_pages: (d, line, vpn) => d.pin(line, vpn),
  __get_user_pages: (d, line, vpn) => d.pin(line, vpn),
  unpin: (d, line) => d.release(line),
  vb2_dc_get_userptr: (d, line, vpn) => d.getUserptr(line, vpn),
  vb2_dc_put_userptr: (d, line) => d.release(line),
  vb2_dc_put: (d, line) => d.release(line),
  vb2_dc_alloc: (d, line) => d.vb2Alloc(line),
  dma_alloc_from_contiguous: (d, line) => d.dmaAlloc(line),
  dma_release_from_contiguous: (d, line) => d.dmaRelease(line),
  isolate_lru_page: (d, line) => d.isolate(line.pfn ?? 0),
}
