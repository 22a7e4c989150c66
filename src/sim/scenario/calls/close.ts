/** What a process gives back when its files are closed: devices and the pins of its drivers. */
import type { Machine } from '../../machine/machine'
import type { Proc } from '../../machine/proc'
import type { Page } from '../../machine/types'
import { vb2_queue_release } from '../../drivers/media/v4l2-core/videobuf2-core'
import { putUserPage } from '../../mm/swap'
import type { Actor } from '../actor'

/** Closes every device the actor has open and puts its pins, in the order in which they were made. */
export function* closeAll(m: Machine, actor: Actor): Proc<void> {
  for (const queue of actor.queues.values()) yield* vb2_queue_release(m, queue)
  for (const pinned of actor.pins.values()) putPins(m, pinned.pages, pinned.holder)
  actor.queues.clear()
  actor.pins.clear()
}

/** Puts one holder's pins. */
export function putPins(m: Machine, pages: readonly Page[], holder: number): void {
  for (const page of pages) putUserPage(m, page, holder)
}
