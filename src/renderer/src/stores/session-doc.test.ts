import { describe, expect, it } from 'vitest'
import type { Recipe, RunSummary } from '../../../shared/run'
import type { StopPoint } from '../../../shared/debug'
import { FIRST_VIEW, type SessionDoc } from '../../../shared/session'
import { NO_DEBUG } from './debug-side'
import type { RunNode } from './fork-tree'
import {
  fingerprint,
  nameOfFile,
  ownNode,
  restoredTree,
  scenariosOf,
  shownForks,
  withScenarioIds,
  workDoc,
  type Work,
} from './session-doc'
import { idleSide, type SideState } from './side'

const recipe = (patches: number[], seed = 1): Recipe => ({
  scenario: 'sc-01',
  seed,
  set: {},
  kernel: { patches, mode: 'strict' },
})
const summary = (run: number, of: Recipe): RunSummary => ({ run, recipe: of }) as RunSummary
const node = (
  id: number,
  parent: number | null,
  of: Recipe,
  part: Partial<RunNode> = {},
): RunNode => ({
  ...{ id, number: id, parent, run: id * 10, summary: summary(id * 10, of) },
  ...{ text: '', at: null, note: '' },
  ...part,
})
const showing = (shown: RunNode): SideState => ({
  ...idleSide(shown.summary.recipe.kernel.patches),
  phase: 'done',
  shown: { summary: shown.summary, map: {} as never },
})

const A = node(1, null, recipe([]))
const B = node(2, null, recipe([1, 2, 3, 4, 5]))
const FORK = node(3, 1, recipe([]), { number: 1, text: 'drain', at: 812, note: 'does not help' })

const WORK: Work = {
  recipeOf: (kernel) => ({ ...recipe([]), kernel }),
  sides: { a: showing(A), b: showing(FORK) },
  tree: [A, B, FORK],
  homes: { a: 1, b: 2 },
  bookmarks: [{ id: 7, side: 'a', event: 5, timeNs: 50, note: 'here' }],
  debug: { a: NO_DEBUG, b: NO_DEBUG },
}

describe('the document of a session', () => {
  it('has the run of a side that shows a fork, and the fork by its number below the run it was made of', () => {
    const doc = workDoc(WORK, new Map())
    expect(doc.b.recipe).toEqual(B.summary.recipe)
    expect(doc.forks).toMatchObject([{ id: 1, parent: 'a', at: 812, note: 'does not help' }])
    expect(shownForks(WORK)).toEqual({ a: null, b: 1 })
    expect(doc.bookmarks).toEqual([{ side: 'a', event: 5, timeNs: 50, note: 'here' }])
  })

  it('keeps an earlier run that something was forked from, as a fork without a parent', () => {
    const newer = node(4, null, recipe([], 9))
    const work: Work = {
      ...WORK,
      sides: { a: showing(newer), b: showing(B) },
      tree: [A, B, FORK, newer],
      homes: { a: 4, b: 2 },
    }
    expect(workDoc(work, new Map()).forks.map(({ id, parent }) => [id, parent])).toEqual([
      [2, null],
      [1, 2],
    ])
  })

  it('has the recipe that is selected where its run has not come to an end', () => {
    const running: SideState = { ...showing(B), phase: 'running', kernel: recipe([1]).kernel }
    const work: Work = { ...WORK, sides: { a: showing(A), b: running } }
    expect(ownNode(work, 'b')).toBeNull()
    const doc = workDoc(work, new Map())
    expect(doc.b.recipe.kernel.patches).toEqual([1])
    expect(doc.forks.map(({ id }) => id)).toEqual([1])
  })

  it('sets conditions by the numbers that a debugger without breakpoints gives', () => {
    const stop: StopPoint = {
      ...{ id: 9, kind: 'function', text: '', condition: 'ret < 0', commands: [], enabled: true },
      ...{ line: 'break x', hits: 3, ignore: 0, temporary: false, log: '' },
    }
    const watches = [{ id: 1, expression: 'zone(0).free' }] as never
    const debug = { ...NO_DEBUG, carried: { stops: [stop, { ...stop, id: 12 }], watches } }
    expect(workDoc({ ...WORK, debug: { a: debug, b: NO_DEBUG } }, new Map()).debug.a).toEqual({
      lines: ['break x', 'condition 1 ret < 0', 'break x', 'condition 2 ret < 0'],
      watches: ['zone(0).free'],
    })
  })

  it('cuts the text of a fork to what a file takes', () => {
    const long = node(3, 1, recipe([]), { number: 1, text: 'x'.repeat(100) })
    const [fork] = workDoc({ ...WORK, tree: [A, B, long] }, new Map()).forks
    expect(fork?.text).toBe(`${'x'.repeat(63)}…`)
  })
})

