// Model of include/linux/rwsem.h, v3.9, as mmap_sem uses it: many readers or one writer.
import type { RwSemaphore } from '../../machine/mm_types'
import { currentTask, KernelBug, type Machine } from '../../machine/machine'
import type { Proc } from '../../machine/proc'

export function* down_read(sem: RwSemaphore): Proc<void> {
  while (sem.writer >= 0) {
    yield { at: 'wait', why: 'mmap_sem', until: () => sem.writer < 0 }
  }
  sem.readers++
}

export function up_read(m: Machine, sem: RwSemaphore): void {
  if (sem.readers === 0) throw new KernelBug(m, 'mmap_sem: no reader to leave')
  sem.readers--
}

export function* down_write(m: Machine, sem: RwSemaphore): Proc<void> {
  while (sem.writer >= 0 || sem.readers > 0) {
    yield { at: 'wait', why: 'mmap_sem', until: () => sem.writer < 0 && sem.readers === 0 }
  }
  sem.writer = currentTask(m).id
}

export function up_write(sem: RwSemaphore): void {
  sem.writer = -1
}
