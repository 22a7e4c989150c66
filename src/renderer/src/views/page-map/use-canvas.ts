/** A canvas as large as its box in device pixels, painted through one pixel buffer. */
import { onBeforeUnmount, onMounted, ref, type Ref, type ShallowRef } from 'vue'
import type { CellText } from './cell-text'

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

/** Buffers by canvas: one that is dragged over is painted again and again. */
const images = new WeakMap<HTMLCanvasElement, ImageData>()

/** Gives `paint` a buffer of the canvas's size, shows it, and writes texts over it. */
export function paintCanvas(
  canvas: HTMLCanvasElement,
  width: number,
  height: number,
  paint: (pixels: Uint32Array) => void,
  write: ((context: CanvasRenderingContext2D) => void) | null = null,
): void {
  if (width === 0 || height === 0) return
  if (canvas.width !== width) canvas.width = width
  if (canvas.height !== height) canvas.height = height
  const context = canvas.getContext('2d', { alpha: false })
  if (context === null) return
  const known = images.get(canvas)
  const fits = known?.width === width && known.height === height
  const image = fits ? known : context.createImageData(width, height)
  images.set(canvas, image)
  paint(new Uint32Array(image.data.buffer))
  context.putImageData(image, 0, 0)
  write?.(context)
}

/** Writes texts into cells of `cell` device pixels. */
export function writeTexts(
  context: CanvasRenderingContext2D,
  texts: readonly CellText[],
  cell: number,
  ratio: number,
): void {
  if (texts.length === 0) return
  const size = Math.round(TEXT * ratio)
  context.font = `${size}px 'JetBrains Mono', monospace`
  context.textBaseline = 'top'
  const pad = Math.round(2 * ratio)
  for (const { x, y, lines, isLight } of texts) {
    context.fillStyle = isLight ? '#000000' : '#ffffff'
    for (const [i, line] of lines.entries()) {
      context.fillText(line, x + pad, y + pad + i * (size + pad), cell - 2 * pad)
    }
  }
}

/** CSS pixels. */
const TEXT = 9
