/**
 * SC-01 as shipped against the recording e8-touch of a real 3.9.6 kernel: the same frames, the same
 * batches, the same number of attempts.
 */
import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { parseScenario, planScenario } from '../formats/scenario'
import { timeText } from '../shared/text'
import {
  check,
  EV_sim_fault,
  EV_sim_isolate_page,
  EV_sim_unmap_and_move,
  pfn_to_page,
} from '../sim'
import { matrix, record, type Recording, type RunHooks } from '.'

interface Recorded {
  readonly cmaBase: number
  readonly fillPages: readonly (readonly [number, number])[]
  readonly bufferOffsets: readonly number[]
  readonly isolatedBatches: readonly (readonly number[])[]
  readonly attemptsPerPosition: number
  readonly migrateTargets: readonly number[]
  readonly full: { readonly queuedOffsets: readonly number[] }
}

const E8 = JSON.parse(
  readFileSync(new URL('../sim/test/recordings/e8-sc01.json', import.meta.url), 'utf8'),
) as Recorded

const quiet: RunHooks = {
  onProgress: () => undefined,
  isCancelled: () => false,
  breathe: () => Promise.resolve(),
}

function plan() {
  const scenario = parseScenario(
    readFileSync('resources/scenarios/sc-01.json', 'utf8'),
    'sc-01.json',
  )
  if (!scenario.ok) throw new Error(scenario.error.message)
  const planned = planScenario(scenario.value, {})
  if (!planned.ok) throw new Error(planned.error.message)
  return planned.value
}

async function run(patches: number[], seed = 1): Promise<Recording> {
  const recipe = { scenario: 'sc-01', seed, set: {}, kernel: { patches, mode: 'strict' } } as const
  const recording = await record(plan(), recipe, quiet)
  if (!recording.ok) throw new Error(recording.error.message)
  return recording.value
}

/** First numbers (PFNs) of the events of one type of one actor, in order. */
function pfnsOf({ machine, recorder }: Recording, type: number, actor: string): number[] {
  const out: number[] = []
  for (let event = 0; event < recorder.log.length; event++) {
    const row = recorder.log.row(event)
    if (row.type.id === type && machine.tasks[row.task]?.comm === actor) out.push(row.a)
  }
  return out
}

describe('sc-01 on the baseline', () => {
  let base: Recording
  beforeAll(async () => {
    base = await run([])
  })

  it('fails with -ENOMEM after 5 positions of 1,600 attempts each (MIG-4)', () => {
    const [request] = base.summary.requests
    expect(request?.positions.map((p) => [p.ret, p.attempts])).toEqual(
      Array.from({ length: 5 }, () => [-16, E8.attemptsPerPosition]),
    )
    expect(base.summary.outcomes.find((o) => o.id === 'codec.reqbufs')).toMatchObject({
      ret: -12,
      errno: 'ENOMEM',
      attempts: 8000,
    })
    expect(base.summary.expectation.met).toBe(true)
  })

  it('makes 50 attempts on every page of every failing batch', () => {
    const perPage = new Map<number, number>()
    for (const pfn of pfnsOf(base, EV_sim_unmap_and_move, 'codec')) {
      perPage.set(pfn, (perPage.get(pfn) ?? 0) + 1)
    }
    expect(perPage.size).toBe(160)
    expect(new Set(perPage.values())).toEqual(new Set([50]))
  })

  it('fills memory with the frames the real kernel gave', () => {
    const filled = pfnsOf(base, EV_sim_fault, 'filler')
    expect(filled).toHaveLength(23_996)
    for (const [index, pfn] of E8.fillPages) expect(filled[index], `page ${index}`).toBe(pfn)
  })

  it('puts the buffers on the very frames of the recording', () => {
    const offsets = pfnsOf(base, EV_sim_fault, 'camera').map((pfn) => pfn - E8.cmaBase)
    expect(offsets).toEqual(E8.bufferOffsets)
  })

  it('isolates the same 32 frames at each position, and names them as what blocks', () => {
    const isolated = pfnsOf(base, EV_sim_isolate_page, 'codec')
    expect(isolated).toEqual(E8.isolatedBatches.flat())
    expect(base.summary.requests[0]?.positions.map((p) => p.blocking)).toEqual(E8.isolatedBatches)
  })

  it('says who pins what, in one sentence', () => {
    const times = [...base.machine.pins.values()].flat().map(({ timeNs }) => timeNs)
    expect(base.summary.verdict).toBe(
      `codec's request for 3,072 pages failed (-ENOMEM): 5 positions tried, all blocked by 2,048 pages pinned by camera (vb2 QBUF, since ${timeText(Math.min(...times))}).`,
    )
  })

  it('leaves a sound machine whose ledgers add up, with the pins named', () => {
    expect(check(base.machine, { quiescent: true })).toEqual([])
    const pfn = E8.isolatedBatches[0]?.[0] as number
    const records = base.machine.pins.get(pfn_to_page(base.machine, pfn))
    const holder = base.machine.holders[records?.[0]?.holder ?? -1]
    expect(base.machine.tasks[holder?.task ?? -1]?.comm).toBe('camera')
    expect(holder?.label).toMatch(/^vb2 QBUF/)
  })

  it('takes less than 24 bytes an event for log, images and tracks together', () => {
    const { recorder, tape } = base
    const bytes = recorder.log.bytes + tape.keyframes.bytes + recorder.tracks.bytes
    expect(bytes / recorder.log.length).toBeLessThan(24)
  })

  it('gives the same digest again, and another event stream for another seed', async () => {
    expect((await run([])).summary.digest).toBe(base.summary.digest)
    expect((await run([], 2)).summary.digest).not.toBe(base.summary.digest)
  })
})

describe('sc-01 on the series', () => {
  it('succeeds under all five patches, with no frame of CMA ever pinned', async () => {
    const full = await run([1, 2, 3, 4, 5])
    expect(full.summary.outcomes.find((o) => o.id === 'codec.reqbufs')?.ret).toBe(0)
    expect(full.summary.counters).toMatchObject({
      pinned_in_cma: 0,
      replaced: 2048,
      migrate_attempts: 0,
    })
    expect(full.summary.requests[0]?.positions).toHaveLength(1)
    expect(check(full.machine, { quiescent: true })).toEqual([])
  })

  it('lets exactly 16 subsets build; only 29 and 31 are FULL and succeed, inert patches change nothing', async () => {
    const rows = await matrix(
      plan(),
      { scenario: 'sc-01', seed: 1, set: {} },
      { mode: 'strict' },
      quiet,
    )
    if (!rows.ok) throw new Error(rows.error.message)
    const built = rows.value.filter((r) => r.result !== null)
    expect(built).toHaveLength(16)
    const codec = (r: (typeof built)[number]): number | undefined =>
      r.result?.outcomes.find((o) => o.id === 'codec.reqbufs')?.ret
    expect(built.filter((r) => codec(r) === 0).map((r) => r.n)).toEqual([29, 31])
    expect(built.every((r) => r.result?.expectation.met === true)).toBe(true)
    const digests = (numbers: number[]): Set<string | undefined> =>
      new Set(built.filter((r) => numbers.includes(r.n)).map((r) => r.result?.digest))
    expect(digests([0, 1, 2, 3, 4, 5, 6, 7, 13, 15]).size).toBe(1)
    expect(digests([29, 31]).size).toBe(1)
  }, 120_000)
})
