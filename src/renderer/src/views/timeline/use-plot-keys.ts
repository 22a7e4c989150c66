/** Keys of a plot besides the actions: arrows read along it, up and down choose a lane. */
import { useCursorStore } from '../../stores/cursor'
import { useScaleStore } from '../../stores/scale'
import { useSelectionStore } from '../../stores/selection'
import type { SideName } from '../../stores/side'
import { spanOf } from './view-model'

export interface PlotKeys {
  readonly width: () => number
  readonly readNs: () => number
  /** Actors of the lanes in sight, in their order. */
  readonly lanes: () => readonly string[]
  readonly stand: (ns: number) => void
}

export function usePlotKeys(side: SideName, plot: PlotKeys): (event: KeyboardEvent) => void {
  const cursor = useCursorStore()
  const scale = useScaleStore()
  const selection = useSelectionStore()

  /** First the range goes, then the cursor to the end of the run. */
  function escape(): void {
    selection.cursorNs = null
    if (scale.rangeOf(side) === null) void cursor.stand(side, null)
    else scale.setRange(side, null)
  }

  /** Past either end no lane is chosen, and anybody's events are gone by. */
  function chooseLane(by: 1 | -1): void {
    const lanes = [null, ...plot.lanes()]
    const at = lanes.indexOf(scale.lane)
    scale.lane = lanes[(at + by + lanes.length) % lanes.length] ?? null
  }

  /** Where an arrow takes the reading: by one column, with Shift by ten. */
  function readAt(event: KeyboardEvent): number | undefined {
    const column = spanOf(scale.viewOf(side)) / Math.max(1, plot.width())
    const by = (event.shiftKey ? 10 : 1) * column
    return {
      ArrowLeft: plot.readNs() - by,
      ArrowRight: plot.readNs() + by,
      Home: 0,
      End: scale.endNs(side),
    }[event.key]
  }

  return (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return
    const to = readAt(event)
    if (to !== undefined) {
      selection.cursorNs = Math.min(scale.endNs(side), Math.max(0, to))
      scale.reveal(side, selection.cursorNs)
    } else if (event.key === 'ArrowUp' || event.key === 'ArrowDown') {
      chooseLane(event.key === 'ArrowDown' ? 1 : -1)
    } else if (event.key === 'Enter') plot.stand(plot.readNs())
    else if (event.key === 'Escape') escape()
    else return
    event.preventDefault()
  }
}
