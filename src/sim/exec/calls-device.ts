/** Calls of devices that work on a process's memory: direct I/O and RDMA. */
import { ib_umem_get, ib_umem_release } from '../drivers/infiniband/core/umem'
import { direct_IO } from '../fs/direct-io'
import { pinned } from './frames'
import type { Handlers } from './handler'
import { bind, ExecRefusal, lookUp, markGone, rangeOf } from './session'

export const DEVICE_CALLS: Handlers<'direct_io' | 'ib_umem_get' | 'ib_umem_release'> = {
  *direct_io(x, c) {
    const { mm, vpn, pages } = rangeOf(x, c)
    const { rw, deviceNs } = c
    return { ret: yield* direct_IO(x.m, { mm, start: vpn, nr_pages: pages, rw, deviceNs }) }
  },
  *ib_umem_get(x, c) {
    const { mm, vpn, pages } = rangeOf(x, c)
    const umem = yield* ib_umem_get(x.m, mm, vpn, pages, c.write)
    if (typeof umem === 'number') return { ret: umem }
    bind(x, c.as, { kind: 'umem', umem })
    return { ret: 0, pins: umem.pages.map((page) => pinned(x.m, page)) }
  },
  *ib_umem_release(x, c) {
    const { binding, gone } = lookUp(x, c.umem)
    if (binding.kind !== 'umem' || gone >= 0) {
      throw new ExecRefusal(`"${c.umem}" is no region of ib_umem_get`)
    }
    yield* ib_umem_release(x.m, binding.umem)
    markGone(x, c.umem)
    return { ret: 0 }
  },
}
