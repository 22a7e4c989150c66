/** Processes of a scenario: made, forked, ended, and their calls that change the address space. */
import { ENOMEM } from '../include/linux/errno'
import { VM_DONTCOPY, VM_LOCKED } from '../include/linux/mm'
import { dropRingFiles, exit_aio } from '../fs/aio'
import { down_read, down_write, up_read, up_write } from '../include/linux/rwsem'
import { copy_page_range } from '../mm/memory_copy'
import { __mm_populate } from '../mm/mlock_range'
import {
  do_mmap,
  do_munmap,
  exit_mmap,
  madvise_dontneed,
  VM_ANON_RW,
  type MapRequest,
} from '../mm/mmap'
import { anon_vma_fork } from '../mm/rmap'
import { zeroPage } from '../mm/zero_page'
import { EV_sim_exit_killed, EV_sim_fork } from '../trace/events/sim'
import { frameEnter, frameLeave } from '../trace/frames'
import { addTask, currentTask, type Machine, type Task } from './machine'
import type { MmStruct, Vma, Vpn } from './mm_types'
import { enter, leave, runToEnd, type Proc } from './proc'
import { emit } from './trace'

export interface Process {
  readonly task: Task
  readonly mm: MmStruct
}

/** A process with an empty address space. Its task and mm structures cost no modelled frame. */
export function createProcess(m: Machine, comm: string, cpu: number): Process {
  zeroPage(m)
  return addProcess(m, comm, cpu)
}

/** As createProcess, without choosing the zero page yet: its first reader does. */
export function addProcess(m: Machine, comm: string, cpu: number): Process {
  m.reaper ??= (machine, victim) => {
    runAs(machine, victim, exitKilled(machine))
  }
  const task = addTask(m, comm, cpu)
  return { task, mm: createMm(m, task) }
}

function createMm(m: Machine, task: Task): MmStruct {
  const mm: MmStruct = {
    id: m.mms.length,
    owner: task.id,
    users: 1,
    vmas: [],
    pgd: new Map(),
    huge: new Map(),
    mmap_sem: { readers: 0, writer: -1 },
    ioctx_list: [],
  }
  m.mms.push(mm)
  task.mm = mm.id
  return mm
}

/** A second thread of a process: another task in the same address space. */
export function createThread(m: Machine, mm: MmStruct, comm: string, cpu: number): Task {
  const task = addTask(m, comm, cpu)
  task.mm = mm.id
  mm.users++
  return task
}

/** Maps anonymous memory, faulting it in at once when it is locked: first page number or -errno. */
export function* mmapRegion(
  m: Machine,
  mm: MmStruct,
  pages: number,
  locked: boolean,
): Proc<number> {
  const flags = locked ? VM_ANON_RW | VM_LOCKED : VM_ANON_RW
  return yield* mapRegion(m, mm, { pages, flags, at: null, file: null, pgoff: 0, vm_ops: null })
}

/** Maps what the request says under mmap_sem, and populates it when it is locked. */
export function* mapRegion(m: Machine, mm: MmStruct, request: MapRequest): Proc<number> {
  yield* down_write(m, mm.mmap_sem)
  frameEnter(m, 'do_mmap', mm.id, request.pages, request.flags)
  const start = frameLeave(m, 'do_mmap', do_mmap(mm, request))
  up_write(mm.mmap_sem)
  const locked = start >= 0 && (request.flags & VM_LOCKED) !== 0
  // As in the kernel, a mapping whose pages could not all be had still stands.
  if (locked) yield* __mm_populate(m, mm, start, start + request.pages)
  return start
}

export function* munmapRegion(m: Machine, mm: MmStruct, start: Vpn, pages: number): Proc<number> {
  yield* down_write(m, mm.mmap_sem)
  const ret = do_munmap(m, mm, start, pages)
  up_write(mm.mmap_sem)
  return ret
}

export function* dontneedRegion(m: Machine, mm: MmStruct, start: Vpn, pages: number): Proc<number> {
  yield* down_read(mm.mmap_sem)
  const ret = madvise_dontneed(m, mm, start, pages)
  up_read(m, mm.mmap_sem)
  return ret
}

/** Forks the running task; null when there was no memory for the child's page tables (FLT-17). */
export function* forkProcess(m: Machine, comm: string, cpu: number): Proc<Process | null> {
  const parent = m.mms[currentTask(m).mm]
  if (parent === undefined) throw new Error(`${currentTask(m).comm} has no address space to copy`)
  const child = addProcess(m, comm, cpu)
  child.task.parent = m.current
  enter(m, 'do_fork', parent.id)
  yield* down_write(m, parent.mmap_sem)
  const ret = yield* dup_mmap(m, child.mm, parent)
  up_write(parent.mmap_sem)
  if (ret < 0) exit_mmap(m, child.mm)
  else emit(m, EV_sim_fork, child.task.id)
  leave(m, ret < 0 ? ret : child.task.pid)
  return ret < 0 ? null : child
}

/** Copies every area but those marked VM_DONTCOPY; locks are not inherited (FLT-17). */
function* dup_mmap(m: Machine, mm: MmStruct, oldmm: MmStruct): Proc<number> {
  for (const mpnt of oldmm.vmas) {
    if ((mpnt.flags & VM_DONTCOPY) !== 0) continue
    const tmp: Vma = {
      ...mpnt,
      mm,
      flags: mpnt.flags & ~VM_LOCKED,
      anon_vma: null,
      anon_vma_chain: [],
    }
    mm.vmas.push(tmp)
    tmp.file?.i_mmap.push(tmp)
    tmp.vm_ops?.open()
    anon_vma_fork(m, tmp, mpnt)
    if ((yield* copy_page_range(m, mm, oldmm, mpnt)) < 0) return -ENOMEM
  }
  return 0
}

/** Runs what cannot pause as another task. */
function runAs(m: Machine, task: Task, proc: Proc<void>): void {
  const caller = m.current
  m.current = task.id
  runToEnd(m, proc)
  m.current = caller
}

/** A killed task on its way back to user mode: it goes, memory first, then its files (FLT-21). */
export function* exitKilled(m: Machine, closeFiles?: () => Proc<void>): Proc<void> {
  const { id } = currentTask(m)
  yield* exitProcess(m, closeFiles)
  emit(m, EV_sim_exit_killed, id)
}

/**
 * Ends the running task. Memory is unmapped before files are closed, so pages pinned through a device
 * file live until `closeFiles` releases it (FLT-21).
 */
export function* exitProcess(m: Machine, closeFiles?: () => Proc<void>): Proc<void> {
  const task = currentTask(m)
  enter(m, 'do_exit')
  const mm = m.mms[task.mm]
  if (mm !== undefined) {
    mm.users--
    if (mm.users === 0) {
      exit_aio(m, mm)
      exit_mmap(m, mm)
      dropRingFiles(m, mm)
    }
    task.mm = -1
  }
  if (closeFiles !== undefined) yield* closeFiles()
  leave(m)
}
