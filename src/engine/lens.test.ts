/** Looking at places of SC-01, in every order: also in the middle of calls, where no image can be. */
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { shippedScenarios } from '../formats/shipped'
import { scenarioPlans } from '../formats/source'
import { pngBytes } from '../host/png'
import type { Place } from '../shared/place'
import { ReplayMismatch } from './keyframes'
import { Lens } from './lens'
import { record, type Recording } from './run'
import { stateText } from './test/state-text'

let recording: Recording
const HOOKS = {
  onProgress: () => undefined,
  isCancelled: () => false,
  breathe: () => Promise.resolve(),
}

beforeAll(async () => {
  const plan = scenarioPlans(shippedScenarios(), pngBytes).plan('sc-01', {})
  if (!plan.ok) throw new Error(plan.error.message)
  const kernel = { patches: [], mode: 'strict' } as const
  const recorded = await record(plan.value, { scenario: 'sc-01', seed: 1, set: {}, kernel }, HOOKS)
  if (!recorded.ok) throw new Error(recorded.error.message)
  recording = recorded.value
}, 60_000)

/** What a replay finds that is left exactly there. */
async function played(event: number): Promise<string> {
  const see = (moment: Place): boolean => moment.event >= event
  const { run } = await recording.tape.play(event, { frames: false, see })
  return stateText(run.machine)
}

describe('the machine at a place', () => {
  it('is that of a replay left there, whichever way one comes', async () => {
    const lens = new Lens(recording)
    const { events } = recording.tape
    // Forward, back, again, a step, and far away: within a call of a hundred thousand events, too.
    const shares = [0.1, 0.9, 0.91, 0.905, 0.9, 0.3, 0.5, 0.95, 0.951, 0.95]
    const places = [...shares.map((share) => Math.floor(events * share)), events - 1, 0, 1]
    for (const event of places) {
      const found = await lens.at({ event, step: 0 }, null, stateText)
      expect(found, String(event)).toBe(await played(event))
    }
  }, 60_000)

  it('stays as it was when the run goes on', async () => {
    const lens = new Lens(recording)
    const at = { event: Math.floor(recording.tape.events * 0.9), step: 0 }
    const machine = await lens.at(at, null, (m) => m)
    const before = stateText(machine)
    await lens.at({ event: at.event + 500, step: 0 }, null, stateText)
    expect(stateText(machine)).toBe(before)
  }, 60_000)

  it.each([
    ['between interleaving points of a call', 0.95],
    ['in the one step that fills memory', 0.2],
  ])(
    'goes on from where it waits, %s: what was played is not played again',
    async (_where, share) => {
      const { tape } = recording
      const film = vi.spyOn(tape, 'film')
      const lens = new Lens(recording)
      const event = Math.floor(tape.events * share)
      await lens.at({ event, step: 0 }, null, () => null)
      expect(film).toHaveBeenCalledTimes(1)
      for (let i = 1; i < 6; i++)
        await lens.at({ event: event + i * 50, step: 0 }, null, () => null)
      await lens.at({ event, step: 0 }, null, () => null)
      expect(film).toHaveBeenCalledTimes(1)
      film.mockRestore()
    },
  )

  it('does not go on with a run that went another way than the recording', async () => {
    const { tape } = recording
    const { keyframes } = tape
    const image = keyframes.kept[1]
    if (image === undefined) throw new Error('no second image')
    const look = async (event: number) => await lens.at({ event, step: 0 }, null, stateText)
    const lens = new Lens(recording)
    await look(image.events - 100)
    const after = vi.spyOn(keyframes, 'after').mockReturnValue({ ...image, digest: 'another' })
    await expect(look(image.events + 10)).rejects.toThrow(ReplayMismatch)
    after.mockRestore()
    const film = vi.spyOn(tape, 'film')
    await look(image.events + 20)
    expect(film).toHaveBeenCalledTimes(1)
    film.mockRestore()
  }, 60_000)
})
