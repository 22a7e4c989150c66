import { describe, expect, it, vi } from 'vitest'

vi.mock('electron', () => ({ app: {}, session: {} }))
const { isSameOrigin } = await import('./security')

describe('isSameOrigin', () => {
  it.each(['app://pinscope', 'app://pinscope/', 'app://pinscope/index.html?theme=dark'])(
    'takes %s',
    (url) => {
      expect(isSameOrigin(url, 'app://pinscope')).toBe(true)
    },
  )

  it.each(['app://pinscope.evil/', 'app://pinscopes', 'https://pinscope/', 'file:///app', ''])(
    'refuses %j',
    (url) => {
      expect(isSameOrigin(url, 'app://pinscope')).toBe(false)
    },
  )
})
