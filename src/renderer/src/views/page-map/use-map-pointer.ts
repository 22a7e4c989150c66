/** The pointer on the map: it tells the frame under it, chooses it, zooms about it, and drags the map along. */
import { ref, type Ref, type ShallowRef } from 'vue'

/** CSS pixels that a pointer moves before it drags. */
const DRAG = 4
/** Wheel distance of one step of zoom: a notch of a mouse, and a short stroke of a touchpad. */
const NOTCH = 50

export interface MapPointer {
  readonly hovered: Ref<number | null>
  readonly dragging: Ref<boolean>
  readonly on: Readonly<Record<string, (event: never) => void>>
}

export interface PointerUse {
  /** The frame at a point of the view, CSS pixels. */
  readonly pfnAt: (x: number, y: number) => number | null
  readonly choose: (pfn: number) => void
  readonly zoom: (steps: number, x: number, y: number) => void
}

export function useMapPointer(
  scroller: Readonly<ShallowRef<HTMLElement | null>>,
  { pfnAt, choose, zoom }: PointerUse,
): MapPointer {
  const hovered = ref<number | null>(null)
  const dragging = ref(false)
  let from: { x: number; y: number; left: number; top: number } | null = null
  /** A drag ends with a click that chooses nothing. */
  let moved = false

  function pointOf(event: MouseEvent): [number, number] {
    const at = scroller.value?.getBoundingClientRect()
    return [event.clientX - (at?.left ?? 0), event.clientY - (at?.top ?? 0)]
  }

  function onPointerDown(event: PointerEvent): void {
    const at = scroller.value
    moved = false
    if (event.button !== 0 || at === null) return
    const canScroll = at.scrollWidth > at.clientWidth || at.scrollHeight > at.clientHeight
    const [x, y] = pointOf(event)
    // The scroll bars are the browser's.
    if (!canScroll || x >= at.clientWidth || y >= at.clientHeight) return
    from = { x: event.clientX, y: event.clientY, left: at.scrollLeft, top: at.scrollTop }
  }

  function onPointerMove(event: PointerEvent): void {
    hovered.value = pfnAt(...pointOf(event))
    const at = scroller.value
    if (from === null || at === null) return
    const [dx, dy] = [event.clientX - from.x, event.clientY - from.y]
    if (!dragging.value) {
      if (Math.hypot(dx, dy) < DRAG) return
      dragging.value = true
      at.setPointerCapture(event.pointerId)
    }
    moved = true
    at.scrollLeft = from.left - dx
    at.scrollTop = from.top - dy
  }

  function onPointerEnd(): void {
    from = null
    dragging.value = false
  }

  function onClick(event: MouseEvent): void {
    if (moved) return
    const pfn = pfnAt(...pointOf(event))
    if (pfn !== null) choose(pfn)
  }

  return {
    hovered,
    dragging,
    on: {
      pointerdown: onPointerDown,
      pointermove: onPointerMove,
      pointerup: onPointerEnd,
      pointercancel: onPointerEnd,
      pointerleave: () => (hovered.value = null),
      click: onClick,
      wheel: zoomByWheel((steps, event) => zoom(steps, ...pointOf(event))),
    },
  }
}

/** Wheel with Ctrl zooms a step a notch; touchpads send many small parts of one. */
function zoomByWheel(
  zoom: (steps: number, event: WheelEvent) => void,
): (event: WheelEvent) => void {
  let wheeled = 0
  return (event) => {
    if (!event.ctrlKey && !event.metaKey) return
    event.preventDefault()
    wheeled += event.deltaY
    const steps = Math.trunc(wheeled / NOTCH)
    if (steps === 0) return
    wheeled -= steps * NOTCH
    zoom(-Math.sign(steps), event)
  }
}
