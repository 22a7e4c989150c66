/** What is known of a frame in a run, at a place or (null) at its end. */
import { computed, type ComputedRef } from 'vue'
import type { PageInfo, RunId } from '../../../../shared/contract'
import type { Place } from '../../../../shared/place'
import type { Failure } from '../../../../shared/result'
import { useLatest } from '../../stores/latest'
import { usePinscope } from '../../wire/pinscope'

export interface PageAnswer {
  readonly page: PageInfo | null
  readonly failure: Failure | null
}

export function usePage(
  run: () => RunId | null,
  pfn: () => number | null,
  at: () => Place | null,
): ComputedRef<PageAnswer> {
  const pinscope = usePinscope()
  const { answer, failure } = useLatest(
    () => {
      const [id, frame, place] = [run(), pfn(), at()]
      if (id === null || frame === null) return null
      return { id, frame, event: place?.event ?? null, step: place?.step ?? 0 }
    },
    async ({ id, frame, event, step }) =>
      await pinscope.page(id, frame, event === null ? null : { event, step }),
  )
  return computed(() => ({
    page: failure.value === null ? answer.value : null,
    failure: failure.value,
  }))
}
