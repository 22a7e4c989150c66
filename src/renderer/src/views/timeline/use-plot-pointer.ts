/** The mouse on a plot: hover reads, a click stands, a drag pans, Shift and a drag select, the wheel zooms. */
import { useScaleStore } from '../../stores/scale'
import { useSelectionStore } from '../../stores/selection'
import type { SideName } from '../../stores/side'
import { clampView, nsAt, rangeOf, spanOf, type TimeRange } from './view-model'

/** Less than this is a click. */
const STILL_PIXELS = 4
/** Per wheel pixel; a notch of 120 zooms by a quarter. */
const ZOOM_PER_PIXEL = 0.0024
const LINE_PIXELS = 18

interface Press {
  readonly x: number
  readonly y: number
  readonly view: TimeRange
  readonly selects: boolean
  moved: boolean
}

export interface PlotPointer {
  readonly down: (event: PointerEvent) => void
  /** Shift and the button would select text of the page; the plot still takes the focus. */
  readonly press: (event: MouseEvent) => void
  readonly move: (event: PointerEvent) => void
  readonly up: (event: PointerEvent) => void
  /** The system took the pointer, to scroll by touch for one: that is no click. */
  readonly cancel: () => void
  readonly leave: () => void
  readonly wheel: (event: WheelEvent) => void
}

export function usePlotPointer(
  side: SideName,
  width: () => number,
  click: (ns: number, event: PointerEvent) => void,
): PlotPointer {
  const scale = useScaleStore()
  const selection = useSelectionStore()
  let press: Press | null = null

  const boxOf = (event: MouseEvent): DOMRect =>
    (event.currentTarget as HTMLElement).getBoundingClientRect()
  const timeAt = (event: MouseEvent, view: TimeRange): number =>
    nsAt(view, width(), event.clientX - boxOf(event).left)

  function down(event: PointerEvent): void {
    if (event.button !== 0) return
    press = {
      x: event.clientX,
      y: event.clientY,
      view: scale.viewOf(side),
      selects: event.shiftKey,
      moved: false,
    }
    ;(event.currentTarget as HTMLElement).setPointerCapture(event.pointerId)
  }

  function move(event: PointerEvent): void {
    if (press === null) {
      read(timeAt(event, scale.viewOf(side)))
      return
    }
    const by = event.clientX - press.x
    if (!press.moved && Math.hypot(by, event.clientY - press.y) < STILL_PIXELS) return
    press.moved = true
    if (press.selects) {
      const from = timeAt(event, press.view) - (by / width()) * spanOf(press.view)
      const range = rangeOf(inRun(from), inRun(timeAt(event, press.view)))
      scale.setRange(side, range)
    } else {
      const shift = (by / Math.max(1, width())) * spanOf(press.view)
      const view = { fromNs: press.view.fromNs - shift, toNs: press.view.toNs - shift }
      selection.cursorNs = null
      scale.setView(side, clampView(view, scale.endNs(side)))
    }
  }

  function up(event: PointerEvent): void {
    const still = press !== null && !press.moved
    const view = press?.view
    press = null
    if (still && view !== undefined) click(inRun(timeAt(event, view)), event)
  }

  function inRun(ns: number): number {
    return Math.min(scale.endNs(side), Math.max(0, ns))
  }

  function read(ns: number): void {
    selection.cursorNs = inRun(ns)
  }

  function pressed(event: MouseEvent): void {
    if (!event.shiftKey || !(event.currentTarget instanceof HTMLElement)) return
    event.preventDefault()
    event.currentTarget.focus({ preventScroll: true })
  }

  return {
    ...{ down, press: pressed, move, up },
    cancel: () => (press = null),
    leave: () => (selection.cursorNs = null),
    wheel: useWheel(side, width),
  }
}

/** The wheel zooms at the pointer; sideways, or with Shift, it pans. */
function useWheel(side: SideName, width: () => number): (event: WheelEvent) => void {
  const scale = useScaleStore()
  return (event) => {
    event.preventDefault()
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? LINE_PIXELS : 1
    const [dx, dy] = [event.deltaX * lines, event.deltaY * lines]
    if (event.shiftKey || Math.abs(dx) > Math.abs(dy)) {
      scale.pan(side, (dx === 0 ? dy : dx) / Math.max(1, width()))
      return
    }
    const { left } = (event.currentTarget as HTMLElement).getBoundingClientRect()
    const at = nsAt(scale.viewOf(side), width(), event.clientX - left)
    scale.zoom(side, Math.exp(dy * ZOOM_PER_PIXEL), at)
  }
}
