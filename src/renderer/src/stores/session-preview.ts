/** The recipe of a file that is too new, to be looked at. */
import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import type { SessionPreview } from '../../../shared/session'

export interface ShownPreview {
  /** Name of the file. */
  readonly file: string
  readonly preview: SessionPreview
}

export const usePreviewStore = defineStore('session-preview', () => {
  const shown = shallowRef<ShownPreview | null>(null)

  function show(file: string, preview: SessionPreview): void {
    shown.value = { file, preview }
  }

  function close(): void {
    shown.value = null
  }

  return { shown, show, close }
})
