/** The value tracks of a run for a plot of a given width. The last question asked wins. */
import { shallowRef, watch, type ShallowRef } from 'vue'
import type { RunId } from '../../../../shared/contract'
import type { SeriesData } from '../../../../shared/timeline'
import { usePinscope } from '../../wire/pinscope'

/** Widths are rounded up to this, so that dragging a window does not ask for every pixel. */
const STEP = 64

export function useSeries(
  run: () => RunId | null,
  width: () => number,
): ShallowRef<SeriesData | null> {
  const pinscope = usePinscope()
  const series = shallowRef<SeriesData | null>(null)
  const columns = (): number => Math.ceil(width() / STEP) * STEP
  let question = 0

  watch(
    [run, columns],
    async ([id, count]) => {
      const asked = ++question
      if (id === null) {
        series.value = null
        return
      }
      if (count === 0) return
      const answer = await pinscope.series(id, { fromNs: 0, toNs: null, columns: count })
      if (asked === question && answer.ok) series.value = answer.value
    },
    { immediate: true },
  )
  return series
}
