/** A canvas as large as its box in device pixels, painted through one pixel buffer. */
import { onBeforeUnmount, onMounted, ref, type Ref, type ShallowRef } from 'vue'

export interface BoxSize {
  /** Device pixels. */
  readonly width: number
  readonly height: number
  readonly ratio: number
}

/** Follows the size of an element; nothing runs while it stays. */
export function useBoxSize(element: Readonly<ShallowRef<HTMLElement | null>>): Ref<BoxSize> {
  const size = ref<BoxSize>({ width: 0, height: 0, ratio: 1 })
  let observer: ResizeObserver | null = null
  onMounted(() => {
    const box = element.value
    if (box === null) return
    observer = new ResizeObserver(() => {
      const ratio = window.devicePixelRatio
      size.value = {
        width: Math.floor(box.clientWidth * ratio),
        height: Math.floor(box.clientHeight * ratio),
        ratio,
      }
    })
    observer.observe(box)
  })
  onBeforeUnmount(() => observer?.disconnect())
  return size
}

/** Device pixels of a line that is one CSS pixel thick. */
export function lineScale(ratio: number): number {
  return Math.max(1, Math.floor(ratio))
}

/** Gives `paint` a buffer of the canvas's size and shows it. */
export function paintCanvas(
  canvas: HTMLCanvasElement,
  width: number,
  height: number,
  paint: (pixels: Uint32Array) => void,
): void {
  if (width === 0 || height === 0) return
  if (canvas.width !== width) canvas.width = width
  if (canvas.height !== height) canvas.height = height
  const context = canvas.getContext('2d', { alpha: false })
  if (context === null) return
  const image = context.createImageData(width, height)
  paint(new Uint32Array(image.data.buffer))
  context.putImageData(image, 0, 0)
}
