// Function frames over the shipped scenarios: balanced, and without a trace in the event stream.
import { describe, expect, it } from 'vitest'
import { planScenario } from '../../formats/scenario'
import { shippedScenarios } from '../../formats/shipped'
import { digestHex } from '../machine/digest'
import { startScenario } from '../scenario/run'
import type { RunPlan } from '../scenario/types'
import { EV_sim_call, EV_sim_call_ret } from './events/sim'
import { FrameChecker } from './test/frame-checker'

/** Thousands of requests in a row show what hundreds show. */
const SMALLER: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'r-18': { pieces: '300' },
}

function planOf(id: string): RunPlan['scenario'] {
  const scenario = shippedScenarios().find((s) => s.info.id === id)
  if (scenario === undefined) throw new Error(`no scenario ${id}`)
  const plan = planScenario(scenario, SMALLER[id] ?? {})
  if (!plan.ok) throw new Error(plan.error.message)
  return plan.value
}

/** Runs a scenario; with frames each call of a program has to find, and to leave, an empty stack. */
function run(plan: RunPlan, withFrames: boolean) {
  let frames: FrameChecker | null = null
  const run = startScenario(plan, {
    event(type, task) {
      if (type !== EV_sim_call && type !== EV_sim_call_ret) return
      if (frames !== null && frames.stack(task).length > 0) {
        frames.wrong.push(
          `task ${task} is in ${frames
            .stack(task)
            .map((f) => f.fn)
            .join(' > ')}`,
        )
      }
    },
  })
  if (withFrames) frames = new FrameChecker(run.machine)
  while (run.advance(100_000));
  const { trace, now } = run.machine
  return { told: { digest: digestHex(trace.digest), events: trace.events, now }, frames }
}

/** The baseline and the whole series in turn; random worlds run every subset. */
const RUNS = shippedScenarios().map(({ info }, n) => ({
  id: info.id,
  patches: n % 2 === 0 ? [] : [1, 3, 4, 5],
}))

describe('frames of a shipped scenario', () => {
  it.each(RUNS)(
    'are balanced and change nothing: $id, patches $patches',
    ({ id, patches }) => {
      const plan: RunPlan = { scenario: planOf(id), kernel: { patches, mode: 'strict' }, seed: 1 }
      const { told, frames } = run(plan, true)
      expect(frames?.wrong).toEqual([])
      expect(told).toEqual(run(plan, false).told)
    },
    120_000,
  )
})
