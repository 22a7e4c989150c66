// Model of the system calls of mm/mlock.c, v3.9 (FLT-19).
import { EAGAIN, EFAULT, ENOMEM } from '../include/linux/errno'
import {
  FOLL_FORCE,
  FOLL_MLOCK,
  FOLL_TOUCH,
  FOLL_WRITE,
  VM_EXEC,
  VM_LOCKED,
  VM_READ,
  VM_SHARED,
  VM_WRITE,
} from '../include/linux/mm'
import { down_read, down_write, up_read, up_write } from '../include/linux/rwsem'
import type { Machine } from '../machine/machine'
import type { MmStruct, Vma, Vpn } from '../machine/mm_types'
import { enter, leave, type Proc } from '../machine/proc'
import { __get_user_pages } from './memory_gup'
import { munlock_vma_pages_range } from './mlock_vma'
import { areasWithin } from './mmap'
import { lru_add_drain_all } from './swap'

/** What mlock's walk may do to an area: break copy-on-write where it is private and writable. */
function populateFlags(vma: Vma): number {
  const privateWritable = (vma.flags & (VM_WRITE | VM_SHARED)) === VM_WRITE
  const accessible = (vma.flags & (VM_READ | VM_WRITE | VM_EXEC)) !== 0
  return (
    FOLL_TOUCH | FOLL_MLOCK | (privateWritable ? FOLL_WRITE : 0) | (accessible ? FOLL_FORCE : 0)
  )
}

function __mlock_posix_error_return(ret: number): number {
  if (ret === -EFAULT) return -ENOMEM
  return ret === -ENOMEM ? -EAGAIN : ret
}

/** Faults in the locked areas of a range, without pins. */
export function* __mm_populate(m: Machine, mm: MmStruct, start: Vpn, end: Vpn): Proc<number> {
  yield* down_read(mm.mmap_sem)
  let ret = 0
  for (const vma of mm.vmas.filter((v) => v.start < end && v.end > start)) {
    const first = Math.max(start, vma.start)
    const last = Math.min(end, vma.end)
    for (let vpn = first; vpn < last && ret >= 0;) {
      ret = yield* __get_user_pages(m, mm, vpn, last - vpn, populateFlags(vma), null, -1)
      if (ret > 0) vpn += ret
    }
    if (ret < 0) break
  }
  up_read(m, mm.mmap_sem)
  return ret < 0 ? __mlock_posix_error_return(ret) : 0
}

/** Locks [start, start + pages) of the address space: 0, -ENOMEM over a hole, or -EAGAIN. */
export function* sys_mlock(m: Machine, mm: MmStruct, start: Vpn, pages: number): Proc<number> {
  enter(m, 'sys_mlock', mm.id, start, pages)
  yield* lru_add_drain_all(m)
  const end = start + pages
  yield* down_write(m, mm.mmap_sem)
  const vmas = areasWithin(m, mm, start, end)
  const covered = vmas.reduce((n, vma) => n + vma.end - vma.start, 0)
  for (const vma of vmas) vma.flags |= VM_LOCKED
  up_write(mm.mmap_sem)
  const ret = covered === pages ? yield* __mm_populate(m, mm, start, end) : -ENOMEM
  return leave(m, ret)
}

export function* sys_munlock(m: Machine, mm: MmStruct, start: Vpn, pages: number): Proc<number> {
  enter(m, 'sys_munlock', mm.id, start, pages)
  yield* down_write(m, mm.mmap_sem)
  const vmas = areasWithin(m, mm, start, start + pages)
  for (const vma of vmas) {
    if ((vma.flags & VM_LOCKED) !== 0) munlock_vma_pages_range(m, vma, vma.start, vma.end)
  }
  up_write(mm.mmap_sem)
  return leave(m, 0)
}
