/** The columns of the event list as the user has them, remembered from one start to the next. */
import { shallowRef, watch, type ShallowRef } from 'vue'
import { keep, readKept } from '../../stores/kept'
import { FIRST_LAYOUT, layoutOf, type ColumnLayout } from './event-columns'

const KEY = 'pinscope.event-columns'

export function useColumns(): { layout: ShallowRef<ColumnLayout>; reset: () => void } {
  const layout = shallowRef<ColumnLayout>(layoutOf(readKept(KEY)))
  watch(layout, (now) => keep(KEY, now))
  return { layout, reset: () => (layout.value = FIRST_LAYOUT) }
}
