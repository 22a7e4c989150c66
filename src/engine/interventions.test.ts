/** What a fork does to a run: each kind on a scenario that it turns, refusals, freezing in between. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  check,
  eventType,
  EV_sim_gup_pin,
  EV_sim_intervention,
  EV_sim_unmap_and_move,
  resumeScenario,
  startScenario,
} from '../sim'
import type { Intervention, RunImage, RunPlan, ScenarioRun } from '../sim'
import { callAt, pinnedPfns, planWith, runPlan, type Ended } from './test/interfere'
import { KERNELS } from './test/scenario-run'

const ENOMEM = -12
const EAGAIN = -11
const EFAULT = -14

/** The run, and the same one with these interventions. */
function forked(
  id: string,
  kernel: keyof typeof KERNELS,
  make: (parent: Ended) => readonly Intervention[],
): { parent: Ended; fork: Ended; at: number } {
  const parent = runPlan(planWith(id, KERNELS[kernel], []))
  const interventions = make(parent)
  const fork = runPlan(planWith(id, KERNELS[kernel], interventions))
  return { parent, fork, at: interventions[0]?.at ?? 0 }
}

function texts({ events }: Ended): string[] {
  return events
    .filter((e) => e.type === EV_sim_intervention)
    .map(({ type, a, b, c, d }) => eventType(type).text(a, b, c, d))
}

function reasons({ run }: Ended): string[] {
  return run.refusals.map((r) => r.reason)
}

describe('an intervention', () => {
  it('of unpinning the frames that block makes the request succeed, and the ledger adds up', () => {
    const { parent, fork, at } = forked('sc-06', 'FULL', (run) =>
      pinnedPfns(run).map((pfn) => ({ at: callAt(run, 'codec', 2), do: 'unpin', pfn })),
    )
    expect(parent.ret('codec.alloc')).toBe(ENOMEM)
    expect(fork.ret('codec.alloc')).toBe(0)
    expect(reasons(fork)).toEqual([])
    expect(check(fork.run.machine)).toEqual([])
    expect(pinnedPfns(fork)).toEqual([])
    expect(fork.events.slice(0, at)).toEqual(parent.events.slice(0, at))
    expect(texts(fork)[0]).toMatch(/^do=unpin pfn=0x[0-9a-f]+ pins=1$/)
  })

  it('of unpinning the frames of another driver leaves every position free', () => {
    const { parent, fork } = forked('r-05', 'BASE', (run) =>
      pinnedPfns(run).map((pfn) => ({ at: callAt(run, 'display', 10), do: 'unpin', pfn })),
    )
    expect(parent.ret('display.all-busy')).toBe(ENOMEM)
    expect(fork.ret('display.all-busy')).toBe(0)
    expect(check(fork.run.machine)).toEqual([])
  })

  it('of unpinning the aio ring lets the block go offline', () => {
    const { parent, fork } = forked('sc-09', 'BASE', (run) =>
      pinnedPfns(run).map((pfn) => ({ at: callAt(run, 'admin', 1), do: 'unpin', pfn })),
    )
    expect(parent.ret('admin.offline')).toBe(EAGAIN)
    expect(fork.ret('admin.offline')).toBe(0)
    expect(check(fork.run.machine)).toEqual([])
  })

  it('of unpinning a buffer has it pinned anew when it is queued next, and put as a whole', () => {
    const { parent, fork } = forked('sc-12', 'BASE', (run) => {
      const at = callAt(run, 'codec', 5)
      const pins = run.events.slice(0, at).filter((e) => e.type === EV_sim_gup_pin)
      return [{ at, do: 'unpin', pfn: pins[3]?.a ?? 0 }]
    })
    const pinned = ({ events }: Ended, from: number): number =>
      events.slice(from, from + 400).filter((e) => e.type === EV_sim_gup_pin).length
    expect(pinned(parent, callAt(parent, 'camera', 11))).toBe(0)
    expect(pinned(fork, callAt(fork, 'camera', 11))).toBeGreaterThan(0)
    expect(reasons(fork)).toEqual([])
    expect(check(fork.run.machine)).toEqual([])
  })

  it('of draining takes the reference of an LRU batch that refused the pin', () => {
    const { parent, fork } = forked('r-15', 'L513', (run) => [
      { at: callAt(run, 'vmm', 10), do: 'drain' },
    ])
    expect(parent.ret('vmm.pin')).toBe(EFAULT)
    expect(fork.ret('vmm.pin')).toBe(0)
    expect(texts(fork)).toEqual(['do=drain'])
  })

  it('of another kernel is in effect from there on', () => {
    const { parent, fork } = forked('sc-02', 'BASE', (run) => {
      const at = run.events.findIndex((e) => e.by === 'camera' && e.type === 30)
      return [{ at, do: 'kernel', kernel: KERNELS.FULL }]
    })
    expect(parent.ret('codec.reqbufs')).toBe(ENOMEM)
    expect(fork.ret('codec.reqbufs')).toBe(0)
    expect(fork.run.machine.kernel.migratesAtPin).toBe(true)
    expect(texts(fork)).toEqual(['do=kernel subset=29 policy=rfc2013'])
  })

  it('of sleeping waits until a transient pin is gone', () => {
    const { parent, fork } = forked('sc-07', 'BASE', (run) => [
      { at: callAt(run, 'codec', 4) - 1, do: 'sleep', actor: 'codec', ns: 11e9 },
    ])
    expect(parent.ret('codec.meets-long')).toBe(ENOMEM)
    expect(fork.ret('codec.meets-long')).toBe(0)
    expect(texts(fork)[0]).toMatch(/^do=sleep task=\d+ ns=11000000000$/)
  })

  it('of injecting fails the n-th call from there on, and no other', () => {
    const inject = { at: 0, do: 'inject', nth: 1 } as const
    const gup = forked('sc-09', 'BASE', () => [{ ...inject, fn: '__get_user_pages', ret: ENOMEM }])
    expect(gup.parent.ret('server.io_setup')).toBe(0)
    expect(gup.fork.ret('server.io_setup')).toBe(EAGAIN)
    const pass = forked('sc-06', 'BASE', () => [{ ...inject, fn: 'alloc_contig_range', ret: -16 }])
    expect(reasons(pass.fork)).toEqual([])
    expect(check(pass.fork.run.machine)).toEqual([])
    const move = forked('sc-06', 'FULL', () => [{ ...inject, fn: 'unmap_and_move', ret: EAGAIN }])
    const failed = move.fork.events.filter((e) => e.type === EV_sim_unmap_and_move && e.b === -1)
    expect(failed.map((e) => e.c)).toEqual([EAGAIN])
    const alloc = forked('sc-06', 'FULL', () => [
      { ...inject, nth: 5, fn: 'alloc_pages', ret: ENOMEM },
    ])
    expect(alloc.fork.digest).not.toBe(alloc.parent.digest)
    expect(check(alloc.fork.run.machine)).toEqual([])
  })
})

