/** The kernel log of a run, asked for while it is looked at. */
import type { DmesgLine } from '../../../../shared/events'
import { useComparisonStore } from '../../stores/comparison'
import { useLatest, type Latest } from '../../stores/latest'
import type { SideName } from '../../stores/side'
import { usePinscope } from '../../wire/pinscope'

export function useLog(side: SideName, shown: () => boolean): Latest<number, readonly DmesgLine[]> {
  const pinscope = usePinscope()
  const comparison = useComparisonStore()
  return useLatest(
    () => (shown() ? (comparison[side].shown?.summary.run ?? null) : null),
    (run) => pinscope.dmesg(run),
  )
}
