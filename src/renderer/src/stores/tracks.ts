/** Which rows the timelines show and in what order: remembered from one start to the next. */
import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import {
  allRows,
  arrange,
  isShown,
  moved,
  NO_PREFS,
  ordered,
  type Row,
  type RowPrefs,
} from '../views/timeline/rows-model'
import { filled } from '../views/timeline/fill-model'
import { keep, membersOf, membersThat, readKept, textsOf } from './kept'
import { useScaleStore } from './scale'
import type { SideName } from './side'

const KEY = 'pinscope.tracks'

export const useTracksStore = defineStore('tracks', () => {
  const scale = useScaleStore()
  const prefs = shallowRef<RowPrefs>(read())
  /** Only rows with these words in their names, hidden ones too; empty: those that are shown. */
  const filter = ref<string>('')

  const all = computed(() => allRows(scale.wholes))
  const list = computed(() => ordered(all.value, prefs.value))
  /** Pixels that each timeline in sight has for its rows. */
  const rooms = shallowRef<ReadonlyMap<SideName, number>>(new Map())
  /** The rows to draw, as high as the smaller room lets them be: both runs are read across. */
  const arranged = computed(() =>
    filled(
      arrange(all.value, prefs.value, filter.value),
      Math.min(...(rooms.value.size === 0 ? [0] : rooms.value.values())),
    ),
  )

  watch(prefs, (now) => keep(KEY, now))

  /** Null: it is no more in sight. */
  function setRoom(side: SideName, room: number | null): void {
    const others = [...rooms.value].filter(([name]) => name !== side)
    rooms.value = new Map(room === null ? others : [...others, [side, room]])
  }

  function shows(row: Row): boolean {
    return isShown(row, all.value, prefs.value)
  }

  function isPinned(row: Row): boolean {
    return prefs.value.pinned.includes(row.id)
  }

  function setShown(row: Row, shown: boolean): void {
    prefs.value = { ...prefs.value, shown: { ...prefs.value.shown, [row.id]: shown } }
  }

  function setPinned(row: Row, pinned: boolean): void {
    const others = prefs.value.pinned.filter((id) => id !== row.id)
    prefs.value = { ...prefs.value, pinned: pinned ? [...others, row.id] : others }
  }

  function move(row: Row, by: 1 | -1): void {
    prefs.value = { ...prefs.value, order: moved(all.value, prefs.value, row.id, by) }
  }

  function reset(): void {
    prefs.value = NO_PREFS
    filter.value = ''
  }

  return { filter, list, all, arranged, setRoom, shows, isPinned, setShown, setPinned, move, reset }
})

/** What was kept; nothing where nothing readable was. */
function read(): RowPrefs {
  const { order, pinned, shown } = membersOf(readKept(KEY))
  const isSwitch = (value: unknown): value is boolean => typeof value === 'boolean'
  return { order: textsOf(order), pinned: textsOf(pinned), shown: membersThat(shown, isSwitch) }
}
