/** Actions about the inspected frame: there as long as the window, also while the inspector is folded away. */
import { computed, type ComputedRef } from 'vue'
import { useActionsStore } from '../../stores/actions'
import { useComparisonStore } from '../../stores/comparison'
import { useCursorStore } from '../../stores/cursor'
import { useDialogsStore } from '../../stores/dialogs'
import { useInspectorStore } from '../../stores/inspector'
import { useLayoutStore } from '../../stores/layout'
import { useSelectionStore } from '../../stores/selection'
import type { SideName } from '../../stores/side'
import { neighbourFrame, type FrameRange } from './find-page-model'

export interface PageActions {
  /** The run that is inspected; before a page was chosen that of the cursor. */
  readonly side: ComputedRef<SideName>
  readonly zones: ComputedRef<readonly FrameRange[]>
  /** Shows a frame in the inspector. */
  readonly go: (pfn: number) => void
}

export function usePageActions(): PageActions {
  const comparison = useComparisonStore()
  const cursor = useCursorStore()
  const dialogs = useDialogsStore()
  const inspector = useInspectorStore()
  const layout = useLayoutStore()
  const selection = useSelectionStore()

  const side = computed(() => (selection.pfn === null ? cursor.side : selection.side))
  const zones = computed(() => comparison[side.value].shown?.map.zones ?? [])
  const next = computed(() => neighbour(1))
  const previous = computed(() => neighbour(-1))
  const isThere = (): boolean => zones.value.length > 0

  useActionsStore().provide({
    'page.find': { run: () => dialogs.show('page'), enabled: isThere },
    'page.next': { run: () => jump(next.value), enabled: () => next.value !== null },
    'page.previous': { run: () => jump(previous.value), enabled: () => previous.value !== null },
    'audit.here': { run: audit, enabled: isThere },
  })

  function neighbour(by: 1 | -1): number | null {
    return selection.pfn === null ? null : neighbourFrame(selection.pfn, by, zones.value)
  }

  function jump(pfn: number | null): void {
    if (pfn !== null) selection.jumpToPage(side.value, pfn)
  }

  function go(pfn: number): void {
    jump(pfn)
    inspector.tab = 'page'
    layout.show('inspector')
  }

  function audit(): void {
    inspector.tab = 'cma'
    inspector.audits = true
    void layout.focus('inspector')
  }

  return { side, zones, go }
}
