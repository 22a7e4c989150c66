import { describe, expect, it } from 'vitest'
import type { Recipe } from '../../../shared/run'
import { idleRoots, isComparable, treeRows, without, type RunNode } from './fork-tree'

const node = (id: number, parent: number | null): RunNode => ({
  ...{ id, number: id, parent, run: id, text: '', at: parent === null ? null : 5, note: '' },
  summary: {} as RunNode['summary'],
})
const TREE = [node(1, null), node(2, null), node(3, 1), node(4, 3), node(5, 1)]

describe('the tree of runs', () => {
  it('lists every fork below what it was forked from', () => {
    expect(treeRows(TREE).map(({ node: { id }, level }) => [id, level])).toEqual([
      ...[
        [1, 1],
        [3, 2],
        [4, 3],
        [5, 2],
        [2, 1],
      ],
    ])
  })

  it('lets go of runs that nobody needs, but of none that was forked', () => {
    expect(idleRoots(TREE, new Set([2])).map((n) => n.id)).toEqual([])
    expect(idleRoots(TREE, new Set()).map((n) => n.id)).toEqual([2])
    expect(idleRoots([node(1, null), node(2, null)], new Set([1])).map((n) => n.id)).toEqual([2])
  })

  it('keeps the forks of a fork that is dropped: they hang below its parent', () => {
    const rows = treeRows(without(TREE, 3)).map(({ node: { id, parent } }) => [id, parent])
    expect(rows).toEqual([
      [1, null],
      [4, 1],
      [5, 1],
      [2, null],
    ])
  })
})

describe('runs', () => {
  const recipe: Recipe = {
    ...{ scenario: 'sc-01', seed: 1, set: { cma: '16M' } },
    kernel: { patches: [], mode: 'strict' },
  }
  const compares = (part: Partial<Recipe>) => isComparable(recipe, { ...recipe, ...part })

  it('can be compared when scenario, seed and parameters are the same, whatever the kernel', () => {
    expect(compares({ kernel: { patches: [1], mode: 'strict' } })).toBe(true)
    expect(compares({ set: { cma: '16M' } })).toBe(true)
    expect(compares({ seed: 2 })).toBe(false)
    expect(compares({ set: {} })).toBe(false)
    expect(compares({ set: { cma: '8M' } })).toBe(false)
    expect(compares({ scenario: 'sc-02' })).toBe(false)
  })
})
