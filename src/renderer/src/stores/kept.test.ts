import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { forgetKept, isText, keep, membersOf, membersThat, readKept, textsOf } from './kept'

beforeEach(() => window.localStorage.clear())
afterEach(() => vi.unstubAllGlobals())

describe('what is kept', () => {
  it('is given back as it was, until it is forgotten', () => {
    keep('x', { a: [1, 'two'] })
    expect(readKept('x')).toEqual({ a: [1, 'two'] })
    forgetKept('x')
    expect(readKept('x')).toBeUndefined()
  })

  it('is nothing where what is there cannot be read', () => {
    window.localStorage.setItem('x', '{broken')
    expect(readKept('x')).toBeUndefined()
  })

  it('is nothing where the store is full or denied, and nobody is told', () => {
    const refuse = (): never => {
      throw new DOMException('no room', 'QuotaExceededError')
    }
    vi.stubGlobal('localStorage', { getItem: refuse, setItem: refuse, removeItem: refuse })
    expect(() => {
      keep('x', 1)
      forgetKept('x')
    }).not.toThrow()
    expect(readKept('x')).toBeUndefined()
  })

  it('is nothing where there is no store at all', () => {
    vi.stubGlobal('localStorage', undefined)
    expect(() => keep('x', 1)).not.toThrow()
    expect(readKept('x')).toBeUndefined()
  })
})

describe('what is kept, read as a stranger wrote it', () => {
  it('has members only as an object', () => {
    expect(membersOf({ a: 1 })).toEqual({ a: 1 })
    for (const odd of [undefined, null, 7, 'text', ['a'], true]) expect(membersOf(odd)).toEqual({})
  })

  it('has the members that fit, by value and name', () => {
    const known = (value: unknown, name: string): value is string => isText(value) && name !== 'no'
    expect(membersThat({ a: 'x', b: 7, no: 'y' }, known)).toEqual({ a: 'x' })
    expect(membersThat(['x'], known)).toEqual({})
  })

  it('gains nothing from names that objects have', () => {
    const odd: unknown = JSON.parse('{"__proto__":{"polluted":"x"},"a":"x"}')
    const read = membersThat(odd, isText)
    expect(read).toEqual({ a: 'x' })
    expect('polluted' in membersOf(odd)).toBe(false)
  })

  it('has texts only as a list', () => {
    expect(textsOf(['a', 3, null, 'b'])).toEqual(['a', 'b'])
    for (const odd of [undefined, null, 'text', { length: 2 }]) expect(textsOf(odd)).toEqual([])
  })
})
