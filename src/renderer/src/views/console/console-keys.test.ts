import { describe, expect, it } from 'vitest'
import { keyActionOf, type InputMode } from './console-keys'

const MODE: InputMode = {
  typed: true,
  searching: false,
  offering: false,
  leaving: false,
  selecting: false,
}

function press(key: string, mode: Partial<InputMode> = {}, init: KeyboardEventInit = {}) {
  return keyActionOf(new KeyboardEvent('keydown', { key, ...init }), { ...MODE, ...mode })
}

describe('keys of the line', () => {
  it('completes with Tab, but leaves an empty line, or one left by Escape', () => {
    expect(press('Tab')).toBe('complete')
    expect(press('Tab', { typed: false })).toBeNull()
    expect(press('Escape')).toBe('leave')
    expect(press('Tab', { leaving: true })).toBeNull()
    expect(press('Tab', {}, { shiftKey: true })).toBeNull()
  })

  it('moves in an open list before it moves in the history', () => {
    expect(press('ArrowUp')).toBe('older')
    expect(press('ArrowUp', { offering: true })).toBe('offer-previous')
    expect(press('Tab', { offering: true }, { shiftKey: true })).toBe('offer-previous')
    expect(press('Escape', { offering: true })).toBe('offer-close')
  })

  it('interrupts with Ctrl+C unless text is selected', () => {
    expect(press('c', {}, { ctrlKey: true })).toBe('interrupt')
    expect(press('c', { selecting: true }, { ctrlKey: true })).toBeNull()
  })

  it('searches further back with Ctrl+R and keeps the line found', () => {
    expect(press('r', { searching: true }, { ctrlKey: true })).toBe('search')
    expect(press('ArrowRight', { searching: true })).toBe('search-keep')
    expect(press('Escape', { searching: true })).toBe('search-leave')
    expect(press('x', { searching: true })).toBeNull()
  })

  it('leaves keys of the window alone', () => {
    expect(press('F10')).toBeNull()
    expect(press('p', {}, { ctrlKey: true, shiftKey: true })).toBeNull()
  })
})
