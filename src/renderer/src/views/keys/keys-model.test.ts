import { describe, expect, it } from 'vitest'
import { ACTIONS } from '../../../../shared/actions'
import { groupsOf, holderOf, keyProblem, resetProblem } from './keys-model'

const keysOf = (id: string): readonly string[] => ACTIONS.find((a) => a.id === id)?.keys ?? []

describe('groupsOf', () => {
  it('has every action once', () => {
    const ids = groupsOf('', keysOf).flatMap((g) => g.actions.map((a) => a.id))
    expect(ids.toSorted()).toEqual(ACTIONS.map((a) => a.id).toSorted())
  })

  it('finds by title and by key', () => {
    expect(groupsOf('f11', keysOf).map((g) => g.title)).toEqual(['Debug'])
    expect(groupsOf('theme', keysOf).flatMap((g) => g.actions)).toHaveLength(4)
    expect(groupsOf('no such thing', keysOf)).toEqual([])
  })
})

describe('holderOf', () => {
  it('names the action that has the key', () => {
    expect(holderOf('F5', 'palette', keysOf)?.id).toBe('debug.continue')
    expect(holderOf('F5', 'debug.continue', keysOf)).toBeNull()
    expect(holderOf('Ctrl+Alt+Q', 'palette', keysOf)).toBeNull()
  })

  it('lets two areas use one key', () => {
    expect(holderOf('W', 'map.zoom-in', keysOf)).toBeNull()
    expect(holderOf('W', 'palette', keysOf)?.id).toBe('timeline.zoom-in')
  })
})

describe('a new key', () => {
  it('is none that controls or texts are used by, so that nothing gets out of reach', () => {
    for (const key of ['Tab', 'Shift+Tab', 'Enter', 'Space', 'ArrowDown', 'Ctrl+C', 'Ctrl+V']) {
      expect(keyProblem(key, 'debug.next', keysOf), key).toContain(`${key} is what`)
    }
    expect(keyProblem('Ctrl+Alt+Q', 'debug.next', keysOf)).toBeNull()
    expect(keyProblem('Alt+ArrowUp', 'debug.next', keysOf)).toBeNull()
  })

  it('is none that another action has', () => {
    expect(keyProblem('F5', 'debug.next', keysOf)).toContain('is the key of “Continue”')
  })

  it('is not the first one again while another action has that', () => {
    const own: Readonly<Record<string, readonly string[]>> = {
      'debug.next': ['F4'],
      'debug.continue': ['F10'],
    }
    const changed = (id: string): readonly string[] => own[id] ?? keysOf(id)
    expect(resetProblem('debug.next', changed)).toContain('F10 is the key of “Continue” now')
    expect(resetProblem('debug.continue', changed)).toBeNull()
  })
})

describe('the table of actions', () => {
  it('gives no key to two actions that could both hear it', () => {
    const clashes = ACTIONS.flatMap((a) =>
      a.keys.map((key) => holderOf(key, a.id, keysOf)).filter((other) => other !== null),
    )
    expect(clashes.map((a) => a.id)).toEqual([])
  })

  it('has every id once', () => {
    expect(new Set(ACTIONS.map((a) => a.id)).size).toBe(ACTIONS.length)
  })
})
