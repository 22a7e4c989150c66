/** The events that touched a frame, loaded around the cursor and further on demand. */
import { onScopeDispose, shallowRef, watch, type ShallowRef } from 'vue'
import type { RunId } from '../../../../shared/run'
import type { EventRow } from '../../../../shared/events'
import type { Failure } from '../../../../shared/result'
import { usePinscope } from '../../wire/pinscope'
import {
  around,
  covers,
  HISTORY_PAGE,
  withEarlier,
  withLater,
  type HistoryWindow,
} from './history-model'

export interface HistoryPlace {
  readonly run: RunId
  readonly pfn: number
  /** Null: the end of the run. */
  readonly event: number | null
  /** Events of the run. */
  readonly events: number
}

export interface History {
  readonly window: ShallowRef<HistoryWindow | null>
  readonly failure: ShallowRef<Failure | null>
  readonly earlier: () => Promise<void>
  readonly later: () => Promise<void>
}

export function useHistory(place: () => HistoryPlace | null): History {
  const pinscope = usePinscope()
  const window = shallowRef<HistoryWindow | null>(null)
  const failure = shallowRef<Failure | null>(null)
  /** The frame whose events are there. */
  let of: HistoryPlace | null = null
  /** Answers to an older question are dropped. */
  let question = 0
  let grows = false

  async function ask(
    { run, pfn }: HistoryPlace,
    from: number,
    by: 1 | -1,
    asked: number,
  ): Promise<readonly EventRow[] | null> {
    const answer = await pinscope.pageHistory(run, pfn, from, by, HISTORY_PAGE)
    if (asked !== question) return null
    failure.value = answer.ok ? null : answer.error
    return answer.ok ? answer.value : null
  }

  async function load(at: HistoryPlace): Promise<void> {
    const asked = ++question
    const before = await ask(at, (at.event ?? at.events) + 1, -1, asked)
    if (before === null) return
    const behind = at.event === null ? [] : await ask(at, at.event, 1, asked)
    // Whoever went back meanwhile to what is there is not taken away from it.
    if (behind !== null && of === at) window.value = around(before, behind, HISTORY_PAGE)
  }

  /** One at a time: a list that is scrolled asks over and over. */
  async function grow(by: 1 | -1): Promise<void> {
    const [here, shown] = [of, window.value]
    const from = (by === 1 ? shown?.rows.at(-1) : shown?.rows[0])?.event
    if (grows || here === null || shown === null || from === undefined) return
    grows = true
    const more = await ask(here, from, by, question)
    grows = false
    if (more === null || window.value !== shown) return
    window.value = (by === 1 ? withLater : withEarlier)(shown, more, HISTORY_PAGE)
  }

  watch(
    place,
    (at) => {
      const isSame = at !== null && of?.run === at.run && of.pfn === at.pfn
      of = at
      if (isSame && window.value !== null && covers(window.value, at.event)) return
      // Rows of another frame must not stand under this one's name.
      if (!isSame) window.value = null
      if (at !== null) void load(at)
    },
    { immediate: true },
  )
  onScopeDispose(() => question++)

  return { window, failure, earlier: () => grow(-1), later: () => grow(1) }
}
