import { beforeEach, describe, expect, it } from 'vitest'
import { foundBefore, keepHistory, readHistory, remembered, walked } from './history'

describe('history of the console', () => {
  beforeEach(() => {
    window.localStorage.clear()
  })

  it('keeps each line once, the last said last, and no blank ones', () => {
    expect(remembered(['step', 'bt'], 'step')).toEqual(['bt', 'step'])
    expect(remembered(['bt'], '  ')).toEqual(['bt'])
    const many = Array.from({ length: 1000 }, (_, i) => `p ${i}`)
    expect(remembered(many, 'bt')).toHaveLength(1000)
  })

  it('goes back line by line and returns to what was being typed', () => {
    const lines = ['bt', 'step']
    const one = walked(lines, null, -1, 'p cou')
    expect(one?.line).toBe('step')
    const two = walked(lines, one?.walk ?? null, -1, 'step')
    expect(two?.line).toBe('bt')
    expect(walked(lines, two?.walk ?? null, -1, 'bt')).toBeNull()
    const down = walked(lines, two?.walk ?? null, 1, 'bt')
    expect(walked(lines, down?.walk ?? null, 1, 'step')?.line).toBe('p cou')
    expect(walked(lines, null, 1, 'x')).toBeNull()
  })

  it('finds the last line with a text, then the one before it', () => {
    const lines = ['break foo', 'bt', 'break bar']
    expect(foundBefore(lines, 'bre', 3)).toBe(2)
    expect(foundBefore(lines, 'bre', 2)).toBe(0)
    expect(foundBefore(lines, 'bre', 0)).toBe(-1)
    expect(foundBefore(lines, '', 3)).toBe(-1)
  })

  it('outlives the window, and what cannot be read is no history', () => {
    keepHistory(['bt'])
    expect(readHistory()).toEqual(['bt'])
    window.localStorage.setItem('pinscope.console.history', '{"a"')
    expect(readHistory()).toEqual([])
    window.localStorage.setItem('pinscope.console.history', '["bt", 3]')
    expect(readHistory()).toEqual(['bt'])
  })
})
