/** The value tracks of a run for a plot of a given width. */
import type { ShallowRef } from 'vue'
import type { RunId } from '../../../../shared/contract'
import type { SeriesData } from '../../../../shared/timeline'
import { useLatest } from '../../stores/latest'
import { usePinscope } from '../../wire/pinscope'

/** Widths are rounded up to this, so that dragging a window does not ask for every pixel. */
const STEP = 64

export function useSeries(
  run: () => RunId | null,
  width: () => number,
): ShallowRef<SeriesData | null> {
  const pinscope = usePinscope()
  return useLatest(
    () => {
      const [id, columns] = [run(), Math.ceil(width() / STEP) * STEP]
      return id === null || columns === 0 ? null : { id, columns }
    },
    async ({ id, columns }) => await pinscope.series(id, { fromNs: 0, toNs: null, columns }),
  ).answer
}
