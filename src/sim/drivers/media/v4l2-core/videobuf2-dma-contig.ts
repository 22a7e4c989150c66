// Model of drivers/media/v4l2-core/videobuf2-dma-contig.c, v3.9 (gup-migration 5.2-5.6), with patch 5.
import { EFAULT, EINVAL, EIO, ENOMEM } from '../../../include/linux/errno'
import {
  FOLL_DURABLE,
  FOLL_FORCE,
  FOLL_GET,
  FOLL_TOUCH,
  FOLL_WRITE,
  VM_IO,
  VM_PFNMAP,
} from '../../../include/linux/mm'
import { PAGE_SHIFT, PAGE_SIZE } from '../../../include/linux/mmzone'
import { PG_dirty } from '../../../include/linux/page-flags'
import { lock_page, unlock_page } from '../../../include/linux/pagemap'
import { newHolder } from '../../../machine/ledger'
import { printk, type CmaArea, type Machine } from '../../../machine/machine'
import {
  pte_present,
  pteTarget,
  readPte,
  type MmStruct,
  type Vma,
  type Vpn,
} from '../../../machine/mm_types'
import { setFlag } from '../../../machine/page'
import { enter, leave, type Proc } from '../../../machine/proc'
import { NULL_PAGE, type Page } from '../../../machine/types'
import { __get_user_pages, get_user_pages } from '../../../mm/memory_gup'
import { find_vma } from '../../../mm/mmap'
import { putUserPage } from '../../../mm/swap'
import {
  dma_alloc_from_contiguous,
  dma_release_from_contiguous,
  lockCmaMutex,
  unlockCmaMutex,
} from '../../base/dma-contiguous'
import {
  dma_map_sg,
  sg_alloc_table_from_pages,
  vb2_dc_get_contiguous_size,
} from './videobuf2-dma-sgtable'
import { vb2_get_vma, vb2_put_vma, type SharedMemory } from './videobuf2-memops'

/** User memory under a buffer: its frames stay pinned until put_userptr (VB2-25). */
export interface UserBuffer {
  readonly kind: 'userptr'
  /** Copy of the area; keeps an exporter's memory alive, not the mapping. */
  readonly vma: Vma
  readonly pages: readonly Page[]
  /** Holder of the pins; -1 over a PFN-mapped area, which takes none. */
  readonly holder: number
  readonly size: number
}

/** Memory of an MMAP buffer: frames of the device's CMA area. */
export interface CoherentBuffer extends SharedMemory {
  readonly kind: 'mmap'
  readonly area: CmaArea | undefined
  readonly page: Page
  readonly size: number
}

export type DcBuffer = UserBuffer | CoherentBuffer

/** Smallest order whose block holds `size` bytes. */
function get_order(size: number): number {
  return Math.ceil(Math.log2(Math.max(1, Math.ceil(size / PAGE_SIZE))))
}

/** Memory for an MMAP buffer, from CMA or not at all: the buffer or -ENOMEM (VB2-28). */
export function* vb2_dc_alloc(
  m: Machine,
  area: CmaArea | undefined,
  bytes: number,
): Proc<CoherentBuffer | number> {
  enter(m, 'vb2_dc_alloc')
  const count = Math.ceil(bytes / PAGE_SIZE)
  const size = count * PAGE_SIZE
  const page = yield* dma_alloc_from_contiguous(m, area, count, get_order(size))
  leave(m)
  if (page === NULL_PAGE) {
    printk(m, `dma_alloc_coherent of size ${size} failed`)
    return -ENOMEM
  }
  m.mem.content.fill(0, page, page + count)
  m.now += m.costs.clear_page * count
  const buf: CoherentBuffer = {
    kind: 'mmap',
    area,
    page,
    size,
    refcount: 1,
    unmapped: () => {
      buf.refcount--
      if (buf.refcount === 0) releaseFrames(m, buf)
    },
  }
  return buf
}

function releaseFrames(m: Machine, buf: CoherentBuffer): void {
  dma_release_from_contiguous(m, buf.area, buf.page, buf.size >> PAGE_SHIFT)
}

/**
 * The queue lets go of a buffer; the last user gives the frames back under cma_mutex. An area that
 * outlives its queue does so without the mutex, as unmapping cannot sleep in the model.
 */
export function* vb2_dc_put(m: Machine, buf: CoherentBuffer): Proc<void> {
  buf.refcount--
  if (buf.refcount > 0) return
  yield* lockCmaMutex(m)
  releaseFrames(m, buf)
  unlockCmaMutex(m)
}

/** What QBUF asks for: `size` bytes at `vaddr` of the running process. */
export interface UserptrRequest {
  readonly mm: MmStruct
  readonly vaddr: number
  readonly size: number
  /** The device writes to the memory: a capture queue. */
  readonly write: boolean
  /** Name of the pins in the ledger. */
  readonly label: string
}

/** Pins user memory for a device: the buffer or a negative errno (5.2). Holds mmap_sem for read. */
export function* vb2_dc_get_userptr(
  m: Machine,
  request: UserptrRequest,
): Proc<UserBuffer | number> {
  enter(m, 'vb2_dc_get_userptr')
  const ret = yield* getUserptr(m, request)
  leave(m)
  return ret
}

