/** Pins of drivers other than video: taken and put by name, for the time of one transfer, or by an aio ring. */
import { io_destroy, io_setup } from '../../fs/aio'
import { direct_IO } from '../../fs/direct-io'
import { EINVAL } from '../../include/linux/errno'
import { down_read, up_read } from '../../include/linux/rwsem'
import { newHolder } from '../../machine/ledger'
import { enter, leave, type Proc } from '../../machine/proc'
import type { Page } from '../../machine/types'
import { get_user_pages, gupFlags, gupLongterm } from '../../mm/gup'
import { named, type Actor } from '../actor'
import type { Of, PinCall } from '../call-types'
import type { CallTable, Stage } from '../stage'
import { putPins } from './close'

export const PIN_CALLS: CallTable<PinCall['op']> = {
  pin: { name: 'get_user_pages', run: pinPages },
  unpin: {
    name: 'put_page',

    *run({ m }, actor, call) {
      const pinned = actor.pins.get(call.pin)
      if (pinned === undefined) return -EINVAL
      actor.pins.delete(call.pin)
      putPins(m, pinned.pages, pinned.holder)
      return 0
    },
  },
  directIo: { name: 'direct I/O', run: directIo },
  ioSetup: { name: 'io_setup', run: ioSetup },
  ioDestroy: { name: 'io_destroy', run: ioDestroy },
}

function* pinPages({ m }: Stage, actor: Actor, call: Of<'pin'>): Proc<number> {
  const holder = newHolder(m, call.label, call.long)
  const pages: Page[] = []
  const args = {
    mm: actor.mm,
    start: named(actor.areas, call.area).vpn + call.from,
    nr_pages: call.pages,
    gup_flags: gupFlags(call.write, false),
    pages,
    holder,
  }
  enter(m, 'get_user_pages', args.mm.id, args.start, call.pages, args.gup_flags)
  yield* down_read(actor.mm.mmap_sem)
  const ret = call.durable
    ? yield* gupLongterm(m, args)
    : yield* get_user_pages(m, args.mm, args.start, call.pages, call.write, false, pages, holder)
  up_read(m, actor.mm.mmap_sem)
  leave(m, ret)
  if (ret > 0) actor.pins.set(call.as, { holder: holder.id, pages })
  return ret
}

/** Pages transferred, or -EFAULT. The device is slow for one transfer in `oneIn`. */
function* directIo({ m }: Stage, actor: Actor, call: Of<'directIo'>): Proc<number> {
  const slow = call.oneIn > 0 && actor.rng.int(1, call.oneIn) === 1
  return yield* direct_IO(m, {
    mm: actor.mm,
    start: named(actor.areas, call.area).vpn + call.from,
    nr_pages: call.pages,
    rw: 'read',
    deviceNs: slow ? call.longNs : call.ns,
  })
}

function* ioSetup({ m }: Stage, actor: Actor, call: Of<'ioSetup'>): Proc<number> {
  const ctx = yield* io_setup(m, actor.mm, call.pages)
  if (typeof ctx === 'number') return ctx
  actor.rings.set(call.as, ctx)
  return 0
}

function* ioDestroy({ m }: Stage, actor: Actor, call: Of<'ioDestroy'>): Proc<number> {
  const ctx = actor.rings.get(call.of)
  actor.rings.delete(call.of)
  return ctx === undefined ? -EINVAL : yield* io_destroy(m, ctx)
}
