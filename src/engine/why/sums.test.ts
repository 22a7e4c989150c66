import { describe, expect, it } from 'vitest'
import { contiguityCause } from './sums'
import type { Trouble } from './troubles'
import type { Walk } from './walk'

const QBUF: Trouble = {
  actor: 'camera',
  task: 1,
  call: 'VIDIOC_QBUF',
  step: 3,
  nth: 0,
  ret: -14,
  callEvent: 100,
  retEvent: 200,
  outcome: 'camera.qbuf',
}

function walk(pinned: readonly number[], replaced: number): Walk {
  return {
    positions: [],
    asked: 0,
    area: -1,
    bitmapFree: 0,
    pinned: new Set(pinned),
    replaced,
    pinnedPfns: new Set(),
    unfilled: 0,
  }
}

describe('contiguityCause', () => {
  it('blames the replacement also of a single page in the middle', () => {
    expect(contiguityCause(walk([10, 77, 12], 1), QBUF, false)).toMatchObject([
      { cause: 'lost contiguity', actor: 'camera', frames: 1 },
    ])
  })

  it('blames nothing where the frames are one piece, none was replaced, or an IOMMU maps them', () => {
    expect(contiguityCause(walk([10, 11, 12], 3), QBUF, false)).toEqual([])
    expect(contiguityCause(walk([10, 77, 12], 0), QBUF, false)).toEqual([])
    expect(contiguityCause(walk([10, 77, 12], 1), QBUF, true)).toEqual([])
    expect(contiguityCause(walk([10, 77, 12], 1), { ...QBUF, ret: 0 }, false)).toEqual([])
  })
})
