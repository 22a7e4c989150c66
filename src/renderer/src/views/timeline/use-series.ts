/** The value tracks of a run for a part of it. */
import type { RunId } from '../../../../shared/run'
import type { SeriesData, SeriesQuery } from '../../../../shared/timeline'
import { useLatest, type Latest } from '../../stores/latest'
import { usePinscope } from '../../wire/pinscope'

interface Question extends SeriesQuery {
  readonly id: RunId
}

export function useSeries(
  run: () => RunId | null,
  query: () => SeriesQuery | null,
): Latest<Question, SeriesData> {
  const pinscope = usePinscope()
  return useLatest(
    () => {
      const [id, asked] = [run(), query()]
      return id === null || asked === null ? null : { id, ...asked }
    },
    async ({ id, ...asked }) => await pinscope.series(id, asked),
  )
}
