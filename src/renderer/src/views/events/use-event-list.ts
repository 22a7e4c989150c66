/** The list of events in force with its rows, and the row of the cursor in it. */
import { computed, ref, shallowRef, watch, type ComputedRef, type Ref, type ShallowRef } from 'vue'
import type { Failure } from '../../../../shared/result'
import { useCursorStore } from '../../stores/cursor'
import type { Listed } from '../../stores/filter-answer'
import { useFilterStore } from '../../stores/filter'
import { useLatest } from '../../stores/latest'
import { usePinscope } from '../../wire/pinscope'
import { EventPages } from './event-pages'

/** Rows that are got before a list takes the place of the one before. */
const FIRST_ROWS = 60

export interface EventList {
  readonly pages: EventPages
  /** The row to begin at. */
  readonly startAt: { readonly row: number }
}

/** Where the cursor is among the rows: at a row, or before it. */
export interface CursorRow {
  readonly list: EventList
  readonly row: number
}

interface UsedList {
  readonly list: ShallowRef<EventList | null>
  readonly cursorRow: ComputedRef<CursorRow | null>
  /** Why rows did not come. */
  readonly failure: Ref<Failure | null>
  /** Counts pages that came. */
  readonly loads: Ref<number>
}

/** @param shown false: nothing is asked for */
export function useEventList(shown: () => boolean): UsedList {
  const pinscope = usePinscope()
  const filter = useFilterStore()
  const cursor = useCursorStore()
  const list = shallowRef<EventList | null>(null)
  const failure = ref<Failure | null>(null)
  const loads = ref(0)
  let question = 0

  watch(
    [() => filter.listed, shown],
    ([listed, isShown]) => {
      if (isShown && listed !== null && list.value?.pages.listed !== listed) void open(listed)
    },
    { immediate: true },
  )

  /** The list before stays in sight until there is something to see of this one. */
  async function open(listed: Listed): Promise<void> {
    const asked = ++question
    const pages = new EventPages(pinscope, listed, (f) => {
      // The list before may be of a run that is gone: that says nothing of this one.
      if (asked === question) failure.value = f
      loads.value++
    })
    const row = await rowOfCursor(listed)
    const first = Math.max(0, row - FIRST_ROWS / 2)
    await pages.load(first, first + FIRST_ROWS)
    if (asked === question) list.value = { pages, startAt: { row } }
  }

  /** The last row where the cursor is behind all of them. */
  async function rowOfCursor({ side, run, filter: text, matches }: Listed): Promise<number> {
    const at = cursor.at[side]
    const answer = at === null ? null : await pinscope.eventIndex(run, text, at.event)
    return Math.max(0, Math.min(answer?.ok === true ? answer.value : matches, matches - 1))
  }

  const index = useLatest(
    () => {
      const now = list.value
      const at = now === null ? null : cursor.at[now.pages.listed.side]
      return now === null || at === null || !shown() ? null : { list: now, event: at.event }
    },
    ({ list: { pages }, event }) => {
      return pinscope.eventIndex(pages.listed.run, pages.listed.filter, event)
    },
  )
  const cursorRow = computed<CursorRow | null>(() => {
    const now = list.value
    if (now === null) return null
    const { side, matches } = now.pages.listed
    if (cursor.at[side] === null) return { list: now, row: matches }
    return index.answer.value === null || index.of.value?.list !== now
      ? null
      : { list: now, row: index.answer.value }
  })

  return { list, cursorRow, failure, loads }
}
