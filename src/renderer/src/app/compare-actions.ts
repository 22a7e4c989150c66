/** Actions of the comparison that work whichever areas are open. */
import { useActionsStore } from '../stores/actions'
import { useComparisonStore } from '../stores/comparison'
import { useCursorStore } from '../stores/cursor'
import { isSeries } from '../stores/side'

export function provideCompareActions(): void {
  const comparison = useComparisonStore()
  const cursor = useCursorStore()

  useActionsStore().provide({
    'divergence.go': {
      run: () => {
        const found = comparison.divergence
        if (found !== null) cursor.standInBoth(found.a, found.b)
      },
      enabled: () => comparison.divergence !== null,
    },
    ...Object.fromEntries(
      [1, 2, 3, 4, 5].map((n) => [
        `patch.${n}`,
        {
          run: () => comparison.flipPatch('b', n),
          enabled: () => comparison.patches.length > 0 && isSeries(comparison.b.kernel),
        },
      ]),
    ),
  })
}
