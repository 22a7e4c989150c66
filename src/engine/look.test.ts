/** The calls that look at a recorded run, on SC-01 as it is shipped. */
import { beforeAll, describe, expect, it } from 'vitest'
import type { Calls, RunSummary } from '../shared/contract'
import type { Result } from '../shared/result'
import { shippedScenarios } from '../formats/shipped'
import { scenarioPlans } from '../formats/source'
import { createEngine } from '.'

let calls: Calls
let a: RunSummary
let b: RunSummary

function must<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(result.error.message)
  return result.value
}

async function run(patches: readonly number[]): Promise<RunSummary> {
  const kernel = { patches, mode: 'strict' } as const
  return must(await calls.run({ scenario: 'sc-01', seed: 1, set: {}, kernel }, 'token'))
}

beforeAll(async () => {
  calls = createEngine(
    scenarioPlans(shippedScenarios()),
    () => undefined,
    () => Promise.resolve(),
  )
  a = await run([])
  b = await run([1, 2, 3, 4, 5])
}, 60_000)

describe('places', () => {
  it('are found by time: the last event at or before it', async () => {
    const middle = must(await calls.eventAt(a.run, a.simTimeNs / 2))
    const [row, next] = must(await calls.events(a.run, middle.event, 2))
    expect(row?.timeNs).toBe(middle.timeNs)
    expect(middle.timeNs).toBeLessThanOrEqual(a.simTimeNs / 2)
    expect(next?.timeNs).toBeGreaterThan(a.simTimeNs / 2)
  })

  it('have neighbours, of one actor or of all, and none beyond the ends', async () => {
    const all = must(await calls.neighbour(a.run, a.events, -1, null))
    expect(all?.event).toBe(a.events - 1)
    expect(must(await calls.neighbour(a.run, a.events - 1, 1, null))).toBeNull()
    const lanes = must(await calls.series(a.run, { fromNs: 0, toNs: null, columns: 64 })).lanes
    const codec = lanes.find((lane) => lane.actor === 'codec')
    const last = must(await calls.neighbour(a.run, a.events, -1, codec?.task ?? -1))
    const [row] = must(await calls.events(a.run, last?.event ?? 0, 1))
    expect(row?.actor).toBe('codec')
  })

  it('are the same cause in the other run, up to where the runs part', async () => {
    const parting = must(await calls.divergence(a.run, b.run))
    expect(parting).not.toBeNull()
    const before = must(await calls.eventAt(a.run, (parting?.a.timeNs ?? 0) / 2))
    const there = must(await calls.align(a.run, b.run, before.event))
    const [left] = must(await calls.events(a.run, before.event, 1))
    const [right] = must(await calls.events(b.run, there?.event ?? 0, 1))
    expect(there).not.toBeNull()
    expect(right).toMatchObject({ actor: left?.actor, name: left?.name, text: left?.text })
    expect(must(await calls.align(a.run, a.run, before.event))?.event).toBe(before.event)
  })
})

describe('the machine at a place', () => {
  it('has no pin before the first was taken, and its end is that of the run', async () => {
    const pinned = must(await calls.pageMap(a.run, null))
    const first = must(await calls.neighbour(a.run, 0, 1, null))
    const start = must(await calls.pageMap(a.run, { event: first?.event ?? 0, step: 0 }))
    const long = (cells: Uint8Array): number => cells.filter((cell) => cell === 15).length
    expect(long(start.cells)).toBe(0)
    expect(long(pinned.cells)).toBe(2048)
    const end = must(await calls.pageMap(a.run, { event: a.events, step: 0 }))
    expect(end.cells).toEqual(pinned.cells)
  })

  it('shows a blocking frame with its pin after it was taken, and without it before', async () => {
    const pfn = a.requests[0]?.positions[0]?.blocking[0] ?? 0
    const page = must(await calls.page(a.run, pfn, null))
    const pin = page.ledger.find((entry) => entry.kind === 'pin')
    const taken = pin?.sinceEvent ?? 0
    expect(taken).toBeGreaterThan(0)
    const before = must(await calls.page(a.run, pfn, { event: taken - 1, step: 0 }))
    const after = must(await calls.page(a.run, pfn, { event: taken, step: 0 }))
    expect(before.ledger.some((entry) => entry.kind === 'pin')).toBe(false)
    expect(after.ledger.some((entry) => entry.kind === 'pin')).toBe(true)
    expect(before.history.every((row) => row.event < taken)).toBe(true)
    expect(after.history.at(-1)?.event).toBe(taken)
    for (const there of [before, after]) expect(there.ledgerSum).toBe(there.count)
  })
})

describe('trouble', () => {
  it('is listed and explained with who holds what', async () => {
    const list = must(await calls.troubles(a.run))
    expect(list.at(-1)).toMatchObject({ actor: 'codec', errno: 'ENOMEM' })
    const report = must(await calls.why(a.run, list.at(-1)?.n ?? 0, false, 'why'))
    expect(report.causes[0]).toMatchObject({ class: 'long pin', actor: 'camera' })
    expect((await calls.why(a.run, 99, false, 'why')).ok).toBe(false)
  })
})

describe('bad input', () => {
  it('names a run that is gone, and a range that ends before it begins', async () => {
    expect(await calls.align(a.run, 99, 1)).toMatchObject({ error: { code: 'not-found' } })
    expect(await calls.events(99, 0, 1)).toMatchObject({ error: { code: 'not-found' } })
    expect(await calls.series(a.run, { fromNs: 5, toNs: 5, columns: 1 })).toMatchObject({
      error: { code: 'bad-input' },
    })
    expect(must(await calls.events(a.run, a.events + 5, 10))).toEqual([])
  })
})
