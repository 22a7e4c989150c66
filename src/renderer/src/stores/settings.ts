/** What outlives a session: how the user wants the window to look. */
import { defineStore } from 'pinia'
import { computed, ref, watch } from 'vue'
import { keep, readKept } from './kept'

export const THEMES = ['system', 'dark', 'light', 'contrast'] as const
export type Theme = (typeof THEMES)[number]
export type ShownTheme = Exclude<Theme, 'system'>

const KEY = 'pinscope.theme'

export function isTheme(value: unknown): value is Theme {
  return THEMES.some((theme) => theme === value)
}

export const useSettingsStore = defineStore('settings', () => {
  const light = window.matchMedia('(prefers-color-scheme: light)')
  const systemLight = ref<boolean>(light.matches)
  light.addEventListener('change', (event) => (systemLight.value = event.matches))
  const contrast = window.matchMedia('(prefers-contrast: more)')
  const systemContrast = ref<boolean>(contrast.matches)
  contrast.addEventListener('change', (event) => (systemContrast.value = event.matches))

  const theme = ref<Theme>(firstTheme())
  const shownTheme = computed<ShownTheme>(() => {
    if (theme.value !== 'system') return theme.value
    if (systemContrast.value) return 'contrast'
    return systemLight.value ? 'light' : 'dark'
  })

  // Synchronous: whoever reads a colour after the theme changed must read the new one.
  watch(shownTheme, (shown) => (document.documentElement.dataset.theme = shown), {
    immediate: true,
    flush: 'sync',
  })

  function chooseTheme(chosen: Theme): void {
    theme.value = chosen
    keep(KEY, chosen)
  }

  return { theme, shownTheme, chooseTheme }
})

/** The address's `?theme=` wins for this window and is not kept. */
function firstTheme(): Theme {
  const asked = new URLSearchParams(window.location.search).get('theme')
  if (isTheme(asked)) return asked
  const kept = readKept(KEY)
  return isTheme(kept) ? kept : 'system'
}
