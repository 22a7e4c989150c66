import { describe, expect, it } from 'vitest'
import type { MatrixCell } from '../../../../shared/contract'
import { fakeBuilds } from '../../test/fake-pinscope'
import { outcomeGroups, smallestChanging } from './matrix-model'

/** Subsets that do not build have no result; the request succeeds where `good` says so. */
function cellsOf(good: (patches: readonly number[]) => boolean): MatrixCell[] {
  return fakeBuilds().map((build, n) => {
    const [ret, errno] = good(build.patches) ? [0, null] : [-12, 'ENOMEM']
    const outcome = { id: 'request', actor: 'codec', call: 'alloc', ret, errno, attempts: 0 }
    const expectation = { class: build.class, met: true, failures: [] }
    const result = { outcomes: [outcome], digest: '', expectation, events: 1 }
    return { n, build, result: build.builds ? result : null }
  })
}

const patchesOf = (cells: readonly MatrixCell[]): unknown[] => cells.map((c) => c.build.patches)

describe('the matrix', () => {
  it('groups every subset once, those that did not run last', () => {
    const groups = outcomeGroups(cellsOf((p) => p.includes(3)))
    expect(groups.map((g) => g.text)).toEqual(['request -ENOMEM', 'request 0', null])
    expect(groups.flatMap((g) => g.cells.map((c) => c.n)).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 32 }, (_, n) => n),
    )
    expect(groups[2]?.cells.every((c) => !c.build.builds)).toBe(true)
  })

  it('finds the smallest subset that changes an outcome', () => {
    const full = cellsOf((p) => [1, 3, 4].every((n) => p.includes(n)))
    expect(patchesOf(smallestChanging(full, 'request'))).toEqual([[1, 3, 4]])
  })

  it('tells all that are equally small', () => {
    const either = cellsOf((p) => p.includes(1) || p.includes(2))
    expect(patchesOf(smallestChanging(either, 'request'))).toEqual([[1], [2]])
  })

  it('finds none where nothing changes or the outcome is not there', () => {
    const never = cellsOf(() => false)
    expect(smallestChanging(never, 'request')).toEqual([])
    expect(smallestChanging(never, 'other')).toEqual([])
    expect(smallestChanging([], 'request')).toEqual([])
  })
})
