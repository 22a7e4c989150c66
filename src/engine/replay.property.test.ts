/** Replay is exact: whatever the scenario, wherever one goes, however one comes there. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { digestHex, ref_sum, startScenario, type KernelSpec, type ScenarioPlan } from '../sim'
import { Debugger } from './debugger'
import { record, type Recording } from './run'
import { HOOKS } from './test/hooks'
import { longPlan } from './test/long-plan'
import { randomPlan } from './test/random-plan'
import { stateText } from './test/state-text'

/** Short runs shall have many keyframes, too. */
const OFTEN = { ...HOOKS, keyframeEvents: 60 }

const KERNELS: readonly KernelSpec[] = [
  { patches: [], mode: 'strict' },
  { patches: [1, 2, 3, 4, 5], mode: 'strict' },
  { patches: [], mode: 'strict', policy: 'longterm-5.13' },
]

async function recordPlan(plan: ScenarioPlan, kernel: KernelSpec): Promise<Recording> {
  const recipe = { scenario: plan.id, seed: 7, set: {}, kernel }
  const recording = await record(plan, recipe, OFTEN)
  if (!recording.ok) throw new Error(recording.error.message)
  return recording.value
}

/** The state at an event of a run that goes straight from its start. */
function straightState({ tape }: Recording, event: number): string {
  const states: string[] = []
  const run = startScenario(tape.plan, {
    event: () => {
      if (run.machine.trace.events === event + 1) states.push(stateText(run.machine))
    },
  })
  while (run.advance(1e6));
  return states[0] ?? stateText(run.machine)
}

describe('replay of random scenarios', () => {
  it('has the state of the run itself at every place, whichever way one came', async () => {
    await fc.assert(
      fc.asyncProperty(
        randomPlan,
        fc.constantFrom(...KERNELS),
        fc.array(fc.nat(1000), { minLength: 2, maxLength: 4 }),
        async (plan, kernel, places) => {
          const recording = await recordPlan(plan, kernel)
          const { events } = recording.tape
          const dbg = await Debugger.open(recording.tape, HOOKS)
          for (const place of places) {
            const event = Math.floor((place / 1000) * events)
            await dbg.seek({ event, step: 0 })
            const here = stateText(dbg.machine)
            expect(here).toBe(straightState(recording, event))
            if (event === 0 || event >= events - 1) continue
            await dbg.stepEvents(-1)
            await dbg.stepEvents(1)
            expect(stateText(dbg.machine)).toBe(here)
          }
        },
      ),
      { numRuns: 12, seed: 20130305 },
    )
  }, 240_000)

  it('has the digest of the recording at its end, with frames and without', async () => {
    await fc.assert(
      fc.asyncProperty(randomPlan, fc.constantFrom(...KERNELS), async (plan, kernel) => {
        const { tape, machine } = await recordPlan(plan, kernel)
        for (const frames of [false, true]) {
          const played = await tape.play(0, { frames, see: () => false })
          expect(digestHex(played.run.machine.trace.digest)).toBe(digestHex(machine.trace.digest))
        }
      }),
      { numRuns: 12, seed: 5 },
    )
  }, 240_000)
})

describe('the ledger over a million events', () => {
  it('adds up to _count for the frames of every event, and now and then for all frames', async () => {
    const { tape } = await recordPlan(
      longPlan('vexpress-128m', 1_000_000),
      KERNELS[0] as KernelSpec,
    )
    expect(tape.events).toBeGreaterThan(1_000_000)
    let wrong = 0
    let seen = 0
    await tape.play(0, {
      frames: false,
      see: ({ a, event, machine: m }) => {
        seen++
        const page = a - m.startPfn
        if (page >= 0 && page < m.nrPages && ref_sum(m, page) !== m.mem.count[page]) wrong++
        if (event % 100_000 === 0) {
          for (let p = 0; p < m.nrPages; p++) if (ref_sum(m, p) !== m.mem.count[p]) wrong++
        }
        return false
      },
    })
    expect({ wrong, seen }).toEqual({ wrong: 0, seen: tape.events })
  }, 240_000)
})
