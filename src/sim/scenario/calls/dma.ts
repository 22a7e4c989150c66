/** Contiguous buffers of drivers (allocator section 8). */
import {
  dma_alloc_from_contiguous,
  dma_release_from_contiguous,
  lockCmaMutex,
  unlockCmaMutex,
} from '../../drivers/base/dma-contiguous'
import { EINVAL, ENOMEM } from '../../include/linux/errno'
import type { Proc } from '../../machine/proc'
import { NULL_PAGE } from '../../machine/types'
import type { Actor } from '../actor'
import type { DmaCall, Of } from '../call-types'
import type { CallTable, Stage } from '../stage'

export const DMA_CALLS: CallTable<DmaCall['op']> = {
  dmaAlloc: { name: 'dma_alloc_from_contiguous', run: dmaAlloc },
  dmaRelease: { name: 'dma_release_from_contiguous', run: dmaRelease },
}

function* dmaAlloc({ m }: Stage, actor: Actor, call: Of<'dmaAlloc'>): Proc<number> {
  const area = m.cma[call.cma]
  const page = yield* dma_alloc_from_contiguous(m, area, call.pages, call.align)
  if (area === undefined || page === NULL_PAGE) return -ENOMEM
  const buffer = { area, page, pages: call.pages }
  const taken = actor.buffers.get(call.as)
  if (taken === undefined) actor.buffers.set(call.as, [buffer])
  else taken.push(buffer)
  return 0
}

/** -EINVAL when the program holds no buffer of that name. */
function* dmaRelease({ m }: Stage, actor: Actor, call: Of<'dmaRelease'>): Proc<number> {
  const buffers = actor.buffers.get(call.buffer)
  if (buffers === undefined) return -EINVAL
  actor.buffers.delete(call.buffer)
  let ret = 0
  for (const { area, page, pages } of buffers) {
    yield* lockCmaMutex(m)
    if (!dma_release_from_contiguous(m, area, page, pages)) ret = -EINVAL
    unlockCmaMutex(m)
  }
  return ret
}
