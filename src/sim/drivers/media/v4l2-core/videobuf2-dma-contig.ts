// Model of drivers/media/v4l2-core/videobuf2-dma-contig.c, v3.9 (gup-migration 5.2-5.6), with patch 5.
import { EFAULT, EINVAL, EIO, ENOMEM } from '../../../include/linux/errno'
import { VM_IO, VM_PFNMAP } from '../../../include/linux/mm'
import { PAGE_SHIFT, PAGE_SIZE } from '../../../include/linux/mmzone'
import { printk, type CmaArea, type Machine } from '../../../machine/machine'
import { pte_present, pteTarget, readPte, type Vma, type Vpn } from '../../../machine/mm_types'
import { enter, leave, type Proc } from '../../../machine/proc'
import { NULL_PAGE, type Page } from '../../../machine/types'
import { find_vma } from '../../../mm/mmap'
import {
  dma_alloc_from_contiguous,
  dma_release_from_contiguous,
  lockCmaMutex,
  unlockCmaMutex,
} from '../../base/dma-contiguous'
import { framed } from '../../../trace/frames'
import {
  dma_map_sg,
  sg_alloc_table_from_pages,
  vb2_dc_get_contiguous_size,
} from './videobuf2-dma-sgtable'
import {
  pageRange,
  pinUserPages,
  releaseUserPages,
  userBuffer,
  vb2_get_vma,
  type SharedMemory,
  type UserBuffer,
  type UserptrRequest,
} from './videobuf2-memops'

const CALLER = 'vb2-dma-contig'

/** Memory of an MMAP buffer: frames of the device's CMA area. */
export class CoherentBuffer implements SharedMemory {
  readonly kind = 'mmap'
  readonly m: Machine
  readonly area: CmaArea | undefined
  readonly page: Page
  readonly size: number
  refcount = 1

  constructor(m: Machine, area: CmaArea | undefined, page: Page, size: number) {
    this.m = m
    this.area = area
    this.page = page
    this.size = size
  }

  unmapped(): void {
    this.refcount--
    if (this.refcount === 0) releaseFrames(this.m, this)
  }
}

/** What a buffer's memory is. */
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
  enter(m, 'vb2_dc_alloc', area === undefined ? -1 : m.cma.indexOf(area), bytes)
  const count = Math.ceil(bytes / PAGE_SIZE)
  const size = count * PAGE_SIZE
  const page = yield* dma_alloc_from_contiguous(m, area, count, get_order(size))
  leave(m, page)
  if (page === NULL_PAGE) {
    printk(m, `dma_alloc_coherent of size ${size} failed`)
    return -ENOMEM
  }
  m.mem.content.fill(0, page, page + count)
  m.now += m.costs.clear_page * count
  return new CoherentBuffer(m, area, page, size)
}

function releaseFrames(m: Machine, buf: CoherentBuffer): void {
  dma_release_from_contiguous(m, buf.area, buf.page, buf.size >> PAGE_SHIFT)
}

/**
 * The queue lets go of a buffer; the last user gives the frames back under cma_mutex. An area that
 * outlives its queue does so without the mutex, as unmapping cannot sleep in the model.
 */
export function vb2_dc_put(m: Machine, buf: CoherentBuffer): Proc<void> {
  return framed(m, 'vb2_dc_put', letGo(m, buf), buf.page, buf.refcount)
}

function* letGo(m: Machine, buf: CoherentBuffer): Proc<void> {
  buf.refcount--
  if (buf.refcount > 0) return
  yield* lockCmaMutex(m)
  releaseFrames(m, buf)
  unlockCmaMutex(m)
}

/** Pins user memory for a device: the buffer or a negative errno (5.2). Holds mmap_sem for read. */
export function* vb2_dc_get_userptr(
  m: Machine,
  request: UserptrRequest,
): Proc<UserBuffer | number> {
  const { mm, vaddr, size } = request
  enter(m, 'vb2_dc_get_userptr', mm.id, vaddr, size, request.write ? 1 : 0)
  const ret = yield* getUserptr(m, request)
  leave(m, typeof ret === 'number' ? ret : 0)
  return ret
}

function* getUserptr(m: Machine, request: UserptrRequest): Proc<UserBuffer | number> {
  const { mm, vaddr, size } = request
  if (((vaddr | size) & (m.spec.dmaCacheAlign - 1)) !== 0) {
    printk(m, `user data must be aligned to ${m.spec.dmaCacheAlign} bytes`)
    return -EINVAL
  }
  if (size === 0) return -EINVAL
  const { first, n } = pageRange(request)
  const vma = find_vma(mm, first)
  if (vma === undefined) {
    printk(m, `no vma for address ${vaddr}`)
    return -EFAULT
  }
  if (vma.end * PAGE_SIZE < vaddr + size) {
    printk(m, `vma at ${vaddr} is too small for ${size} bytes`)
    return -EFAULT
  }
  const isPfnmap = (vma.flags & (VM_IO | VM_PFNMAP)) !== 0
  const buf = userBuffer(m, request, vb2_get_vma(vma), !isPfnmap)
  let ret = isPfnmap ? followPfns(m, vma, first, n, buf.pages) : yield* pinPages(m, request, buf)
  if (ret < 0) printk(m, 'failed to get user pages')
  else ret = mapForDevice(m, buf, vaddr % PAGE_SIZE)
  if (ret === 0) return buf
  // Whatever failed, every pin is put again (VB2-18).
  yield* releaseUserPages(m, buf, false)
  return ret
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
function pinPages(m: Machine, request: UserptrRequest, buf: UserBuffer): Proc<number> {
  const isPatched = m.kernel.policy === 'rfc2013' && m.kernel.spec.patches.includes(5)
  if (isPatched && m.kernel.converted.has(CALLER)) m.exercised[5] = (m.exercised[5] as number) + 1
  // Without an IOMMU the device needs its frames side by side, so none of several can go (MOD-3).
  return pinUserPages(m, CALLER, request, buf, m.spec.iommu)
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

/** Ends the device's use of user memory; its pages are dirty whatever the direction (VB2-24). */
export function* vb2_dc_put_userptr(m: Machine, buf: UserBuffer): Proc<void> {
  enter(m, 'vb2_dc_put_userptr', buf.pages.length)
  yield* releaseUserPages(m, buf, true)
  leave(m)
}
