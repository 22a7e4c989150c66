/** The dialog of the window that is open; one at a time. */
import { defineStore } from 'pinia'
import { computed, ref, type WritableComputedRef } from 'vue'

export type DialogName =
  | 'palette'
  | 'keys'
  | 'library'
  | 'glossary'
  | 'seek'
  | 'page'
  | 'fork'
  | 'export-run'
  | 'export-report'
  | 'import'
  | 'recent'

export const useDialogsStore = defineStore('dialogs', () => {
  const shown = ref<DialogName | null>(null)
  /** The term the glossary opens on. */
  const term = ref<string | null>(null)

  function show(name: DialogName): void {
    shown.value = name
  }

  function showTerm(id: string): void {
    term.value = id
    shown.value = 'glossary'
  }

  /** Whether one is open, for its `v-model:open`. */
  function isOpen(name: DialogName): WritableComputedRef<boolean> {
    return computed({
      get: () => shown.value === name,
      set: (open) => {
        if (open) shown.value = name
        else if (shown.value === name) shown.value = null
      },
    })
  }

  return { shown, term, show, showTerm, isOpen }
})
