import { describe, expect, it } from 'vitest'
import { filled } from './fill-model'
import { ROW_GAP, type Arranged, type Row } from './rows-model'

const stack: Row = { kind: 'stack', id: 'memory', label: 'memory', unit: 'pages', height: 34 }
const track: Row = { kind: 'track', id: 'cma', label: 'CMA', unit: 'pages', height: 20, parts: [] }
const lane: Row = { kind: 'lane', id: 'lane:camera', label: 'camera', height: 15 }
const ROWS: Arranged = { pinned: [stack], rest: [track, lane] }
const OWN = 34 + 20 + 15 + 3 * ROW_GAP

const heights = ({ pinned, rest }: Arranged): number[] => [...pinned, ...rest].map((r) => r.height)

describe('rows that fill a room', () => {
  it('keep their heights where there is no more room than they take', () => {
    expect(filled(ROWS, 0)).toBe(ROWS)
    expect(filled(ROWS, OWN)).toBe(ROWS)
  })

  it('grow by the same factor and never over the room, lanes not at all', () => {
    expect(heights(filled(ROWS, OWN + 54))).toEqual([68, 40, 15])
    const odd = heights(filled(ROWS, OWN + 31))
    expect(odd[2]).toBe(15)
    const total = odd.reduce((sum, height) => sum + height + ROW_GAP, 0)
    expect(total).toBeLessThanOrEqual(OWN + 31)
    expect(total).toBeGreaterThan(OWN + 28)
  })

  it('grow to four times their height at most', () => {
    expect(heights(filled(ROWS, 5000))).toEqual([136, 80, 15])
  })

  it('stay where there are lanes alone', () => {
    const lanes: Arranged = { pinned: [], rest: [lane] }
    expect(filled(lanes, 5000)).toBe(lanes)
  })
})
