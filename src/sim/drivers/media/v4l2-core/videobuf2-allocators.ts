/** The memory operations a queue's driver chose: vb2 dma-contig, dma-sg or vmalloc. */
import type { Machine } from '../../../machine/machine'
import type { Proc } from '../../../machine/proc'
import { vb2_dc_get_userptr, vb2_dc_put_userptr } from './videobuf2-dma-contig'
import { vb2_dma_sg_get_userptr, vb2_dma_sg_put_userptr } from './videobuf2-dma-sg'
import type { UserBuffer, UserptrRequest } from './videobuf2-memops'
import type { Vb2Queue } from './videobuf2-queue'
import { vb2_vmalloc_get_userptr, vb2_vmalloc_put_userptr } from './videobuf2-vmalloc'

/** The memory operation of the driver's allocator. */
export function get_userptr(
  m: Machine,
  q: Vb2Queue,
  request: UserptrRequest,
): Proc<UserBuffer | number> {
  switch (q.driver.allocator ?? 'vb2-dma-contig') {
    case 'vb2-dma-sg':
      return vb2_dma_sg_get_userptr(m, request)
    case 'vb2-vmalloc':
      return vb2_vmalloc_get_userptr(m, request)
    case 'vb2-dma-contig':
      return vb2_dc_get_userptr(m, request)
  }
}

/** As get_userptr; the page states it leaves behind depend on the direction. */
export function put_userptr(m: Machine, q: Vb2Queue, memory: UserBuffer): Proc<void> {
  const write = q.direction === 'capture'
  switch (q.driver.allocator ?? 'vb2-dma-contig') {
    case 'vb2-dma-sg':
      return vb2_dma_sg_put_userptr(m, memory, write)
    case 'vb2-vmalloc':
      return vb2_vmalloc_put_userptr(m, memory, write)
    case 'vb2-dma-contig':
      return vb2_dc_put_userptr(m, memory)
  }
}
