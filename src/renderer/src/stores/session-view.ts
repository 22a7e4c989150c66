/** How the window is looked at, as a session keeps it, and back. */
import { nextTick } from 'vue'
import type { PlaceAt } from '../../../shared/place'
import type { SessionView } from '../../../shared/session'
import { useComparisonStore } from './comparison'
import { useCursorStore } from './cursor'
import { useFilterStore } from './filter'
import { useLayoutStore } from './layout'
import { useMapStore } from './map'
import { useScaleStore } from './scale'
import { useSelectionStore } from './selection'
import { foreignOf, type SideName } from './side'

export interface ViewKeeper {
  /** Done when the cursor stands, with what waits for that. */
  readonly settled: () => Promise<void>
  readonly keep: (shown: SessionView['shown']) => SessionView
  readonly restore: (view: SessionView) => Promise<void>
}

export function useSessionView(): ViewKeeper {
  const comparison = useComparisonStore()
  const cursor = useCursorStore()
  const filter = useFilterStore()
  const layout = useLayoutStore()
  const map = useMapStore()
  const scale = useScaleStore()
  const selection = useSelectionStore()

  function keep(shown: SessionView['shown']): SessionView {
    return {
      shown,
      cursor: { side: cursor.side, a: placeIn('a'), b: placeIn('b') },
      selection: {
        side: selection.side,
        pfn: foreignOf(comparison[selection.side]) === null ? selection.pfn : null,
      },
      timeline: { sameTime: scale.sameTime, ...scale.kept() },
      map: { mode: map.mode, cell: map.zoom === 'fit' ? null : map.zoom },
      filter: filter.applied,
      layout: layout.now(),
    }
  }

  /** A place in a recording of another kernel is none in the run that is saved. */
  function placeIn(side: SideName): PlaceAt | null {
    return foreignOf(comparison[side]) === null ? placeOf(cursor.at[side]) : null
  }

  /** The runs are there; what watches them has had its turn first. */
  async function restore(view: SessionView): Promise<void> {
    scale.sameTime = view.timeline.sameTime
    await nextTick()
    scale.restore(view.timeline)
    layout.restore(view.layout)
    map.mode = view.map.mode
    map.setCell(view.map.cell)
    filter.use(view.filter)
    if (view.selection.pfn === null) selection.clear()
    else selection.jumpToPage(view.selection.side, view.selection.pfn)
    const { side, a, b } = view.cursor
    cursor.restore(side, { a: within('a', a), b: within('b', b) })
  }

  /** A run that came out shorter has no such place. */
  function within(side: SideName, place: PlaceAt | null): PlaceAt | null {
    const events = comparison[side].shown?.summary.events ?? 0
    return place !== null && place.event < events ? place : null
  }

  return { settled: () => cursor.settled(), keep, restore }
}

function placeOf(place: PlaceAt | null): PlaceAt | null {
  return place === null ? null : { event: place.event, step: place.step, timeNs: place.timeNs }
}
