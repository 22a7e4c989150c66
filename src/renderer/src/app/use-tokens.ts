/** The tokens of the theme in force, read again when the theme changes. */
import { computed, type ComputedRef } from 'vue'
import { documentTokens, type ReadToken } from '../charts/palette'
import { useSettingsStore } from '../stores/settings'

export function useTokens(): ComputedRef<ReadToken> {
  const settings = useSettingsStore()
  // The theme is read for its own sake: the document's properties follow it.
  return computed(() => documentTokens(settings.shownTheme))
}
