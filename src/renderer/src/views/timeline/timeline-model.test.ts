import { describe, expect, it } from 'vitest'
import { allRows } from './rows-model'
import { series, track } from './test/fake-series'
import { barText, callsAt, timelineText } from './timeline-model'

const run = series([
  track('pins', [0, 0, 10, 30], [0, 10, 20, 30]),
  track('latency', [NaN, NaN, NaN, NaN]),
])

describe('the words of a timeline', () => {
  it('name the calls under way with what they return', () => {
    expect(callsAt(run, 3_050)).toBe('camera VIDIOC_DQBUF = 0, codec VIDIOC_REQBUFS = -ENOMEM')
    expect(callsAt(run, 1_700)).toBe('')
  })

  it('say of many calls in one bar how many, and which was the worst', () => {
    const bar = { call: 'write', fromNs: 0, toNs: 1, ret: -12, event: 1, retEvent: 2, calls: 1_204 }
    expect(barText(bar)).toBe('1,204 calls, the worst write = -ENOMEM')
  })

  it('have a sentence with the range of every track', () => {
    const text = timelineText(run, allRows([run]))
    expect(text).toContain('Timeline from 0 ns to 4 us: CMA free 0 to 0, used 0 to 0; pins 0 to 30')
    expect(text).toContain('latency none')
  })
})
