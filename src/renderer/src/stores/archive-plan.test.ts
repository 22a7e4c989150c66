import { describe, expect, it } from 'vitest'
import type { Recipe, RunSummary } from '../../../shared/run'
import { MAX_SESSION_BYTES } from '../../../shared/session'
import {
  archiveSources,
  keptProof,
  lossText,
  sidesOf,
  sizeRefusal,
  type Held,
} from './archive-plan'
import { NO_DEBUG } from './debug-side'
import type { RunNode } from './fork-tree'
import type { Work } from './session-doc'
import { idleSide, type SideState } from './side'

const recipe = (patches: number[], seed = 1): Recipe => ({
  scenario: 'sc-01',
  seed,
  set: {},
  kernel: { patches, mode: 'strict' },
})
const PROOF = { events: 90, simTimeNs: 9, digest: '0'.repeat(64), keyframes: [] }
const HELD: Held = {
  file: new Blob(['x'.repeat(1000)]),
  ...{ name: 'kept.pinscope', path: '/x/kept.pinscope', decided: null },
  events: { a: { events: 90, of: 90 }, b: { events: 10, of: 10 } },
  runs: { a: { recipe: recipe([]), proof: PROOF }, b: { recipe: recipe([1]), proof: null } },
}

const summary = (of: Recipe): RunSummary => ({ run: 7, recipe: of, events: 1234 }) as RunSummary
const node = (of: Recipe): RunNode => ({
  ...{ id: 1, number: 1, parent: null, run: 7, summary: summary(of), text: '', at: null, note: '' },
})
const showing = (of: Recipe): SideState => ({
  ...idleSide(of.kernel.patches),
  ...{ phase: 'done', shown: { summary: summary(of), map: {} as never } },
})
const failed = (patches: number[]): SideState => ({ ...idleSide(patches), phase: 'failed' })

const work = (a: SideState, seed = 1): Work => ({
  recipeOf: (kernel) => ({ ...recipe([], seed), kernel }),
  sides: { a, b: failed([1]) },
  tree: [node(recipe([]))],
  homes: { a: 1, b: null },
  bookmarks: [],
  debug: { a: NO_DEBUG, b: NO_DEBUG },
})

describe('the recorded events of a side', () => {
  it('are those of its run where it has one', () => {
    expect(archiveSources(work(showing(recipe([]))), HELD).a).toEqual({
      ...{ from: 'run', run: 7, text: 'sc-01, patches none: 1,234 events' },
    })
  })

  it('are those of the file where its run cannot be made, with their share of the file', () => {
    expect(archiveSources(work(failed([])), HELD)).toEqual({
      a: { from: 'kept', share: 0.9, text: '90 events as kept.pinscope has them' },
      b: { from: 'kept', share: 0.1, text: '10 events as kept.pinscope has them' },
    })
  })

  it('are none where the side is another run than in the file, or the file has none', () => {
    for (const [now, held] of [
      [work(failed([5])), HELD],
      [work(failed([]), 2), HELD],
      [work(failed([])), null],
      [work(failed([])), { ...HELD, events: { a: null, b: null } }],
    ] as const) {
      expect(archiveSources(now, held).a.from).toBe('none')
    }
  })
})

describe('the proof of a run that could not be made again', () => {
  it('is kept for as long as the side is that run', () => {
    expect(keptProof(work(failed([])), HELD, 'a')).toEqual(PROOF)
    expect(keptProof(work(failed([3])), HELD, 'a')).toBeUndefined()
    expect(keptProof(work(showing(recipe([]))), HELD, 'a')).toBeUndefined()
  })
})

describe('sizeRefusal', () => {
  it('says what to do where a file would be too large', () => {
    expect(sizeRefusal([1000, 2000])).toBeNull()
    expect(sizeRefusal([MAX_SESSION_BYTES, 1000])).toBe(
      'These are about 100,664,296 bytes, and a session file has at most 100,663,296: save the events of one side.',
    )
    expect(sizeRefusal([MAX_SESSION_BYTES])).toContain('export the run as ftrace text')
  })
})

describe('what is lost', () => {
  it('is said, with where it still is', () => {
    expect(sidesOf({ ...HELD, events: { ...HELD.events, a: null } })).toEqual(['b'])
    expect(lossText(HELD, { path: '/x/kept.pinscope' })).toBe(
      'Without the recorded events of A and B: only the version before has them, kept.pinscope~.',
    )
    expect(lossText(HELD, { path: '/x/other.pinscope' })).toBe(
      'Without the recorded events of A and B: kept.pinscope has them.',
    )
    expect(lossText({ ...HELD, path: null }, { path: null })).toContain('kept.pinscope has them')
  })
})