function* getUserptr(m: Machine, request: UserptrRequest): Proc<UserBuffer | number> {
  const { mm, vaddr, size } = request
  if (((vaddr | size) & (m.spec.dmaCacheAlign - 1)) !== 0) {
    printk(m, `user data must be aligned to ${m.spec.dmaCacheAlign} bytes`)
    return -EINVAL
  }
  if (size === 0) return -EINVAL
  const first = Math.floor(vaddr / PAGE_SIZE)
  const end = Math.ceil((vaddr + size) / PAGE_SIZE)
  const vma = find_vma(mm, first)
  if (vma === undefined) {
    printk(m, `no vma for address ${vaddr}`)
    return -EFAULT
  }
  if (vma.end * PAGE_SIZE < vaddr + size) {
    printk(m, `vma at ${vaddr} is too small for ${size} bytes`)
    return -EFAULT
  }
  const buf = yield* pinnedBuffer(m, request, vb2_get_vma(vma), first, end - first)
  if (typeof buf === 'number') return buf
  const ret = mapForDevice(m, buf, vaddr % PAGE_SIZE)
  if (ret === 0) return buf
  yield* releaseUserPages(m, buf, false)
  return ret
}

/** The area's copy with its pages, or the error after giving everything back (VB2-18). */
function* pinnedBuffer(
  m: Machine,
  request: UserptrRequest,
  vma: Vma,
  first: Vpn,
  n: number,
): Proc<UserBuffer | number> {
  const pages: Page[] = []
  const isPfnmap = (vma.flags & (VM_IO | VM_PFNMAP)) !== 0
  const holder = isPfnmap ? -1 : newHolder(m, request.label, true).id
  const ret = yield* vb2_dc_get_user_pages(m, request, vma, first, n, pages, holder)
  const buf: UserBuffer = { kind: 'userptr', vma, pages, holder, size: request.size }
  if (ret === 0) return buf
  printk(m, 'failed to get user pages')
  yield* releaseUserPages(m, buf, false)
  return ret
}

/** The frames behind the range (5.3). On an error `pages` may hold some of them. */
function* vb2_dc_get_user_pages(
  m: Machine,
  request: UserptrRequest,
  vma: Vma,
  first: Vpn,
  n: number,
  pages: Page[],
  holder: number,
): Proc<number> {
  if (holder < 0) return followPfns(m, vma, first, n, pages)
  const got = yield* pinRange(m, request, first, n, pages, holder)
  if (got === n) return 0
  printk(m, `got only ${Math.max(0, got)} of ${n} user pages`)
  return -EFAULT
}

/** No page behind a PFN mapping is referenced (VB2-19). */
function followPfns(m: Machine, vma: Vma, first: Vpn, n: number, pages: Page[]): number {
  for (let vpn = first; vpn < first + n; vpn++) {
    const pte = readPte(vma.mm, vpn)
    if (!pte_present(pte)) {
      printk(m, `no page for address ${vpn * PAGE_SIZE}`)
      return -EINVAL
    }
    pages.push(pteTarget(pte))
  }
  return 0
}

/** Patch 5 passes FOLL_DURABLE to the call below the wrapper; nothing else changes (P5-1). */
function* pinRange(
  m: Machine,
  { mm, write }: UserptrRequest,
  first: Vpn,
  n: number,
  pages: Page[],
  holder: number,
): Proc<number> {
  const owner = m.holders[holder]
  if (owner === undefined) throw new Error(`no holder ${holder}`)
  if (!m.kernel.durableUser) {
    return yield* get_user_pages(m, mm, first, n, write, true, pages, owner)
  }
  m.exercised[5] = (m.exercised[5] as number) + 1
  const flags = FOLL_TOUCH | FOLL_GET | FOLL_FORCE | FOLL_DURABLE | (write ? FOLL_WRITE : 0)
  return yield* __get_user_pages(m, mm, first, n, flags, pages, holder)
}

/** Builds the scatterlist, maps it, and wants it to be one piece for the device (VB2-14..16). */
function mapForDevice(m: Machine, buf: UserBuffer, offset: number): number {
  const sgt = sg_alloc_table_from_pages(m, buf.pages, offset, buf.size)
  if (typeof sgt === 'number') {
    printk(m, 'failed to initialize sg table')
    return sgt
  }
  const mapped = dma_map_sg(m, sgt)
  if (mapped.length === 0) {
    printk(m, 'failed to map scatterlist')
    return -EIO
  }
  const contiguous = vb2_dc_get_contiguous_size(mapped)
  if (contiguous >= buf.size) return 0
  printk(m, `contiguous mapping is too small ${contiguous}/${buf.size}`)
  return -EFAULT
}

/** Puts the pins and closes the area's copy; `dirty` marks every page first, whatever the direction. */
function* releaseUserPages(m: Machine, buf: UserBuffer, dirty: boolean): Proc<void> {
  if (buf.holder >= 0) {
    for (const page of buf.pages) {
      if (dirty) {
        yield* lock_page(m, page)
        setFlag(m, page, PG_dirty)
        unlock_page(m, page)
      }
      putUserPage(m, page, buf.holder)
    }
  }
  vb2_put_vma(buf.vma)
}

/** Ends the device's use of user memory (VB2-24). */
export function* vb2_dc_put_userptr(m: Machine, buf: UserBuffer): Proc<void> {
  enter(m, 'vb2_dc_put_userptr')
  yield* releaseUserPages(m, buf, true)
  leave(m)
}
