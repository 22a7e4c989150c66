import { describe, expect, it } from 'vitest'
import type { BlockingFrame, WalkedPosition } from '../../../../shared/why'
import {
  firstState,
  moveOf,
  toggled,
  troublesText,
  troubleText,
  walkText,
  whyRows,
  withMore,
  type TreeState,
} from './why-model'

const frame = (pfn: number): BlockingFrame => ({
  ...{ pfn, class: 'long pin', cause: 'long pin', actor: 'camera', label: 'vb2 QBUF index 0' },
  ...{ migratetype: 'CMA', count: 2, sinceEvent: 10, ageNs: 5 },
  ledger: [
    {
      kind: 'map',
      count: 1,
      holder: 'camera',
      actor: 'camera',
      path: [],
      sinceEvent: null,
      sinceNs: null,
    },
    {
      kind: 'pin',
      count: 1,
      holder: 'camera',
      actor: 'camera',
      path: ['ioctl'],
      sinceEvent: 10,
      sinceNs: 7,
    },
  ],
})
const position = (frames: number, ret = -16): WalkedPosition => ({
  ...{ startPfn: 0x100, endPfn: 0x200, ret, errno: ret < 0 ? 'EBUSY' : null, attempts: 3 },
  ...{ event: 5, truncated: false, pinned: frames },
  blocking: Array.from({ length: frames }, (_, i) => frame(0x100 + i)),
})
const closed: TreeState = { open: new Set(), shown: new Map() }
const keys = (walk: readonly WalkedPosition[], state: TreeState) =>
  whyRows({ walk }, state).map((row) => row.key)

describe('the tree of an explanation', () => {
  it('has positions, in them the frames, and in those the holders', () => {
    const walk = [position(2), position(0, 0)]
    expect(keys(walk, closed)).toEqual(['0', '1'])
    const open = toggled(toggled(closed, '0'), '0/257')
    expect(keys(walk, open)).toEqual(['0', '0/256', '0/257', '0/257/0', '0/257/1', '1'])
    expect(whyRows({ walk }, open).map((row) => row.open)).toEqual([
      ...[true, false, true, null, null],
      null,
    ])
    expect(keys(walk, toggled(open, '0'))).toEqual(['0', '1'])
  })

  it('is open at first where only one position was tried', () => {
    expect(firstState({ walk: [position(1)] }).open.has('0')).toBe(true)
    expect(firstState({ walk: [position(1), position(1)] }).open.size).toBe(0)
  })

  it('shows fifty rows below one, says how many are left, and gives them when asked', () => {
    const walk = [position(620)]
    const state = firstState({ walk })
    const last = whyRows({ walk }, state).at(-1)
    expect(last).toMatchObject({ kind: 'more', of: '0', left: 570, what: 'frames' })
    const more = withMore(state, '0')
    expect(whyRows({ walk }, more).at(-1)).toMatchObject({ kind: 'more', left: 120 })
    expect(whyRows({ walk }, withMore(more, '0'))).toHaveLength(621)
  })
})

describe('the keys in the tree', () => {
  const walk = [position(2), position(1)]
  const open = toggled(toggled(closed, '0'), '0/256')
  const rows = whyRows({ walk }, open)

  it('move from row to row and stop at the ends', () => {
    expect(moveOf(rows, '0', 'ArrowDown')).toEqual({ to: '0/256' })
    expect(moveOf(rows, '0', 'ArrowUp')).toEqual({ to: '0' })
    expect(moveOf(rows, '0', 'End')).toEqual({ to: '1' })
    expect(moveOf(rows, '1', 'Home')).toEqual({ to: '0' })
    expect(moveOf(rows, '1', 'ArrowDown')).toEqual({ to: '1' })
  })

  it('open a row to the right, then go into it; close it to the left, or go to what it is in', () => {
    expect(moveOf(rows, '1', 'ArrowRight')).toEqual({ toggle: '1' })
    expect(moveOf(rows, '0', 'ArrowRight')).toEqual({ to: '0/256' })
    expect(moveOf(rows, '0/256', 'ArrowLeft')).toEqual({ toggle: '0/256' })
    expect(moveOf(rows, '0/256/1', 'ArrowLeft')).toEqual({ to: '0/256' })
    expect(moveOf(rows, '0/257', 'ArrowLeft')).toEqual({ to: '0' })
    expect(moveOf(rows, '0/256/1', 'ArrowRight')).toBeNull()
    expect(moveOf(rows, '1', 'ArrowLeft')).toBeNull()
    expect(moveOf(rows, '1', 'x')).toBeNull()
  })
})

describe('texts', () => {
  const trouble = {
    ...{ n: 2, outcome: 'codec.alloc', actor: 'codec', call: 'dma_alloc_from_contiguous' },
    ...{ ret: -12, errno: 'ENOMEM', callEvent: 5, retEvent: 9, timeNs: 12_480_900 },
  }

  it('name a request by its actor, call and result', () => {
    expect(troubleText(trouble)).toBe(
      '2 · codec: dma_alloc_from_contiguous = -ENOMEM · 12.48 ms (codec.alloc)',
    )
  })

  it('tell requests that failed from those that only met busy frames', () => {
    expect(troublesText([trouble])).toBe('1 failed')
    expect(troublesText([trouble, { ...trouble, ret: 0 }])).toBe('1 failed, 1 met busy frames')
  })

  it('say how many positions were tried and taken', () => {
    expect(walkText([position(1)])).toBe('1 position tried, none taken')
    expect(walkText([position(1), position(0, 0)])).toBe('2 positions tried, 1 taken')
  })
})
