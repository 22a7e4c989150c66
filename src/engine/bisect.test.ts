import { describe, expect, it } from 'vitest'
import { bisect } from '../shared/bisect'
import type { MatrixCell } from '../shared/compare'
import { subsetPatches, type Outcome } from '../sim'
import { buildInfo } from './run'

function outcome(id: string, ret: number): Outcome {
  return { id, actor: 'codec', call: 'VIDIOC_REQBUFS', ret, errno: null, attempts: 0 }
}

/** Every subset, also those that do not build; `codec` ends as `ret` says, `camera` always well. */
function matrixOf(ret: (patches: readonly number[]) => number): MatrixCell[] {
  return Array.from({ length: 32 }, (_, n) => {
    const patches = subsetPatches(n)
    const outcomes = [outcome('camera', 0), outcome('codec', ret(patches))]
    const expectation = { class: 'BASE' as const, met: true, failures: [] }
    return {
      n,
      build: buildInfo({ patches, mode: 'lenient' }),
      result: { outcomes, digest: '', expectation, events: 0 },
    }
  })
}

function found(rows: readonly MatrixCell[], id: string | null): (readonly number[])[] {
  const result = bisect(rows, id)
  if (!result.ok) throw new Error(result.error.message)
  return result.value.subsets.map(({ cell }) => cell.build.patches)
}

describe('bisect', () => {
  it('finds the smallest subset that changes the outcome that fails', () => {
    const rows = matrixOf((p) => ([1, 3, 4, 5].every((n) => p.includes(n)) ? 0 : -12))
    expect(found(rows, null)).toEqual([[1, 3, 4, 5]])
  })

  it('finds all that are equally small', () => {
    expect(
      found(
        matrixOf((p) => (p.includes(2) || p.includes(3) ? 0 : -12)),
        'codec',
      ),
    ).toEqual([[2], [3]])
  })

  it('passes over subsets that do not build', () => {
    // Patch 4 alone lacks two symbols, with 1 or 3 still one.
    expect(
      found(
        matrixOf((p) => (p.includes(4) ? 0 : -12)),
        'codec',
      ),
    ).toEqual([[1, 3, 4]])
  })

  it('finds none where nothing changes', () => {
    expect(
      found(
        matrixOf(() => -12),
        'codec',
      ),
    ).toEqual([])
    expect(
      found(
        matrixOf(() => -12),
        'camera',
      ),
    ).toEqual([])
  })

  it('lists the outcomes where the one asked for is not there, and where none fails', () => {
    expect(
      bisect(
        matrixOf(() => -12),
        'display',
      ),
    ).toMatchObject({
      error: { message: 'there is no outcome "display"; there are camera, codec' },
    })
    expect(
      bisect(
        matrixOf(() => 0),
        null,
      ),
    ).toMatchObject({ error: { code: 'not-found' } })
    expect(bisect([], null).ok).toBe(false)
  })
})
