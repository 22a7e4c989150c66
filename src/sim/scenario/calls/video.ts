/** Calls on video devices (gup-migration 5). A queue the program has not opened answers -EINVAL. */
import {
  vb2_buffer_done,
  vb2_dqbuf,
  vb2_qbuf,
  vb2_queue_init,
  vb2_queue_release,
  vb2_reqbufs,
  vb2_streamoff,
  vb2_streamon,
  type Vb2Queue,
} from '../../drivers/media/v4l2-core/videobuf2-core'
import { contentTag } from '../../arch/arm/mm/fault'
import { EINVAL } from '../../include/linux/errno'
import { PAGE_SIZE } from '../../include/linux/mmzone'
import type { Machine } from '../../machine/machine'
import type { Proc } from '../../machine/proc'
import { named, type Actor } from '../actor'
import type { Of, VideoCall } from '../call-types'
import type { CallText } from '../names'
import type { CallKind, CallTable } from '../stage'

export const VIDEO_CALLS: CallTable<VideoCall['op']> = {
  openVideo: {
    name: 'open',

    *run({ m }, actor, call) {
      actor.queues.set(call.as, queueFor(m, call))
      return 0
    },
  },
  reqbufs: onQueue('VIDIOC_REQBUFS', function* (m, queue, _actor, call) {
    // The ioctl returns 0 and tells the number of buffers in its argument.
    return Math.min(yield* vb2_reqbufs(m, queue, call.count, call.size), 0)
  }),
  qbuf: onQueue('VIDIOC_QBUF', (m, queue, actor, call) => {
    const address = (named(actor.areas, call.area).vpn + call.from) * PAGE_SIZE
    return vb2_qbuf(m, queue, call.index, address, call.size)
  }),

  dqbuf: onQueue('VIDIOC_DQBUF', function* (m, queue, _actor, call) {
    vb2_buffer_done(queue, call.index)
    return vb2_dqbuf(m, queue)
  }),

  streamon: onQueue('VIDIOC_STREAMON', function* (m, queue) {
    return vb2_streamon(m, queue)
  }),

  streamoff: onQueue('VIDIOC_STREAMOFF', function* (m, queue) {
    return vb2_streamoff(m, queue)
  }),
  deviceReads: onQueue('device reads', function* (m, queue, actor, call) {
    const memory = queue.bufs[call.index]?.memory
    if (memory?.kind !== 'userptr') return -EINVAL
    const first = named(actor.areas, call.area).vpn + call.from
    return memory.pages.filter((page, i) => m.mem.content[page] === contentTag(actor.mm, first + i))
      .length
  }),
  closeVideo: onQueue('close', (m, queue, actor, call) => {
    actor.queues.delete(call.queue)
    return vb2_queue_release(m, queue)
  }),
}

function queueFor(m: Machine, call: Of<'openVideo'>): Vb2Queue {
  const driver = { allocator: `vb2-${call.allocator ?? 'dma-contig'}` } as const
  return vb2_queue_init(call.memory, call.direction, m.cma[0], driver)
}

function onQueue<Op extends Exclude<VideoCall['op'], 'openVideo'>>(
  call: CallText,
  body: (m: Machine, queue: Vb2Queue, actor: Actor, call: Of<Op>) => Proc<number>,
): CallKind<Op> {
  return {
    name: call,
    *run({ m }, actor, args) {
      const { queue: name } = args as unknown as { readonly queue: string }
      const queue = actor.queues.get(name)
      if (queue === undefined) return -EINVAL
      return yield* body(m, queue, actor, args)
    },
  }
}
