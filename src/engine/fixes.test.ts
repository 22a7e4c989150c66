/** How often the what-if fixes made a difference, on the shipped scenarios. */
import { expect, it } from 'vitest'
import { KERNELS, runShipped } from './test/scenario-run'

it('counts a fix only where it is on and does otherwise than the series', async () => {
  const posted = await runShipped('sc-01', KERNELS.FULL)
  expect(new Set(Object.values(posted.summary.exercisedFixes))).toEqual(new Set([0]))
  const fixed = await runShipped('sc-01', { ...KERNELS.FULL, fixes: [2, 6] })
  const { exercised, exercisedFixes, counters } = fixed.summary
  // One drain per call of get_user_pages: every replacement but the first of a call goes without.
  const calls = fixed.summary.outcomes.filter((o) => o.call === 'VIDIOC_QBUF').length
  expect(exercisedFixes[2]).toBe((exercised[4] ?? 0) - calls)
  expect(counters.drains).toBeLessThan(posted.summary.counters.drains)
  expect(exercisedFixes[6]).toBe(0)
}, 60_000)
