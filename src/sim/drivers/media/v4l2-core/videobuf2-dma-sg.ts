// Model of USERPTR in drivers/media/v4l2-core/videobuf2-dma-sg.c, v3.9: the device gathers any frames,
// so nothing has to be contiguous. The series leaves it alone (P5-2); P0-4 may convert it.
import type { Machine } from '../../../machine/machine'
import type { Proc } from '../../../machine/proc'
import {
  getUserBuffer,
  putUserBuffer,
  type UserBuffer,
  type UserptrRequest,
} from './videobuf2-memops'
import { sg_alloc_table_from_pages } from './videobuf2-dma-sgtable'

/** Pins user memory for a device that gathers: the buffer or a negative errno. Holds mmap_sem for read. */
export function vb2_dma_sg_get_userptr(
  m: Machine,
  request: UserptrRequest,
): Proc<UserBuffer | number> {
  return getUserBuffer(m, 'vb2-dma-sg', request, (buf) => {
    const sgt = sg_alloc_table_from_pages(m, buf.pages, request.vaddr % 4096, request.size)
    return typeof sgt === 'number' ? sgt : 0
  })
}

/** Ends the device's use; the pages are dirty when the device wrote to them. */
export function vb2_dma_sg_put_userptr(m: Machine, buf: UserBuffer, write: boolean): Proc<void> {
  return putUserBuffer(m, 'vb2-dma-sg', buf, write)
}
