import { createPinia } from 'pinia'
import { createApp } from 'vue'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { useSettingsStore } from './settings'

function open(
  query: string,
  systemLight = false,
  systemContrast = false,
): ReturnType<typeof useSettingsStore> {
  window.history.replaceState(null, '', `/${query}`)
  vi.spyOn(window, 'matchMedia').mockImplementation(
    (query) =>
      ({
        matches: query.includes('contrast') ? systemContrast : systemLight,
        addEventListener: () => undefined,
      }) as unknown as MediaQueryList,
  )
  const pinia = createPinia()
  createApp({}).use(pinia)
  return useSettingsStore(pinia)
}

beforeEach(() => {
  window.localStorage.clear()
})

describe('theme', () => {
  it('follows the system at first', () => {
    expect(open('').shownTheme).toBe('dark')
    expect(open('', true).shownTheme).toBe('light')
    expect(document.documentElement.dataset.theme).toBe('light')
  })

  it('has high contrast where the system asks for more', () => {
    expect(open('', true, true).shownTheme).toBe('contrast')
  })

  it('is on the document at once when chosen, and is kept', () => {
    const settings = open('')
    settings.chooseTheme('light')
    expect(document.documentElement.dataset.theme).toBe('light')
    expect(open('').theme).toBe('light')
  })

  it('obeys the address for this window alone', () => {
    open('').chooseTheme('light')
    expect(open('?theme=dark').shownTheme).toBe('dark')
    expect(open('').shownTheme).toBe('light')
    expect(open('?theme=pink').theme).toBe('light')
  })
})
