/** What is known of a frame in a run, at a place or (null) at its end. The last question asked wins. */
import { shallowRef, watch, type ShallowRef } from 'vue'
import type { PageInfo, RunId } from '../../../../shared/contract'
import type { Place } from '../../../../shared/place'
import type { Failure } from '../../../../shared/result'
import { usePinscope } from '../../wire/pinscope'

export interface PageAnswer {
  readonly page: PageInfo | null
  readonly failure: Failure | null
}

const NOTHING: PageAnswer = { page: null, failure: null }

export function usePage(
  run: () => RunId | null,
  pfn: () => number | null,
  at: () => Place | null,
): ShallowRef<PageAnswer> {
  const pinscope = usePinscope()
  const answer = shallowRef<PageAnswer>(NOTHING)
  let question = 0

  watch(
    [run, pfn, at],
    async ([id, frame, place]) => {
      const asked = ++question
      if (id === null || frame === null) {
        answer.value = NOTHING
        return
      }
      const told = await pinscope.page(
        id,
        frame,
        place === null ? null : { event: place.event, step: place.step },
      )
      if (asked !== question) return
      answer.value = told.ok
        ? { page: told.value, failure: null }
        : { page: null, failure: told.error }
    },
    { immediate: true },
  )
  return answer
}
