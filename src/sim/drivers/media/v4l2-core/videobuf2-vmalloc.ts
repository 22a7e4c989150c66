// Model of USERPTR in drivers/media/v4l2-core/videobuf2-vmalloc.c, v3.9: the CPU fills the buffer
// through a kernel mapping. The series leaves it alone (P5-2); P0-4 may convert it.
import type { Machine } from '../../../machine/machine'
import type { Proc } from '../../../machine/proc'
import {
  getUserBuffer,
  putUserBuffer,
  type UserBuffer,
  type UserptrRequest,
} from './videobuf2-memops'

/** Pins user memory for a kernel mapping: the buffer or a negative errno. Holds mmap_sem for read. */
export function vb2_vmalloc_get_userptr(
  m: Machine,
  request: UserptrRequest,
): Proc<UserBuffer | number> {
  return getUserBuffer(m, 'vb2-vmalloc', request, () => 0)
}

/** Ends the use; the pages are dirty when the device wrote to them. */
export function vb2_vmalloc_put_userptr(m: Machine, buf: UserBuffer, write: boolean): Proc<void> {
  return putUserBuffer(m, 'vb2-vmalloc', buf, write)
}
