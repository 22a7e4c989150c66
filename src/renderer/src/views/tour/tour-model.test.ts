import { describe, expect, it } from 'vitest'
import { ACTIONS } from '../../../../shared/actions'
import type { RunSummary } from '../../../../shared/run'
import { createFakePinscope } from '../../test/fake-pinscope'
import { TOUR, type TourView } from './tour-model'

async function summaryOf(patches: readonly number[]): Promise<RunSummary> {
  const recipe = {
    scenario: 'sc-01',
    seed: 1,
    set: {},
    kernel: { patches, mode: 'strict' },
  } as const
  const run = await createFakePinscope().run(recipe, 't')
  if (!run.ok) throw new Error(run.error.message)
  return run.value
}

async function view(part: Partial<TourView> = {}): Promise<TourView> {
  const [a, b] = await Promise.all([summaryOf([]), summaryOf([1, 2, 3, 4, 5])])
  return { a, b, parting: 10_942, running: false, ...part }
}

describe('tour', () => {
  it('has six steps, and shows them by actions that there are', () => {
    expect(TOUR).toHaveLength(6)
    const known = new Set(ACTIONS.map((a) => a.id))
    expect(TOUR.flatMap((s) => s.shows?.actions ?? []).filter((id) => !known.has(id))).toEqual([])
  })

  it('says what the runs say', async () => {
    const now = await view()
    const [first, second, , , , last] = TOUR.map((s) => s.text(now))
    expect(first).toContain(now.a?.verdict)
    expect(first).toContain(now.b?.verdict)
    expect(second).toContain(`tried ${now.a?.requests[0]?.positions.length ?? 0} positions`)
    expect(last).toContain('event 10,942')
  })

  it('tells what became of B without patch 4, and what to do when the runs are equal', async () => {
    const without = await view({ b: await summaryOf([1, 2, 3, 5]), parting: null })
    expect(TOUR[4]?.text(without)).toContain(without.b?.verdict)
    expect(TOUR[5]?.text(without)).toContain('Switch patch 4 on again')
  })

  it('repeats no result of runs that are made again', async () => {
    const now = await view({ running: true })
    expect(TOUR[0]?.text(now)).not.toContain(now.b?.verdict)
  })

  it('speaks of a window without results, too', async () => {
    const empty = await view({ a: null, b: null, parting: null, running: true })
    for (const step of TOUR) expect(step.text(empty)).not.toMatch(/undefined|null|NaN/)
  })
})
