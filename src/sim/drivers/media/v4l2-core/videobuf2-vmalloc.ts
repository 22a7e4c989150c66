// Model of USERPTR in drivers/media/v4l2-core/videobuf2-vmalloc.c, v3.9: the CPU fills the buffer
// through a kernel mapping. The series leaves it alone (P5-2); P0-4 may convert it.
import { enter, leave, type Proc } from '../../../machine/proc'
import type { Machine } from '../../../machine/machine'
import {
  pinUserPages,
  releaseUserPages,
  userBuffer,
  type UserBuffer,
  type UserptrRequest,
} from './videobuf2-memops'

/** Pins user memory for a kernel mapping: the buffer or a negative errno. Holds mmap_sem for read. */
export function* vb2_vmalloc_get_userptr(
  m: Machine,
  request: UserptrRequest,
): Proc<UserBuffer | number> {
  enter(m, 'vb2_vmalloc_get_userptr')
  const buf = userBuffer(m, request, null, true)
  const ret = yield* pinUserPages(m, 'vb2-vmalloc', request, buf, true)
  if (ret < 0) yield* releaseUserPages(m, buf, false)
  leave(m)
  return ret < 0 ? ret : buf
}

/** Ends the use; the pages are dirty when the device wrote to them. */
export function* vb2_vmalloc_put_userptr(m: Machine, buf: UserBuffer, write: boolean): Proc<void> {
  enter(m, 'vb2_vmalloc_put_userptr')
  yield* releaseUserPages(m, buf, write)
  leave(m)
}
