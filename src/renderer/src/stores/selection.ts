/** What the user points at. Both runs follow one selected frame and one cursor in time. */
import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'
import type { TriedPosition } from '../../../shared/run'
import type { SideName } from './side'

export interface ShownPosition {
  readonly side: SideName
  readonly tried: TriedPosition
}

export const useSelectionStore = defineStore('selection', () => {
  const pfn = ref<number | null>(null)
  const side = ref<SideName>('a')
  /** Counts requests to bring the frame into view; clicks on the map itself make none. */
  const jumps = ref<number>(0)
  const cursorNs = ref<number | null>(null)
  const position = shallowRef<ShownPosition | null>(null)

  function selectPage(name: SideName, frame: number): void {
    side.value = name
    pfn.value = frame
  }

  /** Selects a frame from elsewhere than the map: the map scrolls to it. */
  function jumpToPage(name: SideName, frame: number): void {
    selectPage(name, frame)
    jumps.value++
  }

  /** Marks a tried position on the map of its run; again the same takes the mark away. */
  function togglePosition(name: SideName, tried: TriedPosition): void {
    position.value = position.value?.tried === tried ? null : { side: name, tried }
  }

  function clear(): void {
    pfn.value = null
    position.value = null
  }

  return { pfn, side, jumps, cursorNs, position, selectPage, jumpToPage, togglePosition, clear }
})