describe('fingerprint', () => {
  it('is the same whatever order the members of a recipe have, and where only the view differs', () => {
    const { scenario, seed, set, kernel } = recipe([])
    const turned = node(1, null, { kernel, set, seed, scenario })
    expect(fingerprint({ ...WORK, tree: [turned, B, FORK] })).toBe(fingerprint(WORK))
  })

  it('differs by a seed, a note, and a bookmark', () => {
    const all = [
      WORK,
      { ...WORK, tree: [node(1, null, recipe([], 2)), B, FORK] },
      { ...WORK, tree: [A, B, { ...FORK, note: 'other' }] },
      { ...WORK, bookmarks: [] },
    ].map(fingerprint)
    expect(new Set(all).size).toBe(4)
  })
})

describe('restoredTree', () => {
  const doc: SessionDoc = {
    ...{ writer: '', name: '', note: '', scenarios: [], view: FIRST_VIEW },
    ...workDoc(WORK, new Map()),
  }
  const further = { ...doc.forks[0], id: 8, parent: 1 } as SessionDoc['forks'][number]
  const made = (...keys: ('a' | 'b' | number)[]): Map<'a' | 'b' | number, RunSummary> =>
    new Map(keys.map((key, i) => [key, summary(100 + i, recipe([]))]))

  it('gives new ids behind those that are taken, and leaves forks their numbers', () => {
    const forks = [...doc.forks, further]
    const { tree, homes } = restoredTree({ ...doc, forks }, made('a', 'b', 1, 8), 20)
    expect(homes).toEqual({ a: 21, b: 22 })
    expect(tree[2]).toMatchObject({ id: 23, number: 1, parent: 21, note: 'does not help' })
    expect(tree[3]).toMatchObject({ id: 24, number: 8, parent: 23, run: 103 })
  })

  it('hangs what was forked from a run that is not there below the one above it', () => {
    const { tree } = restoredTree({ ...doc, forks: [...doc.forks, further] }, made('a', 'b', 8), 0)
    expect(tree.map(({ id, parent }) => [id, parent])).toEqual([
      [1, null],
      [2, null],
      [3, 1],
    ])
  })
})

describe('scenarios of a session', () => {
  it('are those of all runs, each once, and get other ids in all of them', () => {
    const doc: SessionDoc = {
      ...{ writer: '', name: '', note: '', scenarios: [], view: FIRST_VIEW },
      ...workDoc(WORK, new Map()),
    }
    const own = { ...recipe([]), scenario: 'mine' }
    const head = { parent: null, at: null, text: '', note: '' }
    const forks = [{ ...head, id: 1, recipe: own, proof: null }]
    expect(scenariosOf({ ...doc, forks })).toEqual([recipe([]).scenario, 'mine'])
    const renamed = withScenarioIds({ ...doc, forks }, new Map([['mine', 'mine-2']]))
    expect(scenariosOf(renamed)).toEqual([recipe([]).scenario, 'mine-2'])
    expect(renamed.a).toEqual(doc.a)
  })
})

describe('nameOfFile', () => {
  it('leaves the ending out', () => {
    expect(nameOfFile('camera.pinscope')).toBe('camera')
    expect(nameOfFile('camera.old')).toBe('camera.old')
  })
})
