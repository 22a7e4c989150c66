import { describe, expect, test } from 'vitest'
import { EAGAIN, EBUSY, EINVAL } from '../include/linux/errno'
import { MIGRATE_SYNC, MR_MEMORY_HOTPLUG } from '../include/linux/migrate'
import { exitProcess } from '../machine/process'
import type { KioCtx } from '../machine/mm_types'
import type { Page } from '../machine/types'
import { isolateForMigration, migrate_pages, putback_movable_pages } from '../mm/migrate'
import { alloc_migrate_target } from '../mm/page_isolation'
import { putUserPage } from '../mm/swap'
import { pin_get, newHolder } from '../machine/ledger'
import { CMA_PFN, Lab, type LabOptions } from '../mm/test/lab'
import { io_destroy, io_setup } from './aio'

const AIO = { kernel: { policy: 'aio-callback' } } as const

function ringOf(lab: Lab, pages: number): KioCtx {
  const ctx = lab.run(io_setup(lab.m, lab.mm, pages))
  if (typeof ctx === 'number') throw new Error(`io_setup: ${ctx}`)
  return ctx
}

/** One migrate_pages call over one page, as offlining its block would make it. */
function offline(lab: Lab, page: Page): number {
  lab.flush()
  if (!isolateForMigration(lab.m, page)) throw new Error('not on the LRU')
  const list = [page]
  const left = lab.run(
    migrate_pages(lab.m, list, alloc_migrate_target, MIGRATE_SYNC, MR_MEMORY_HOTPLUG),
  )
  putback_movable_pages(lab.m, list)
  return left
}

describe('the aio ring at v3.9', () => {
  test('io_setup maps anonymous memory and pins it for writing until io_destroy', () => {
    const lab = new Lab()
    const ctx = ringOf(lab, 2)
    lab.flush()
    expect(ctx.ring_pages.map((page) => lab.refs(page))).toEqual([
      '2 = map1 + pin1',
      '2 = map1 + pin1',
    ])
    const [first] = ctx.ring_pages as [Page]
    expect(lab.inCma(first)).toBe(true)
    expect(lab.run(lab.contigRange(CMA_PFN, CMA_PFN + 32))).toBe(-EBUSY)
    expect(lab.run(io_destroy(lab.m, ctx))).toBe(0)
    expect(lab.refs(first)).toBe('0')
    expect(lab.run(io_destroy(lab.m, ctx))).toBe(-EINVAL)
    lab.expectSound('strays')
  })

  test('exit puts the ring before it unmaps the memory, and frees both', () => {
    const lab = new Lab()
    const ctx = ringOf(lab, 3)
    const pages = [...ctx.ring_pages]
    lab.run(exitProcess(lab.m))
    expect(pages.map((page) => lab.refs(page))).toEqual(['0', '0', '0'])
    expect(lab.m.pins.size).toBe(0)
    lab.flush()
    lab.expectSound()
  })

  test.each<[string, LabOptions]>([
    ['baseline', {}],
    ['3 with aio converted', { patches: [3], kernel: { converted: ['aio'] } }],
  ])('DEF-7: %s takes the ring from MOVABLE memory', (_name, options) => {
    const lab = new Lab(options)
    const ctx = ringOf(lab, 1)
    expect(lab.eventsNamed('mm_page_alloc').at(-1)).toMatchObject({
      gfp_flags: 'GFP_HIGHUSER_MOVABLE',
    })
    expect(lab.inCma(ctx.ring_pages[0] as Page)).toBe(true)
  })

  test('DEF-17, SC-09: converted under the full series a CMA ring moves, another stays', () => {
    const lab = new Lab({ patches: [1, 2, 3, 4, 5], kernel: { converted: ['aio'] } })
    const ctx = ringOf(lab, 1)
    expect(lab.inCma(ctx.ring_pages[0] as Page)).toBe(false)
    expect(lab.m.counters.replaced).toBe(1)
    // Outside CMA nothing looks at the page, and offlining its block would fail for good.
    expect(offline(lab, ctx.ring_pages[0] as Page)).toBe(1)
  })

  test('FIX-4: with it the ring is outside CMA from the start', () => {
    const lab = new Lab({ patches: [3], kernel: { converted: ['aio'], fixes: [4] } })
    const ctx = ringOf(lab, 1)
    expect(lab.inCma(ctx.ring_pages[0] as Page)).toBe(false)
    expect(lab.m.counters.replaced).toBe(0)
  })

  test('OBJ-2a, MOD-2b: what gup-nm refuses is EAGAIN to the caller of io_setup', () => {
    const lab = new Lab({ kernel: { policy: 'gup-nm', variant: 'cma' } })
    const proc = io_setup(lab.m, lab.mm, 1)
    const paused = lab.runTo(proc, 1)
    const vpn = lab.mm.vmas.at(-1)?.start as number
    const page = lab.pageAt(vpn)
    const foreign = newHolder(lab.m, 'somebody', false).id
    pin_get(lab.m, page, foreign)
    expect(lab.finish(paused)).toBe(-EAGAIN)
    expect(lab.mm.vmas).toHaveLength(0)
    putUserPage(lab.m, page, foreign)
    lab.flush()
    lab.expectSound()
  })
})

describe('aio-callback', () => {
  test('ME-42 (MOD-1, MOD-2): the ring page moves with the reference of its table', () => {
    const lab = new Lab(AIO)
    const ctx = ringOf(lab, 2)
    lab.flush()
    const [old] = ctx.ring_pages as [Page]
    expect(lab.inCma(old)).toBe(false)
    expect(lab.refs(old)).toBe('3 = map1 + pin1 + cache1')
    expect(offline(lab, old)).toBe(0)
    const [page] = ctx.ring_pages as [Page]
    expect(page).not.toBe(old)
    expect(lab.eventsNamed('sim_move_test').at(-1)).toMatchObject({ expected: 3, found: 3 })
    lab.flush()
    expect(lab.refs(page)).toBe('3 = map1 + pin1 + cache1')
    expect(lab.refs(old)).toBe('0')
    expect(lab.pageAt(ctx.start)).toBe(page)
    lab.run(io_destroy(lab.m, ctx))
    lab.flush()
    expect(lab.refs(page)).toBe('0')
    lab.expectSound()
  })

  test('ME-42: one foreign pin more and the count is 4 where 3 are expected', () => {
    const lab = new Lab(AIO)
    const ctx = ringOf(lab, 1)
    const [page] = ctx.ring_pages as [Page]
    const foreign = lab.pin(ctx.start)
    expect(offline(lab, page)).toBe(1)
    expect(lab.eventsNamed('sim_move_test').at(-1)).toMatchObject({ expected: 3, found: 4 })
    lab.unpin(foreign)
    expect(offline(lab, page)).toBe(0)
    lab.run(exitProcess(lab.m))
    lab.flush()
    lab.expectSound()
  })

  test('MOD-2: a page its table no longer names is refused, and for good once the owner is gone', () => {
    const lab = new Lab(AIO)
    const ctx = ringOf(lab, 1)
    const [page] = ctx.ring_pages as [Page]
    ctx.ring_pages[0] = -1
    expect(offline(lab, page)).toBe(1)
    expect(lab.eventsNamed('sim_unmap_and_move').at(-1)).toMatchObject({ ret: -EAGAIN })
    ctx.ring_pages[0] = page
    if (ctx.file !== null) ctx.file.aio_ring = null
    expect(offline(lab, page)).toBe(1)
    expect(lab.eventsNamed('sim_unmap_and_move').at(-1)).toMatchObject({ ret: -EINVAL })
  })
})
