import { describe, expect, it } from 'vitest'
import { deltaTime, exactTime, rowTime } from './event-time'

describe('times of the event list', () => {
  it('tell neighbours apart to the nanosecond', () => {
    expect(exactTime(12_480_900)).toBe('12.480900 ms')
    expect(exactTime(12_480_901)).toBe('12.480901 ms')
    expect(exactTime(0)).toBe('0.000000 ms')
    expect(exactTime(13_000_000_007)).toBe('13,000.000007 ms')
  })

  it('say before and after by their sign', () => {
    expect(deltaTime(640)).toBe('+640 ns')
    expect(deltaTime(-12_400)).toBe('-12.4 us')
    expect(deltaTime(0)).toBe('0')
  })

  it('are counted from the start, the row before, or the cursor', () => {
    const times = { timeNs: 5_000, previousNs: 4_000, cursorNs: 7_000 }
    expect(rowTime('start', times)).toBe('0.005000 ms')
    expect(rowTime('previous', times)).toBe('+1 us')
    expect(rowTime('cursor', times)).toBe('-2 us')
    expect(rowTime('previous', { ...times, previousNs: null })).toBe('')
  })
})
