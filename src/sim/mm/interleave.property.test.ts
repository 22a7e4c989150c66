// The same machine with several threads of control at once: faults, pins, forks and unmaps of one
// process land at every interleaving point of a CMA request (gup-migration 2.14).
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { touchPage } from '../arch/arm/mm/fault'
import {
  dma_alloc_from_contiguous,
  dma_release_from_contiguous,
} from '../drivers/base/dma-contiguous'
import { FOLL_DURABLE, FOLL_FORCE, FOLL_GET, FOLL_TOUCH, FOLL_WRITE } from '../include/linux/mm'
import { down_read, up_read } from '../include/linux/rwsem'
import { check } from '../machine/check'
import { newHolder } from '../machine/ledger'
import type { Proc } from '../machine/proc'
import {
  createThread,
  dontneedRegion,
  exitProcess,
  forkProcess,
  munmapRegion,
  type Process,
} from '../machine/process'
import { Scheduler } from '../machine/scheduler'
import { __get_user_pages } from './memory_gup'
import { sys_mlock } from './mlock_range'
import { putUserPage } from './swap'
import { Lab } from './test/lab'

const PAGES = 8

interface Step {
  readonly what: 'write' | 'read' | 'pin' | 'unpin' | 'mlock' | 'munmap' | 'dontneed' | 'fork'
  readonly page: number
  /** Virtual time before the step, ns: spreads the threads over each other. */
  readonly delay: number
}

const step: fc.Arbitrary<Step> = fc.record({
  what: fc.constantFrom<Step['what'][]>(
    'write',
    'write',
    'write',
    'read',
    'pin',
    'pin',
    'unpin',
    'mlock',
    'munmap',
    'dontneed',
    'fork',
  ),
  page: fc.nat(PAGES - 1),
  delay: fc.nat(20_000),
})

const program = fc.array(step, { minLength: 10, maxLength: 40, size: 'max' })
const requests = fc.array(
  fc.record({ pages: fc.integer({ min: 1, max: 24 }), delay: fc.nat(20_000) }),
  { minLength: 2, maxLength: 8, size: 'max' },
)
const kernels = fc.constantFrom([], [3, 5], [1, 2, 3, 4, 5])

/** A thread of the process: faults, pins, forks and unmaps as told, then puts its pins. */
function* appThread(lab: Lab, area: number, steps: readonly Step[], kids: Process[]): Proc<void> {
  const pins: { pages: number[]; holder: number }[] = []
  for (const { what, page, delay } of steps) {
    yield { at: 'sleep', ns: delay }
    const vpn = area + page
    switch (what) {
      case 'write':
      case 'read':
        yield* touchPage(lab.m, lab.mm, vpn, what === 'write')
        break
      case 'pin':
        pins.push(yield* pinUnderSemaphore(lab, vpn))
        break
      case 'unpin': {
        const pin = pins.shift()
        for (const p of pin?.pages ?? []) putUserPage(lab.m, p, pin?.holder ?? -1)
        break
      }
      case 'mlock':
        yield* sys_mlock(lab.m, lab.mm, vpn, 1)
        break
      case 'munmap':
        yield* munmapRegion(lab.m, lab.mm, vpn, 1)
        break
      case 'dontneed':
        yield* dontneedRegion(lab.m, lab.mm, vpn, 1)
        break
      case 'fork': {
        const child = kids.length < 3 ? yield* forkProcess(lab.m, 'child', 0) : null
        if (child !== null) kids.push(child)
        break
      }
    }
  }
  for (const pin of pins) for (const p of pin.pages) putUserPage(lab.m, p, pin.holder)
}

function* pinUnderSemaphore(lab: Lab, vpn: number): Proc<{ pages: number[]; holder: number }> {
  const holder = newHolder(lab.m, 'pin', true).id
  const pages: number[] = []
  const flags = FOLL_TOUCH | FOLL_GET | FOLL_FORCE | FOLL_WRITE | FOLL_DURABLE
  yield* down_read(lab.mm.mmap_sem)
  yield* __get_user_pages(lab.m, lab.mm, vpn, 1, flags, pages, holder)
  up_read(lab.m, lab.mm.mmap_sem)
  return { pages, holder }
}

function* codecThread(lab: Lab, list: readonly { pages: number; delay: number }[]): Proc<void> {
  const area = lab.m.cma[0]
  for (const { pages, delay } of list) {
    yield { at: 'sleep', ns: delay }
    const page = yield* dma_alloc_from_contiguous(lab.m, area, pages, 2)
    yield { at: 'sleep', ns: delay }
    if (page >= 0) dma_release_from_contiguous(lab.m, area, page, pages)
  }
}

test('threads interleaved at every point leave a sound machine and lose no frame (IP-1..11)', () => {
  fc.assert(
    fc.property(kernels, program, program, requests, (patches, first, second, list) => {
      const lab = new Lab({ patches, singles: 32 })
      const { m } = lab
      const used = (): number => m.mem.use.reduce((n, use) => n + (use === 0 ? 0 : 1), 0)
      const before = used()
      const area = lab.map(PAGES)
      const kids: Process[] = []
      const scheduler = new Scheduler(m)
      scheduler.spawn(lab.process.task, appThread(lab, area, first, kids), 0)
      const thread = createThread(m, lab.mm, 'T2', 0)
      scheduler.spawn(thread, appThread(lab, area, second, kids), 0)
      scheduler.spawn(lab.spawn('codec').task, codecThread(lab, list), 0)
      for (let n = 0; scheduler.step(); n++) {
        if (n % 16 === 0) expect(check(m, { quiescent: false })).toEqual([])
      }
      m.current = lab.process.task.id
      lab.expectSound()
      lab.mm.users = 1
      for (const process of [...kids, lab.process]) {
        lab.run(exitProcess(m), process.task.id)
      }
      lab.flush()
      expect(used()).toBe(before)
      lab.expectSound()
    }),
    { numRuns: 60 },
  )
})
