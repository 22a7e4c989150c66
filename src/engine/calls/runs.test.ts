/** The calls that make runs: recipes with changes, forks, remedies carried out, and what is told of them. */
import { beforeAll, describe, expect, it } from 'vitest'
import type { Calls } from '../../shared/contract'
import type { RunSummary } from '../../shared/run'
import type { Remedy, WhyReport } from '../../shared/why'
import { must, openEngine } from '../test/engine'

let calls: Calls
let parent: RunSummary
let report: WhyReport

const ret = ({ outcomes }: RunSummary): number | undefined =>
  outcomes.find((o) => o.id === report.outcome)?.ret

/** The run a remedy makes of its parent, as a window carries it out. */
async function carriedOut({ change }: Remedy): Promise<RunSummary> {
  const { recipe } = parent
  switch (change.how) {
    case 'kernel':
      return await must(calls.run({ ...recipe, kernel: change.kernel }, 'apply'))
    case 'fork':
      return await must(calls.fork(parent.run, change.interventions, 'apply'))
    case 'plan':
      return await must(calls.run({ ...recipe, changes: change.changes }, 'apply'))
  }
}

beforeAll(async () => {
  calls = openEngine()
  const kernel = { patches: [], mode: 'strict' } as const
  parent = await must(calls.run({ scenario: 'sc-14', seed: 1, set: {}, kernel }, 'run'))
  const troubles = await must(calls.troubles(parent.run))
  const n = troubles.findLast((t) => t.ret < 0)?.n ?? 0
  report = await must(calls.why(parent.run, n, true, 'why'))
}, 120_000)

describe('a remedy', () => {
  it('makes the request succeed when its change is carried out', async () => {
    expect(ret(parent)).toBeLessThan(0)
    expect(report.remedies.length).toBeGreaterThan(1)
    expect(new Set(report.remedies.map((r) => r.change.how)).size).toBeGreaterThan(1)
    for (const remedy of report.remedies) {
      const made = await carriedOut(remedy)
      expect([remedy.text, ret(made)]).toEqual([remedy.text, expect.any(Number)])
      expect(ret(made)).toBeGreaterThanOrEqual(0)
      await must(calls.drop(made.run))
    }
  }, 120_000)
})

describe('a recipe with changes', () => {
  it('is made again from its summary alone', async () => {
    const at = report.callEvent
    const fork = await must(calls.fork(parent.run, [{ at, do: 'drain' }], 'fork'))
    const again = await must(calls.run(fork.recipe, 'again'))
    expect(again.digest).toBe(fork.digest)
    await must(calls.drop(again.run))
  })

  it('is refused, with the reason, when a change cannot be', async () => {
    const { recipe } = parent
    const grow = { do: 'grow', area: 'video', pages: 1024 } as const
    expect(await calls.run({ ...recipe, changes: [grow] }, 'x')).toMatchObject({
      error: {
        code: 'bad-input',
        message: expect.stringContaining('no CMA area is called "video"'),
      },
    })
    const align = { do: 'align', actor: 'nobody', step: 0, align: 0 } as const
    expect(await calls.run({ ...recipe, changes: [align] }, 'x')).toMatchObject({
      error: { message: 'instruction 0 of "nobody" is no dmaAlloc: only that has an alignment' },
    })
  })
})

describe('a run that is kept', () => {
  it('is told by its number, also a fork that the console made', async () => {
    expect(await must(calls.summary(parent.run))).toEqual(parent)
    const { state } = await must(calls.consoleRun(parent.run, 'fork drain', 'console'))
    const made = state.forks[1]
    const summary = await must(calls.summary(made?.run ?? 0))
    expect(summary.recipe.interventions).toEqual([{ at: made?.at, do: 'drain' }])
    await must(calls.drop(summary.run))
    expect(await calls.summary(summary.run)).toMatchObject({ error: { code: 'not-found' } })
  })

  it('can be made to fail in the functions that are listed, with what is listed', async () => {
    const failing = await must(calls.listFailing())
    expect(failing.find((f) => f.fn === 'unmap_and_move')?.rets.map((r) => r.errno)).toEqual([
      'EAGAIN',
      'ENOMEM',
    ])
  })
})
