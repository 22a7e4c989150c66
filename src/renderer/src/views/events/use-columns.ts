/** The columns of the event list as the user has them, remembered from one start to the next. */
import { shallowRef, watch, type ShallowRef } from 'vue'
import { FIRST_LAYOUT, readLayout, type ColumnLayout } from './event-columns'

const KEY = 'pinscope.event-columns'

export function useColumns(): { layout: ShallowRef<ColumnLayout>; reset: () => void } {
  const layout = shallowRef<ColumnLayout>(readLayout(window.localStorage.getItem(KEY)))
  watch(layout, (now) => window.localStorage.setItem(KEY, JSON.stringify(now)))
  return { layout, reset: () => (layout.value = FIRST_LAYOUT) }
}
