/** Forks of recorded runs, and where they part from what they come from. */
import { beforeAll, describe, expect, it } from 'vitest'
import { digestHex, EV_sim_call, growArea, type Intervention, type ScenarioPlan } from '../sim'
import { Debugger } from './debugger'
import { divergenceOf, firstDivergence } from './diverge'
import { commonEvents, forkRecording } from './fork'
import type { Recording } from './run'
import { isSameState, stateDiff } from './state-diff'
import { HOOKS } from './test/hooks'
import { KERNELS, planOf, runShipped } from './test/scenario-run'

const ENOMEM = -12

let parent: Recording

beforeAll(async () => {
  parent = await runShipped('sc-06', KERNELS.FULL)
}, 60_000)

async function fork(of: Recording, list: readonly Intervention[]): Promise<Recording> {
  const made = await forkRecording(of, list, HOOKS)
  if (!made.ok) throw new Error(made.error.message)
  return made.value
}

async function refusal(of: Recording, list: readonly Intervention[]): Promise<string> {
  const made = await forkRecording(of, list, HOOKS)
  return made.ok ? '' : made.error.message
}

function ret({ summary }: Recording, outcome: string): number | undefined {
  return summary.outcomes.find((o) => o.id === outcome)?.ret
}

/** Event at which an actor begins its call number `step`. */
function callAt({ recorder: { log }, machine }: Recording, actor: string, step: number): number {
  const isIt = (type: number, task: number, _ns: number, _a: number, b: number): boolean =>
    type === EV_sim_call && machine.tasks[task]?.comm === actor && b === step
  return log.scan(0, log.length, isIt, 1)[0] ?? -1
}

/** Unpins all that is pinned at the end, before the codec asks. */
function unpins(of: Recording): Intervention[] {
  const { machine } = of
  const at = callAt(of, 'codec', 2)
  return [...machine.pins.keys()].map((p) => ({ at, do: 'unpin', pfn: p + machine.startPfn }))
}

describe('a fork', () => {
  it('without interventions is its parent again', async () => {
    const same = await fork(parent, [])
    expect(same.summary.digest).toBe(parent.summary.digest)
    expect(same.origin).toMatchObject({ at: parent.summary.events, interventions: [] })
    expect(firstDivergence(parent, same)).toBeNull()
    expect(await divergenceOf(parent, same)).toBeNull()
  })

  it('goes its own way from the intervention on and leaves its parent alone', async () => {
    const before = parent.summary.digest
    const list = unpins(parent)
    const own = await fork(parent, list)
    expect(ret(parent, 'codec.alloc')).toBe(ENOMEM)
    expect(ret(own, 'codec.alloc')).toBe(0)
    expect(own.origin?.parent).toBe(parent)
    const at = list[0]?.at ?? 0
    expect(commonEvents(parent.recorder.log, own.recorder.log, Infinity)).toBe(at)
    expect(own.recorder.log.row(at).type.name).toBe('sim_intervention')
    expect(digestHex(parent.machine.trace.digest)).toHaveLength(64)
    expect(parent.summary.digest).toBe(before)
  })

  it('can be forked; what its parents changed comes first', async () => {
    const at = callAt(parent, 'codec', 2)
    const once = await fork(parent, [{ at, do: 'drain' }])
    const later = callAt(once, 'codec', 3)
    const twice = await fork(once, [{ at: later, do: 'sleep', actor: 'codec', ns: 1e6 }])
    expect(twice.summary.recipe.interventions?.map((i) => i.do)).toEqual(['drain', 'sleep'])
    expect(twice.origin?.parent.origin?.parent).toBe(parent)
    expect(JSON.parse(JSON.stringify(twice.summary.recipe))).toEqual(twice.summary.recipe)
    expect(await refusal(twice, [{ at: at - 5, do: 'drain' }])).toBe(
      `this run was itself changed at event ${later}; fork its parent to change something before`,
    )
  })

  it('is played again over its interventions from every image', async () => {
    const at = callAt(parent, 'codec', 2)
    const own = await fork(parent, [{ at, do: 'drain' }])
    const dbg = await Debugger.open(own.tape, HOOKS)
    await dbg.seek({ event: own.tape.events, step: 0 })
    expect(digestHex(dbg.machine.trace.digest)).toBe(digestHex(own.machine.trace.digest))
    await dbg.seek({ event: at + 1, step: 0 })
    await dbg.stepEvents(-1)
    expect(dbg.position.event).toBe(at)
    expect(isSameState(stateDiff(dbg.machine, own.machine))).toBe(false)
  })

  it('is refused with the reason when an intervention cannot be', async () => {
    expect(await refusal(parent, [{ at: 5, do: 'unpin', pfn: 0x60000 }])).toBe(
      'unpin at event 5: nobody pins pfn 0x60000; its references are: alloc 1',
    )
    const { events } = parent.summary
    expect(await refusal(parent, [{ at: events + 1, do: 'drain' }])).toBe(
      `the run ends after ${events} events, before event ${events + 1}`,
    )
    expect(await refusal(parent, [{ at: 0.5, do: 'drain' }])).toMatch(/whole number of events/)
  })
})

