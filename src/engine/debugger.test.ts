/** Time travel over recorded runs: where one comes to, whichever way one goes. */
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { EV_sim_cma_alloc, ref_sum, startScenario, type Machine } from '../sim'
import type { BreakpointSpec } from './breakpoints'
import { Debugger } from './debugger'
import { record, type Recording } from './run'
import { Tape } from './tape'
import { HOOKS } from './test/hooks'
import { KERNELS, planOf, runShipped } from './test/scenario-run'
import { stateText } from './test/state-text'

/** The states at some events of a run that goes straight from its start. */
function straightStates(tape: Tape, events: readonly number[]): string[] {
  const wanted = new Set(events)
  const states = new Map<number, string>()
  const run = startScenario(tape.plan, {
    event: () => {
      const event = run.machine.trace.events - 1
      if (wanted.has(event)) states.set(event, stateText(run.machine))
    },
  })
  while (run.advance(1e6));
  states.set(tape.events, stateText(run.machine))
  return events.map((event) => states.get(event) ?? '')
}

const ON_REQUEST: BreakpointSpec = {
  trigger: { kind: 'event', type: EV_sim_cma_alloc, name: 'sim_cma_alloc' },
  conditionText: '',
  condition: null,
  temporary: false,
  log: null,
  logText: '',
}

/** sc-06 with a keyframe every 500 events, so that there is something between two of them. */
async function recordOften(): Promise<Tape> {
  const recipe = { scenario: 'sc-06', seed: 1, set: {}, kernel: KERNELS.BASE }
  const often = await record(planOf('sc-06'), recipe, { ...HOOKS, keyframeEvents: 500 })
  if (!often.ok) throw new Error(often.error.message)
  return often.value.tape
}

let recording: Recording
let tape: Tape
let dbg: Debugger

beforeAll(async () => {
  recording = await runShipped('sc-06', KERNELS.BASE)
  tape = recording.tape
  dbg = await Debugger.open(tape, HOOKS)
}, 60_000)

describe('a recording', () => {
  it('numbers its events as the log does', () => {
    expect(recording.recorder.log.length).toBe(tape.events)
    expect(tape.keyframes.kept[0]?.events).toBe(0)
  })

  it('has the state at a place that a run straight from the start has there', async () => {
    const events = fc.sample(fc.nat(tape.events), { numRuns: 12, seed: 3 })
    const straight = straightStates(tape, events)
    for (const [i, event] of events.entries()) {
      await dbg.seek({ event, step: 0 })
      expect(stateText(dbg.machine)).toBe(straight[i])
    }
  }, 60_000)

  it('is the same after a step back and forward', async () => {
    for (const event of fc.sample(fc.integer({ min: 1, max: tape.events - 1 }), 10)) {
      await dbg.seek({ event, step: 0 })
      const state = stateText(dbg.machine)
      await dbg.stepEvents(-1)
      await dbg.stepEvents(1)
      expect(dbg.position.event).toBe(event)
      expect(stateText(dbg.machine)).toBe(state)
    }
  }, 60_000)

  it('has the ledger of every frame add up to its count wherever one looks', async () => {
    for (const event of [0, 5000, tape.events]) {
      await dbg.seek({ event, step: 0 })
      const m = dbg.machine
      const off = Array.from({ length: m.nrPages }, (_, page) => page).filter(
        (page) => ref_sum(m, page) !== m.mem.count[page],
      )
      expect(off).toEqual([])
    }
  })
})

describe('Debugger', () => {
  it('stops at a breakpoint on either side, and says so', async () => {
    await dbg.seek({ event: tape.events, step: 0 })
    const b = dbg.breakpoints.add(ON_REQUEST)
    const back = await dbg.continue('backward')
    expect(back.why).toMatchObject({ kind: 'breakpoint', breakpoint: { id: b.id } })
    const { event } = back.position
    expect(recording.recorder.log.row(event).type.name).toBe('sim_cma_alloc')
    await dbg.seek({ event: 0, step: 0 })
    const ahead = await dbg.continue('forward')
    expect(recording.recorder.log.row(ahead.position.event).type.name).toBe('sim_cma_alloc')
    dbg.breakpoints.delete(b.id)
  })

  it('ends at the end without a hit and tells where the last one was', async () => {
    await dbg.seek({ event: tape.events, step: 0 })
    const b = dbg.breakpoints.add(ON_REQUEST)
    const last = await dbg.continue('backward')
    const end = await dbg.continue('forward')
    const again = await dbg.continue('forward')
    expect(end.why).toEqual({ kind: 'end', lastHit: null })
    expect(again.why).toEqual({ kind: 'end', lastHit: last.position })
    dbg.breakpoints.delete(b.id)
  })

  it('passes over as many hits as it was told to ignore', async () => {
    await dbg.seek({ event: 0, step: 0 })
    const b = dbg.breakpoints.add(ON_REQUEST)
    b.ignore = 1_000_000
    const end = await dbg.continue('forward')
    expect(end.why.kind).toBe('end')
    expect(b.hits).toBeGreaterThan(0)
    expect(b.ignore).toBe(1_000_000 - b.hits)
    dbg.breakpoints.delete(b.id)
  })

  it('stops a watch where the value is a new one, in both directions', async () => {
    await dbg.seek({ event: 0, step: 0 })
    const read = (m: Machine): number => m.cma[0]?.bitmap.reduce((n, bit) => n + bit, 0) ?? 0
    const b = dbg.breakpoints.add({
      ...ON_REQUEST,
      trigger: { kind: 'watch', text: 'cma(0).used', read },
    })
    const seen: number[] = []
    for (;;) {
      const stop = await dbg.continue('forward')
      if (stop.why.kind !== 'breakpoint') break
      seen.push(stop.position.event)
    }
    const backward: number[] = []
    for (;;) {
      const stop = await dbg.continue('backward')
      if (stop.why.kind !== 'breakpoint') break
      backward.push(stop.position.event)
    }
    expect(backward.toReversed()).toEqual(seen)
    dbg.breakpoints.delete(b.id)
  }, 60_000)

  it('goes back and forward through the places it was at', async () => {
    await dbg.seek({ event: 100, step: 0 })
    await dbg.seek({ event: 200, step: 0 })
    expect((await dbg.revisit(-1))?.position.event).toBe(100)
    expect((await dbg.revisit(1))?.position.event).toBe(200)
    expect(await dbg.revisit(1)).toBeNull()
  })

  it('is stopped by a cancel, and stays where it was', async () => {
    const short = await recordOften()
    const other = await Debugger.open(short, { ...HOOKS, isCancelled: () => true })
    other.breakpoints.add({ ...ON_REQUEST, condition: () => false })
    const stop = await other.continue('forward')
    expect(stop.why.kind).toBe('cancelled')
    expect(stop.position).toEqual(other.position)
    expect(stop.position.event).toBe(short.firstEvent)
  })
})

describe('a replay that differs', () => {
  it('is told with the first keyframe that differs, and never passed over', async () => {
    const original = await recordOften()
    const { keyframes, events, plan } = original
    const scenario = { ...plan.scenario, jitterNs: 999_999 }
    const other = new Tape({ ...plan, scenario }, keyframes, events)
    const whole = { frames: false, see: () => false }
    await expect(original.play(0, whole)).resolves.toMatchObject({ how: 'end' })
    await expect(other.play(0, whole)).rejects.toThrow(
      /replay differs from the recording: at keyframe event \d+/,
    )
  }, 60_000)
})
