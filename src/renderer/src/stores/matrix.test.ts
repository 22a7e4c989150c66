import { createPinia } from 'pinia'
import { createApp } from 'vue'
import { describe, expect, it } from 'vitest'
import type { MatrixCell } from '../../../shared/compare'
import type { Recipe } from '../../../shared/run'
import { failure, success, type Result } from '../../../shared/result'
import { createFakePinscope, fakeBuilds } from '../test/fake-pinscope'
import { PINSCOPE } from '../wire/pinscope'
import { useComparisonStore } from './comparison'
import { useMatrixStore } from './matrix'

const CELLS: readonly MatrixCell[] = fakeBuilds().map((build, n) => ({ n, build, result: null }))

async function open() {
  const asked: Recipe[] = []
  const gates: ((answer: Result<readonly MatrixCell[]>) => void)[] = []
  const pinscope = createFakePinscope({
    calls: {
      matrix: (recipe) => {
        asked.push(recipe)
        return new Promise((resolve) => gates.push(resolve))
      },
    },
  })
  const pinia = createPinia()
  createApp({}).provide(PINSCOPE, pinscope).use(pinia)
  const comparison = useComparisonStore(pinia)
  await comparison.open()
  return { pinscope, comparison, matrix: useMatrixStore(pinia), asked, gates }
}

describe('the matrix', () => {
  it('runs the recipe with what the kernel of B has besides patches, and tells how far it is', async () => {
    const { pinscope, comparison, matrix, asked, gates } = await open()
    await comparison.chooseKernel('b', { patches: [3, 5], mode: 'strict', fixes: [1] })
    const done = matrix.run()
    pinscope.tell('onDidProgress', { token: matrix.token ?? '', events: 1, fraction: 0.25 })
    expect(matrix.fraction).toBe(0.25)
    gates[0]?.(success(CELLS))
    expect(await done).toBe(true)
    expect(asked[0]).toMatchObject({
      scenario: 'sc-01',
      kernel: { patches: [], mode: 'strict', fixes: [1] },
    })
    expect(matrix.made?.cells).toBe(CELLS)
  })

  it('is stale once the recipe is another one, but not for other patches of B', async () => {
    const { comparison, matrix, asked, gates } = await open()
    const done = matrix.run()
    gates[0]?.(success(CELLS))
    await done
    await comparison.flipPatch('b', 4)
    expect(matrix.stale).toBe(false)
    expect(await matrix.ensure()).toBe(true)
    expect(asked).toHaveLength(1)
    await comparison.applyParameters({ buffers: '2' })
    expect(matrix.stale).toBe(true)
    expect(matrix.made?.cells).toBe(CELLS)
  })

  it('leaves the policy of B out, because it takes the place of the series', async () => {
    const { comparison, matrix } = await open()
    await comparison.chooseKernel('b', { patches: [], mode: 'strict', policy: 'longterm-5.1' })
    expect(matrix.recipe.kernel).toEqual({ patches: [], mode: 'strict' })
  })

  it('drops what comes after it was cancelled, and keeps what was there', async () => {
    const { pinscope, matrix, gates } = await open()
    const first = matrix.run()
    gates[0]?.(success(CELLS))
    await first
    const second = matrix.run()
    const { token } = matrix
    await matrix.cancel()
    gates[1]?.(failure('cancelled', 'the run was cancelled'))
    expect(await second).toBe(false)
    expect(pinscope.cancelled).toEqual([token])
    expect([matrix.failure, matrix.made?.cells]).toEqual([null, CELLS])
  })

  it('says why it could not be made', async () => {
    const { matrix, gates } = await open()
    const done = matrix.run()
    gates[0]?.(failure('bad-input', 'larger than the zone'))
    expect(await done).toBe(false)
    expect(matrix.failure?.message).toBe('larger than the zone')
  })

  it('makes a subset the kernel of a side', async () => {
    const { comparison, matrix, gates } = await open()
    const done = matrix.run()
    gates[0]?.(success(CELLS))
    await done
    await matrix.runAs('a', CELLS[29] as MatrixCell)
    expect(comparison.a.kernel).toEqual({ patches: [1, 3, 4, 5], mode: 'strict' })
  })
})
