import { describe, expect, it } from 'vitest'
import { Freezer, thaw } from './snapshot'

interface State {
  readonly log: { readonly at: number; readonly text: string }[]
  readonly holders: { readonly id: number; path: readonly string[] }[]
  readonly column: Int32Array
}

function grow(state: State, by: number): void {
  for (let i = 0; i < by; i++) {
    const id = state.log.length
    state.log.push({ at: id * 0.5, text: `line ${id}` })
    state.holders.push({ id, path: ['a', 'b'] })
  }
}

/** Distinct objects that can be reached. */
function objectsOf(roots: readonly object[]): number {
  const seen = new Set<object>()
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null || seen.has(value)) return
    seen.add(value)
    if (!ArrayBuffer.isView(value)) Object.values(value).forEach(visit)
  }
  roots.forEach(visit)
  return seen.size
}

describe('images of a run', () => {
  it('keep records of old once between them, however many images there are', () => {
    const state: State = { log: [], holders: [], column: new Int32Array(8) }
    const freezer = new Freezer(state, new Set())
    const images = Array.from({ length: 20 }, () => {
      grow(state, 100)
      return freezer.freeze()
    })
    // 2,000 lines, 2,000 holders with a path each, and the objects of the images.
    expect(objectsOf(images.map(({ frozen }) => frozen))).toBeLessThan(6200)
  })

  it('keep a record anew when it changes, and each image has what it had', () => {
    const state: State = { log: [], holders: [], column: new Int32Array(8) }
    const freezer = new Freezer(state, new Set())
    grow(state, 3)
    const before = freezer.freeze()
    const [first] = state.holders
    if (first === undefined) throw new Error('no holder')
    first.path = ['c']
    ;(state.holders as (typeof first | null)[])[1] = null
    grow(state, 1)
    const after = freezer.freeze()
    expect(thaw(before).holders.map((h) => h.path.join())).toEqual(['a,b', 'a,b', 'a,b'])
    expect(thaw(after).holders).toEqual([
      { id: 0, path: ['c'] },
      null,
      { id: 2, path: ['a', 'b'] },
      { id: 3, path: ['a', 'b'] },
    ])
    // Who goes on from an image changes nothing in it.
    const live = thaw(after)
    live.holders.length = 0
    live.log.push({ at: 9, text: 'mine' })
    expect(thaw(after).log).toHaveLength(4)
  })

  it('keeps who points to whom: an object named twice is one, also in a ring', () => {
    const shared = { name: 'x' }
    const ring: { self: unknown; list: unknown[] } = { self: null, list: [shared, [shared]] }
    ring.self = ring
    const freezer = new Freezer({ ring, shared }, new Set())
    freezer.freeze()
    const back = thaw(freezer.freeze())
    expect(back.ring.self).toBe(back.ring)
    expect(back.ring.list[0]).toBe(back.shared)
    expect((back.ring.list[1] as unknown[])[0]).toBe(back.shared)
  })
})