describe('a refusal', () => {
  const at = 1000
  const refused = (i: Intervention): string[] => {
    const plain = runPlan(planWith('sc-06', KERNELS.BASE, []))
    const fork = runPlan(planWith('sc-06', KERNELS.BASE, [i]))
    // What cannot be done leaves no trace in the run.
    expect(fork.digest).toBe(plain.digest)
    return reasons(fork)
  }

  it('says what a frame that nobody pins is held by', () => {
    const [reason] = refused({ at, do: 'unpin', pfn: 0x60000 })
    expect(reason).toMatch(/^nobody pins pfn 0x60000; its references are: alloc 1$/)
    expect(refused({ at, do: 'unpin', pfn: 1 })).toEqual([
      'pfn 0x1 lies in no zone of this machine',
    ])
  })

  it('names the call that holds a transient pin', () => {
    const parent = runPlan(planWith('sc-07', KERNELS.BASE, []))
    const at = callAt(parent, 'codec', 4)
    const pfn = (parent.run.machine.cma[0]?.base_pfn ?? 0) + 100
    const [reason] = reasons(runPlan(planWith('sc-07', KERNELS.BASE, [{ at, do: 'unpin', pfn }])))
    expect(reason).toMatch(/ is pinned by driver \(direct I\/O read\) for a call that is under way/)
  })

  it('names the actors there are', () => {
    expect(refused({ at, do: 'sleep', actor: 'camra', ns: 5 })).toEqual([
      'no actor is called "camra"; there are camera, reclaim, codec',
    ])
    expect(refused({ at, do: 'sleep', actor: 'camera', ns: 0 })[0]).toMatch(/above 0 ns, got 0/)
  })

  it('says that an actor has ended', () => {
    const parent = runPlan(planWith('sc-06', KERNELS.BASE, []))
    const late = parent.events.length
    const i = { at: late, do: 'sleep', actor: 'camera', ns: 5 } as const
    expect(reasons(runPlan(planWith('sc-06', KERNELS.BASE, [i])))).toEqual([
      'camera has ended and has nothing to do any more',
    ])
  })

  it('says where the run ends before the intervention comes', () => {
    const [reason] = refused({ at: 10_000_000, do: 'drain' })
    expect(reason).toMatch(/^the run ends after \d+ events$/)
  })

  it('names the functions and errors that can be injected', () => {
    const unknown = { at, do: 'inject', fn: 'kmalloc', nth: 1, ret: ENOMEM }
    expect(refused(unknown as unknown as Intervention)).toEqual([
      'kmalloc cannot be made to fail; what can: alloc_pages, unmap_and_move, alloc_contig_range, __get_user_pages',
    ])
    expect(refused({ at, do: 'inject', fn: 'alloc_pages', nth: 1, ret: EAGAIN })).toEqual([
      'alloc_pages does not fail with -11; it does with -ENOMEM',
    ])
  })

  it('counts the calls when there are too few of them', () => {
    const i = { at, do: 'inject', fn: 'alloc_pages', nth: 1e6, ret: ENOMEM } as const
    const [reason] = reasons(runPlan(planWith('sc-06', KERNELS.BASE, [i])))
    expect(reason).toMatch(/^alloc_pages is called only \d+ times from there on/)
  })

  it('says why there is no such kernel', () => {
    const of = (patches: number[]): string[] =>
      refused({ at, do: 'kernel', kernel: { patches, mode: 'strict' } })
    expect(of([4])[0]).toMatch(/^patches 4 do not build: patch 4 needs /)
    const both = { patches: [3], mode: 'strict', policy: 'gup-nm' } as const
    expect(refused({ at, do: 'kernel', kernel: both })[0]).toMatch(/takes the place of the series/)
  })
})

