/** The audit says before a request what the request then finds. */
import { describe, expect, it } from 'vitest'
import { Debugger } from '../debugger'
import { HOOKS } from '../test/hooks'
import { KERNELS, runShipped } from '../test/scenario-run'
import { audit } from './audit'
import { troublesOf, why } from './why'

describe('audit', () => {
  it.each(['sc-14', 'sc-05', 'sc-10', 'sc-13', 'r-03'])(
    'of %s names before the request every frame that then stops it',
    async (id) => {
      const recording = await runShipped(id, KERNELS.BASE)
      const n = troublesOf(recording).findLastIndex((t) => t.ret < 0) + 1
      const report = await why(recording, n, false, HOOKS)
      if (!report.ok) throw new Error(report.error.message)
      const { walk, callEvent } = report.value
      const first = walk[0]
      if (first === undefined) throw new Error('no position was tried')
      const dbg = await Debugger.open(recording.tape, HOOKS)
      await dbg.seek({ event: callEvent, step: 0 })
      const found = audit(dbg.machine, 0, first.endPfn - first.startPfn, 0)
      const named = new Set(found?.frames.map((f) => f.pfn))
      for (const { blocking } of walk) {
        for (const { pfn } of blocking) expect(named).toContain(pfn)
      }
      const position = found?.positions.find((p) => p.startPfn === first.startPfn)
      expect(position?.blocking).toBeGreaterThan(0)
    },
    60_000,
  )

  it('finds nothing in the way of a request that will succeed', async () => {
    const recording = await runShipped('sc-14', KERNELS.FULL)
    const call = recording.summary.requests.at(-1)
    if (call === undefined) throw new Error('no request')
    const dbg = await Debugger.open(recording.tape, HOOKS)
    await dbg.seek({ event: call.event, step: 0 })
    const found = audit(dbg.machine, 0, call.count, 0)
    const taken = call.positions.at(-1)
    expect(found?.positions.find((p) => p.startPfn === taken?.startPfn)?.blocking).toBe(0)
  }, 60_000)

  it('is null for an area that is not there', async () => {
    const recording = await runShipped('sc-14', KERNELS.BASE)
    expect(audit(recording.machine, 7, 16, 0)).toBeNull()
  })
})
