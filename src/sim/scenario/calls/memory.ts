/** Calls on a process's own memory: mapping, touching, locking, forking, placing. */
import { ENOMEM } from '../../include/linux/errno'
import { VM_LOCKED, VM_SHARED } from '../../include/linux/mm'
import {
  dontneedRegion,
  exitProcess,
  forkProcess,
  mapRegion,
  mmapRegion,
  munmapRegion,
} from '../../machine/process'
import type { Proc } from '../../machine/proc'
import { sys_mlock, sys_munlock } from '../../mm/mlock_range'
import { VM_ANON_RW } from '../../mm/mmap'
import { named, type Actor, type Area } from '../actor'
import type { MemoryCall, Of } from '../call-types'
import { accessRange, fillUntilSpill } from '../memory-access'
import { emptyActor, type CallTable, type Stage } from '../stage'
import { placePages } from './place'
import { closeAll } from './close'

export const MEMORY_CALLS: CallTable<MemoryCall['op']> = {
  mmap: { name: 'mmap', run: mmapArea },
  munmap: {
    name: 'munmap',
    *run({ m }, actor, call) {
      const area = named(actor.areas, call.area)
      return yield* munmapRegion(m, actor.mm, area.vpn, area.mapped)
    },
  },
  write: { name: 'write', run: touch },
  read: { name: 'read', run: touch },
  mlock: {
    name: 'mlock',
    run: ({ m }, actor, call) => sys_mlock(m, actor.mm, ...range(actor, call)),
  },
  munlock: {
    name: 'munlock',
    run: ({ m }, actor, call) => sys_munlock(m, actor.mm, ...range(actor, call)),
  },
  dontneed: {
    name: 'madvise',
    run: ({ m }, actor, call) => dontneedRegion(m, actor.mm, ...range(actor, call)),
  },
  fill: { name: 'fill', run: fillMemory },
  place: { name: 'place', run: placePages },
  fork: { name: 'fork', run: forkActor },
  exit: {
    name: 'exit',
    *run({ m }, actor) {
      yield* exitProcess(m, () => closeAll(m, actor))
      return 0
    },
  },
}

/** First virtual page and number of pages a call means. */
export function range(
  actor: Actor,
  call: { readonly area: string; readonly from: number; readonly pages: number | null },
): [vpn: number, pages: number] {
  const area: Area = named(actor.areas, call.area)
  return [area.vpn + call.from, Math.min(call.pages ?? area.pages, area.pages - call.from)]
}

function* mmapArea(stage: Stage, actor: Actor, call: Of<'mmap'>): Proc<number> {
  const { m } = stage
  const vpn =
    call.file === null
      ? yield* mmapRegion(m, actor.mm, call.pages, call.locked)
      : yield* mapRegion(m, actor.mm, {
          pages: call.pages,
          flags: VM_ANON_RW | (call.locked ? VM_LOCKED : 0) | (call.shared ? VM_SHARED : 0),
          at: null,
          file: named(stage.files, call.file),
          pgoff: 0,
          vm_ops: null,
        })
  if (vpn < 0) return vpn
  actor.areas.set(call.as, { vpn, pages: call.pages, mapped: call.pages })
  return 0
}

function* touch({ m }: Stage, actor: Actor, call: Of<'write'> | Of<'read'>): Proc<number> {
  const [vpn, pages] = range(actor, call)
  const options = { write: call.op === 'write', descending: call.order === 'descending' }
  return yield* accessRange(m, actor.mm, vpn, pages, options)
}

function* fillMemory({ m }: Stage, actor: Actor, call: Of<'fill'>): Proc<number> {
  const mapped = Math.min(call.maxPages, m.nrPages)
  const vpn = yield* mmapRegion(m, actor.mm, mapped, false)
  if (vpn < 0) return vpn
  const pages = yield* fillUntilSpill(m, actor.mm, vpn, mapped, call.slack)
  actor.areas.set(call.as, { vpn, pages, mapped })
  return pages
}

/** The child has its parent's areas and a program of its own; it has no open devices. */
function* forkActor(stage: Stage, actor: Actor, call: Of<'fork'>): Proc<number> {
  const child = yield* forkProcess(stage.m, call.as, actor.task.cpu)
  if (child === null) return -ENOMEM
  stage.addActor(
    {
      ...emptyActor(stage),
      ...child,
      name: call.as,
      program: call.program,
      areas: new Map(actor.areas),
    },
    stage.m.now,
  )
  return child.task.pid
}