/** Freezes and resumes the run over and over on its way to the end. */
function inPieces(plan: RunPlan, every: number): ScenarioRun {
  let run = startScenario(plan, null)
  let image: RunImage = run.freeze()
  for (;;) {
    if (!run.advance(every)) return run
    if (!run.settle(every)) continue
    if (run.machine.trace.events === image.events) return run
    image = run.freeze()
    run = resumeScenario(plan, image, null)
  }
}

describe('a run with interventions', () => {
  const kinds: fc.Arbitrary<Intervention> = fc.oneof(
    fc.record({ at: fc.nat(16_000), do: fc.constant('drain' as const) }),
    fc.record({
      at: fc.nat(16_000),
      do: fc.constant('sleep' as const),
      actor: fc.constantFrom('camera', 'reclaim', 'codec'),
      ns: fc.integer({ min: 1, max: 5e8 }),
    }),
    fc.record({
      at: fc.nat(16_000),
      do: fc.constant('kernel' as const),
      kernel: fc.constantFrom(KERNELS.BASE, KERNELS.FULL, KERNELS.L513, KERNELS.UNPIN),
    }),
    fc.record({
      at: fc.nat(16_000),
      do: fc.constant('inject' as const),
      fn: fc.constant('alloc_pages' as const),
      nth: fc.integer({ min: 1, max: 600 }),
      ret: fc.constant(ENOMEM),
    }),
    fc.record({
      at: fc.nat(16_000),
      do: fc.constant('unpin' as const),
      pfn: fc.integer({ min: 0x67c00, max: 0x67cff }),
    }),
  )

  it('is the same in pieces, frozen and resumed between any two of them', () => {
    fc.assert(
      fc.property(fc.array(kinds, { minLength: 1, maxLength: 5 }), fc.nat(3000), (list, every) => {
        const plan = planWith(
          'sc-06',
          KERNELS.FULL,
          list.toSorted((x, y) => x.at - y.at),
        )
        const straight = runPlan(plan)
        const pieces = inPieces(plan, every + 500)
        expect(pieces.machine.trace.digest).toEqual(straight.run.machine.trace.digest)
        expect(pieces.outcomes).toEqual(straight.run.outcomes)
        expect(pieces.refusals).toEqual(straight.run.refusals)
        expect(check(pieces.machine)).toEqual([])
      }),
      { numRuns: 8, seed: 4 },
    )
  }, 120_000)
})
