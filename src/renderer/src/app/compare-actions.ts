/** Actions of the comparison and of the matrix; they work whichever areas are open. */
import { useActionsStore } from '../stores/actions'
import { useComparisonStore } from '../stores/comparison'
import { useCursorStore } from '../stores/cursor'
import { useLayoutStore } from '../stores/layout'
import { useMatrixStore } from '../stores/matrix'
import { isSeries } from '../stores/side'

export function provideCompareActions(): void {
  const comparison = useComparisonStore()
  const cursor = useCursorStore()
  const layout = useLayoutStore()
  const matrix = useMatrixStore()

  const known = (): boolean => comparison.patches.length > 0
  const hasRun = (): boolean => known() && matrix.sides.length > 0

  useActionsStore().provide({
    'divergence.go': {
      run: () => {
        const found = comparison.divergence
        if (found !== null) cursor.standInBoth(found.a, found.b)
      },
      enabled: () => comparison.divergence !== null,
    },
    'matrix.run': {
      run: async () => {
        await layout.focus('matrix')
        await matrix.run()
      },
      enabled: hasRun,
    },
    // What it takes is part of the matrix: there is nothing to run when that is there.
    'bisect.run': {
      run: async () => {
        await layout.focus('matrix')
        await matrix.ensure()
      },
      enabled: hasRun,
    },
    ...Object.fromEntries(
      [1, 2, 3, 4, 5].map((n) => [
        `patch.${n}`,
        {
          run: () => comparison.flipPatch('b', n),
          enabled: () => known() && isSeries(comparison.b.kernel),
        },
      ]),
    ),
  })
}
