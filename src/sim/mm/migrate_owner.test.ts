import { describe, expect, test } from 'vitest'
import { EBUSY } from '../include/linux/errno'
import {
  vb2_qbuf,
  vb2_queue_init,
  vb2_queue_release,
  vb2_reqbufs,
  vb2_buffer_done,
  vb2_dqbuf,
  vb2_streamon,
  type Vb2Queue,
} from '../drivers/media/v4l2-core/videobuf2-core'
import { ib_umem_get, ib_umem_release } from '../drivers/infiniband/core/umem'
import { CMA_PFN, Lab } from './test/lab'

const PAGE = 4096
const UNPIN = { policy: 'unpin-callback' } as const

function camera(lab: Lab, pages: number): { vpn: number; q: Vb2Queue } {
  const vpn = lab.map(pages)
  for (let i = 0; i < pages; i++) lab.write(vpn + i)
  lab.flush()
  const q = vb2_queue_init('userptr', 'capture', undefined)
  expect(lab.run(vb2_reqbufs(lab.m, q, 1, pages * PAGE))).toBe(0)
  expect(lab.run(vb2_qbuf(lab.m, q, 0, vpn * PAGE, pages * PAGE))).toBe(0)
  return { vpn, q }
}

function cmaWanted(lab: Lab): number {
  return lab.run(lab.contigRange(CMA_PFN, CMA_PFN + 32))
}

describe('unpin-callback', () => {
  test('MOD-3, MOD-4: a converted owner lets go, the page moves, and it pins the new one', () => {
    const lab = new Lab({ kernel: UNPIN })
    const { vpn, q } = camera(lab, 2)
    const before = [lab.pageAt(vpn), lab.pageAt(vpn + 1)]
    expect(cmaWanted(lab)).toBe(0)
    const after = [lab.pageAt(vpn), lab.pageAt(vpn + 1)]
    expect(after).not.toEqual(before)
    expect(after.map((page) => lab.refs(page))).toEqual(['2 = map1 + pin1', '2 = map1 + pin1'])
    const repins = lab.eventsNamed('sim_owner_repin')
    expect(repins.map((e) => [e.old_pfn, e.pfn])).toEqual(
      expect.arrayContaining(before.map((page, i) => [page, after[i]])),
    )
    expect(repins.every((e) => (e.blocked_ns as number) > 0)).toBe(true)
    // The driver's own table moved along: release puts every pin.
    lab.run(vb2_queue_release(lab.m, q))
    expect(lab.m.pins.size).toBe(0)
    expect(lab.m.counters.migrate_attempts).toBe(2)
    lab.expectSound()
  })

  test('MOD-3: one pin without an owner, and everything is as at baseline', () => {
    const lab = new Lab({ kernel: UNPIN })
    const { vpn, q } = camera(lab, 1)
    const foreign = lab.pin(vpn)
    expect(cmaWanted(lab)).toBe(-EBUSY)
    expect(lab.m.counters.migrate_attempts).toBe(50)
    expect(lab.eventsNamed('sim_owner_unpin')).toHaveLength(0)
    lab.unpin(foreign)
    expect(cmaWanted(lab)).toBe(0)
    lab.run(vb2_queue_release(lab.m, q))
    lab.expectSound()
  })

  test('MOD-3: an owner that cannot do without its frames is busy, and the attempt is repeated', () => {
    const lab = new Lab({ kernel: UNPIN })
    Object.assign(lab.m, { spec: { ...lab.m.spec, iommu: false } })
    const { q } = camera(lab, 1)
    // A single page may go anywhere, with or without an IOMMU.
    expect(cmaWanted(lab)).toBe(0)
    lab.run(vb2_queue_release(lab.m, q))
    const busy = new Lab({ kernel: UNPIN })
    const second = camera(busy, 1)
    const holder = busy.m.holders.find((h) => h.owner !== null)
    if (holder?.owner == null) throw new Error('no owner')
    Object.assign(holder.owner as object, { mayMove: () => false })
    expect(cmaWanted(busy)).toBe(-EBUSY)
    expect(busy.eventsNamed('sim_owner_unpin')).toHaveLength(50)
    expect(busy.m.counters.unmaps).toBe(0)
    busy.run(vb2_queue_release(busy.m, second.q))
    busy.expectSound()
  })

  test('P0-4: a converted RDMA region moves, one that is not converted does not', () => {
    for (const converted of [true, false]) {
      const kernel = converted ? { ...UNPIN, converted: ['rdma'] as const } : UNPIN
      const lab = new Lab({ kernel })
      const { vpn } = lab.touchedCmaPage()
      const umem = lab.run(ib_umem_get(lab.m, lab.mm, vpn, 1, true))
      if (typeof umem === 'number') throw new Error(`ib_umem_get: ${umem}`)
      expect(cmaWanted(lab)).toBe(converted ? 0 : -EBUSY)
      lab.run(ib_umem_release(lab.m, umem))
      expect(lab.m.pins.size).toBe(0)
      lab.flush()
      lab.expectSound()
    }
  })
})

describe('mmu-notifier', () => {
  test.each([
    [0, 1],
    [3, 4],
    [9, 10],
    [10, 11],
    [49, 50],
  ])('MOD-5: an owner that needs %i passes lets attempt %i succeed', (notifierPasses, attempts) => {
    const lab = new Lab({ kernel: { policy: 'mmu-notifier', notifierPasses } })
    const { vpn, q } = camera(lab, 1)
    expect(cmaWanted(lab)).toBe(0)
    expect(lab.m.counters.migrate_attempts).toBe(attempts)
    expect(lab.eventsNamed('mm_migrate_pages')).toHaveLength(Math.ceil(attempts / 10))
    expect(lab.eventsNamed('sim_owner_notify')).toHaveLength(1)
    expect(lab.refs(lab.pageAt(vpn))).toBe('1 = map1')
    lab.run(vb2_queue_release(lab.m, q))
    lab.expectSound()
  })

  test('MOD-5: one that needs 50 passes is too late for the position', () => {
    const lab = new Lab({ kernel: { policy: 'mmu-notifier', notifierPasses: 50 } })
    camera(lab, 1)
    expect(cmaWanted(lab)).toBe(-EBUSY)
  })

  test('MOD-5: the owner pins anew at its next use of the same buffer', () => {
    const lab = new Lab({ kernel: { policy: 'mmu-notifier' } })
    const { vpn, q } = camera(lab, 1)
    vb2_streamon(lab.m, q)
    expect(cmaWanted(lab)).toBe(0)
    expect(vb2_buffer_done(q, 0)).toBe(true)
    vb2_dqbuf(lab.m, q)
    expect(lab.m.pins.size).toBe(0)
    expect(lab.run(vb2_qbuf(lab.m, q, 0, vpn * PAGE, PAGE))).toBe(0)
    expect(lab.refs(lab.pageAt(vpn))).toBe('2 = map1 + pin1')
    lab.run(vb2_queue_release(lab.m, q))
    lab.expectSound()
  })
})
