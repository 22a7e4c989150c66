import { describe, expect, it } from 'vitest'
import type { RunSummary } from '../../../../shared/run'
import { createFakePinscope } from '../../test/fake-pinscope'
import { failure, success } from '../../../../shared/result'
import {
  counterRows,
  differenceText,
  expectationText,
  missingEventText,
  moreFramesText,
  noPartingText,
  outcomeRows,
  partedCallText,
  sortedRows,
  stateTables,
  valueText,
} from './results-model'

async function summary(patches: readonly number[]): Promise<RunSummary> {
  const kernel = { patches, mode: 'strict' } as const
  const run = await createFakePinscope().run({ scenario: 'sc-01', seed: 1, set: {}, kernel }, 't')
  if (!run.ok) throw new Error(run.error.message)
  return run.value
}

describe('outcomes of two runs', () => {
  it('stand in one row per call, with errno names, and differ where the runs do', async () => {
    const rows = outcomeRows(await summary([]), await summary([1, 2, 3, 4, 5]))
    expect(rows.filter((row) => row.differs).map((row) => row.id)).toEqual(['request'])
    expect(rows.at(-1)).toMatchObject({
      actor: 'codec',
      a: { ret: '-ENOMEM', good: false, attempts: 8_000 },
      b: { ret: '0', good: true, attempts: 0 },
    })
  })

  it('leave a side empty that did not reach the call', async () => {
    const a = await summary([])
    const rows = outcomeRows(a, { ...a, outcomes: a.outcomes.slice(0, 1) })
    expect(rows).toHaveLength(5)
    expect(rows.at(-1)).toMatchObject({ b: null, differs: true })
  })
})

describe('counters of two runs', () => {
  it('show the difference with its sign, and nothing where there is none', async () => {
    const rows = counterRows(await summary([]), await summary([1, 2, 3, 4, 5]))
    const difference = Object.fromEntries(rows.map((row) => [row.name, differenceText(row)]))
    expect(difference).toMatchObject({
      events: '-6,836',
      'simulated time': '-3.367 ms',
      pinned_in_cma: '-2,048',
      replaced: '+2,048',
      faults: '',
    })
  })

  it('show one run alone', async () => {
    const row = counterRows(await summary([]), null).find((r) => r.name === 'pinned_in_cma')
    expect(row).toMatchObject({ a: 2_048, b: null, difference: null })
    if (row !== undefined) {
      expect([valueText(row, row.a), valueText(row, row.b), differenceText(row)]).toEqual([
        '2,048',
        '',
        '',
      ])
    }
    expect(counterRows(null, null)).toEqual([])
  })

  it('are sorted by name, by a value, or by the size of the difference', async () => {
    const rows = counterRows(await summary([]), await summary([1, 2, 3, 4, 5]))
    expect(sortedRows(rows, null, true)).toBe(rows)
    expect(sortedRows(rows, 'name', false)[0]?.name).toBe('allocs')
    expect(sortedRows(rows, 'a', true)[0]?.name).toBe('simulated time')
    const sizes = sortedRows(rows, 'difference', true).map((r) => Math.abs(r.difference ?? 0))
    expect(sizes).toEqual(sizes.toSorted((x, y) => y - x))
    expect(sizes.at(-1)).toBe(0)
  })
})

describe('expectationText', () => {
  it('says what was missed', async () => {
    const a = await summary([])
    expect(expectationText(a)).toBe('expectation for BASE met')
    const missed = { class: 'BASE', met: false, failures: ['request: 0, expected -12'] } as const
    expect(expectationText({ ...a, expectation: missed })).toBe(
      'expectation for BASE not met: request: 0, expected -12',
    )
  })
})

describe('where no divergence is shown', () => {
  it('says none only when the runs were compared', () => {
    expect(noPartingText(false, null)).toBe('Known when both runs have finished.')
    expect(noPartingText(true, null)).toBe('The events are being compared.')
    expect(noPartingText(true, failure('internal', 'the replay differs'))).toBe(
      'The runs could not be compared: the replay differs',
    )
    expect(noPartingText(true, success(null))).toMatch(/^None: /)
  })
})

describe('the state where runs part', () => {
  const state = {
    frames: [{ pfn: 0x67103, fields: [{ name: 'count', a: '2', b: '1' }] }],
    framesDiffering: 1_400,
    counters: [{ name: 'Normal nr_free_pages', a: '1012', b: '996' }],
    freeLists: [],
    cma: [],
  }

  it('is a table for each kind that differs, with the difference of numbers', () => {
    expect(stateTables({ state })).toEqual([
      {
        ...{ title: 'Frames', what: 'pfn and field', numbers: false, frames: true },
        differing: 1_400,
        rows: [{ pfn: 0x67103, name: 'count', a: '2', b: '1', difference: '' }],
      },
      {
        ...{ title: 'Zone counters', what: 'counter', numbers: true, frames: false },
        differing: 1,
        rows: [
          { pfn: null, name: 'Normal nr_free_pages', a: '1,012', b: '996', difference: '-16' },
        ],
      },
    ])
  })

  it('gives no difference where one machine has no such thing', () => {
    const cma = [{ name: 'codec', a: 'none', b: '3072' }]
    expect(stateTables({ state: { ...state, cma } }).at(-1)?.rows[0]).toMatchObject({
      a: 'none',
      b: '3,072',
      difference: '',
    })
  })

  it('says which run has no such event', () => {
    expect(missingEventText({ missing: 'b' })).toContain('B has no such event')
    expect(missingEventText({ missing: null })).toBe('')
  })

  it('says how many frames are not listed, and nothing when all are', () => {
    expect(moreFramesText({ state })).toBe('1,399 more frames differ.')
    expect(moreFramesText({ state: { ...state, framesDiffering: 1 } })).toBe('')
  })

  it('names the call, and which time it is from the second on', () => {
    const call = { name: 'VIDIOC_QBUF', step: 3, nth: 1 }
    expect(partedCallText({ actor: 'camera', call })).toBe('camera in VIDIOC_QBUF (instruction 3)')
    expect(partedCallText({ actor: 'camera', call: { ...call, nth: 2 } })).toContain(', time 2)')
    expect(partedCallText({ actor: 'kswapd0', call: null })).toBe('kswapd0, in no call')
  })
})