describe('the divergence', () => {
  it('is the first event of A that is another one in the same call of the same actor', async () => {
    const own = await fork(parent, unpins(parent))
    const report = await divergenceOf(parent, own)
    expect(report).toMatchObject({ actor: 'codec', call: { nth: 1 }, missing: null })
    expect(report?.a.name === report?.b.name ? report?.a.text : '').not.toBe(report?.b.text)
    expect(report?.state.framesDiffering).toBeGreaterThan(0)
    expect(report?.state.frames.length).toBeLessThanOrEqual(16)
    expect(report?.state.frames[0]?.fields.map((f) => f.name)).toContain('refs')
  })

  it('is not in the times, nor in what somebody did from outside', async () => {
    const own = await fork(parent, [{ at: 0, do: 'sleep', actor: 'codec', ns: 5000 }])
    expect(own.recorder.log.row(0).type.name).toBe('sim_intervention')
    expect(firstDivergence(parent, own)).toBeNull()
  })

  it('finds the call in which another kernel does more', async () => {
    const base = await runShipped('sc-06', KERNELS.BASE)
    const parting = firstDivergence(base, parent)
    expect(parting).toMatchObject({ actor: 'camera', call: { name: 'VIDIOC_QBUF', step: 6 } })
    const back = firstDivergence(parent, base)
    expect([back?.a, back?.b]).toEqual([parting?.b, parting?.a])
  })

  it('says that a run has nothing there when an actor ends sooner', async () => {
    const short = await runShipped('r-01', KERNELS.BASE, 1, { held: '2', requests: '1' })
    const long = await runShipped('r-01', KERNELS.BASE, 1, { held: '2', requests: '2' })
    expect(firstDivergence(long, short)).toMatchObject({ actor: 'xserver', missing: 'b' })
    expect(firstDivergence(short, long)).toMatchObject({ actor: 'xserver', missing: 'a' })
  })
})

describe('stateDiff', () => {
  it('finds nothing between a machine and itself', () => {
    expect(isSameState(stateDiff(parent.machine, parent.machine))).toBe(true)
  })

  it('tells who pins a frame, and for how long, where the count is the same', async () => {
    const base = await runShipped('sc-01', KERNELS.BASE)
    const full = await runShipped('sc-01', KERNELS.FULL)
    const parted = await divergenceOf(base, full)
    expect(parted?.a.name).toBe('sim_gup_pin')
    const [frame] = parted?.state.frames ?? []
    expect(frame?.fields).toEqual([
      { name: 'pins', a: 'long: vb2 QBUF index 0', b: expect.stringMatching(/^short: /) as string },
    ])
  })

  it('tells counters, free lists, areas and as many frames as asked for', async () => {
    const own = await fork(parent, unpins(parent))
    const diff = stateDiff(parent.machine, own.machine, 3)
    const used = parent.machine.cma[0]?.count
    expect(diff.frames).toHaveLength(3)
    expect(diff.framesDiffering).toBeGreaterThan(900)
    expect(diff.cma).toEqual([{ name: 'default', a: '0', b: String(used) }])
    expect(diff.counters.map((d) => d.name)).toContain('Normal nr_free_cma')
    expect(diff.freeLists.length).toBeGreaterThan(0)
  })
})

describe('growArea', () => {
  const plan = planOf('sc-06')

  /** The same board with free lists of its own making and the area where there is room above. */
  function roomy(): ScenarioPlan {
    const { machine } = plan
    const [area] = machine.cma
    const cma = area === undefined ? [] : [{ ...area, startPfn: area.startPfn - 4096 }]
    return { ...plan, machine: { ...machine, cma, boot: [], freeLists: null } }
  }

  it('gives a plan with the area larger, in place if there is room above', () => {
    const before = roomy().machine.cma[0]
    const grown = growArea(roomy(), 'default', 2048)
    if (!('plan' in grown)) throw new Error(grown.reason)
    expect(grown.plan.machine.cma[0]).toEqual({ ...before, pages: (before?.pages ?? 0) + 2048 })
  })

  it('says why it does not fit', () => {
    const reason = (of: ScenarioPlan, name: string, pages: number): string => {
      const grown = growArea(of, name, pages)
      return 'reason' in grown ? grown.reason : ''
    }
    expect(reason(plan, 'video', 1024)).toBe('no CMA area is called "video"; there are: default')
    expect(reason(plan, 'default', 1000)).toBe('an area grows by multiples of 1024 pages, got 1000')
    expect(reason(plan, 'default', 1024)).toMatch(
      /free lists of .* are given with default as it is/,
    )
    expect(reason(roomy(), 'default', 1 << 20)).toMatch(
      /above, its zone ends; below, its zone ends/,
    )
  })
})
