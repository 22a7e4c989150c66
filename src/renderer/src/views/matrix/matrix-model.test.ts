import { describe, expect, it } from 'vitest'
import type { MatrixCell } from '../../../../shared/compare'
import { fakeBuilds } from '../../test/fake-pinscope'
import {
  bisected,
  cellText,
  gridRows,
  groupText,
  outcomeChoices,
  outcomeGroups,
  recipeText,
  tellingOutcome,
} from './matrix-model'

/** Subsets that do not build have no result; the request succeeds where `good` says so. */
function cellsOf(good: (patches: readonly number[]) => boolean): MatrixCell[] {
  return fakeBuilds().map((build, n) => {
    const [ret, errno] = good(build.patches) ? [0, null] : [-12, 'ENOMEM']
    const request = { id: 'request', actor: 'codec', call: 'alloc', ret, errno, attempts: 0 }
    const queue = { ...request, id: 'queue', actor: 'camera', ret: 0, errno: null }
    const expectation = { class: build.class, met: n !== 1, failures: [] }
    const result = { outcomes: [queue, request], digest: '', expectation, events: 1 }
    return { n, build, result: build.builds ? result : null }
  })
}

const patchesOf = (cells: readonly MatrixCell[] = []): unknown[] =>
  cells.map((c) => c.build.patches)

describe('the groups of the matrix', () => {
  it('hold every subset once, those that did not run last', () => {
    const groups = outcomeGroups(cellsOf((p) => p.includes(3)))
    expect(groups.map(groupText)).toEqual(['request -ENOMEM', 'request 0', 'do not build'])
    expect(groups.flatMap((g) => g.cells.map((c) => c.n)).toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 32 }, (_, n) => n),
    )
    expect(groups[2]?.cells.every((c) => !c.build.builds)).toBe(true)
  })

  it('say what fails where nothing differs, or that nothing does', () => {
    expect(outcomeGroups(cellsOf(() => false)).map(groupText)[0]).toBe('request -ENOMEM')
    expect(outcomeGroups(cellsOf(() => true)).map(groupText)[0]).toBe('every call succeeds')
  })
})

describe('the outcome that is looked at', () => {
  it('is the first that differs, else the first that fails, else the first', () => {
    const cells = cellsOf((p) => p.includes(3))
    expect(outcomeChoices(cells)).toEqual([
      { id: 'queue', differs: false },
      { id: 'request', differs: true },
    ])
    expect(tellingOutcome(cells)).toBe('request')
    expect(tellingOutcome(cellsOf(() => false))).toBe('request')
    expect(tellingOutcome(cellsOf(() => true))).toBe('queue')
    expect(tellingOutcome([])).toBeNull()
  })
})

describe('the grid', () => {
  it('has patches 4 and 5 down and patches 1 to 3 across', () => {
    const rows = gridRows(cellsOf(() => true))
    expect(rows.map((row) => row.length)).toEqual([8, 8, 8, 8])
    expect(patchesOf(rows.map((row) => row[0] as MatrixCell))).toEqual([[], [4], [5], [4, 5]])
    expect(patchesOf(rows[0])).toEqual([[], [1], [2], [1, 2], [3], [1, 3], [2, 3], [1, 2, 3]])
  })

  it('says of a subset its class, how it ends, what is missing, and what was not expected', () => {
    const cells = cellsOf((p) => p.includes(3))
    const texts = [20, 8, 1].map((n) => cellText(cells[n] as MatrixCell, 'request'))
    expect(texts).toEqual([
      'patches 3,5 · FAULT · request 0',
      'patches 4 · BASE · does not build: missing FOLL_DURABLE in patch 4, migrate_replace_page in patch 4',
      'patches 1 · BASE · request -ENOMEM · expectation not met',
    ])
  })

  it('says what it was made of', () => {
    const kernel = { patches: [], mode: 'lenient', fixes: [1] } as const
    expect(recipeText({ scenario: 'sc-01', seed: 3, set: { buffers: '2' }, kernel })).toBe(
      'SC-01, seed 3, buffers=2, fix 1, lenient',
    )
  })
})

describe('bisecting', () => {
  it('finds the smallest subset, and says what shows that it is', () => {
    const found = bisected(
      cellsOf((p) => [1, 3, 4].every((n) => p.includes(n))),
      'request',
    )
    expect(patchesOf(found?.subsets)).toEqual([[1, 3, 4]])
    expect(found?.text).toBe('request is -ENOMEM without a patch, and 0 with no fewer than 3:')
    // None, 1, 2, 3, and the pairs without 4 that build.
    expect(found?.proof).toContain('the 8 smaller subsets that build were run too')
  })

  it('is a good sign where the patches help, and a bad one where they break what worked', () => {
    const [helps, breaks] = [true, false].map((good) => cellsOf((p) => p.includes(1) === good))
    expect(bisected(helps ?? [], 'request')?.sign).toBe('good')
    expect(bisected(breaks ?? [], 'request')).toMatchObject({
      text: 'request is 0 without a patch, and -ENOMEM with one:',
      sign: 'bad',
    })
  })

  it('tells all that are equally small', () => {
    const either = cellsOf((p) => p.includes(1) || p.includes(2))
    expect(patchesOf(bisected(either, 'request')?.subsets)).toEqual([[1], [2]])
    expect(bisected(either, 'request')?.text).toContain('0 with one:')
  })

  it('says that no subset changes it, and nothing where there is no such outcome', () => {
    const never = cellsOf(() => false)
    expect(bisected(never, 'request')).toMatchObject({
      text: 'No subset changes request: it stays -ENOMEM.',
      proof: '16 subsets were run.',
      subsets: [],
    })
    expect(bisected(never, 'other')).toBeNull()
  })
})
