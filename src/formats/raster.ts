/** A figure filled into pixels: what a PNG holds. Text is in a type of 5 by 7 dots. */
import type { BandShape, CellsShape, Figure, Shape, TextShape } from './figure'
import { CHAR_WIDTH } from './figure'
import { GLYPHS } from './glyphs'

export interface Raster {
  readonly width: number
  readonly height: number
  /** Three bytes a pixel, row by row. */
  readonly rgb: Uint8Array<ArrayBuffer>
}

/** Pixels of a picture at most. */
const MAX_PIXELS = 64 * 1024 * 1024

interface Colour {
  readonly r: number
  readonly g: number
  readonly b: number
  /** 0..1 */
  readonly a: number
}

/** `#rrggbb` or `#rrggbbaa`. */
function colourOf(text: string): Colour {
  const part = (at: number): number => parseInt(text.slice(at, at + 2), 16)
  return { r: part(1), g: part(3), b: part(5), a: text.length > 7 ? part(7) / 255 : 1 }
}

class Canvas {
  readonly width: number
  readonly height: number
  readonly rgb: Uint8Array<ArrayBuffer>

  constructor(width: number, height: number) {
    this.width = width
    this.height = height
    this.rgb = new Uint8Array(width * height * 3)
  }

  fill(x: number, y: number, width: number, height: number, { r, g, b, a }: Colour): void {
    const left = Math.max(0, Math.round(x))
    const right = Math.min(
      this.width,
      Math.max(Math.round(x + width), Math.round(x) + (width > 0 ? 1 : 0)),
    )
    const above = Math.max(0, Math.round(y))
    const below = Math.min(
      this.height,
      Math.max(Math.round(y + height), Math.round(y) + (height > 0 ? 1 : 0)),
    )
    for (let row = above; row < below; row++) {
      for (let at = (row * this.width + left) * 3; at < (row * this.width + right) * 3; at += 3) {
        this.#blend(at, r, a)
        this.#blend(at + 1, g, a)
        this.#blend(at + 2, b, a)
      }
    }
  }

  #blend(at: number, value: number, alpha: number): void {
    const under = this.rgb[at] ?? 0
    this.rgb[at] = Math.round(under + (value - under) * alpha)
  }
}

/** Throws nothing for a figure of ours; one that is too large is cut at the bottom. */
export function rasterise(figure: Figure): Raster {
  const width = Math.ceil(figure.width)
  const height = Math.min(Math.ceil(figure.height), Math.floor(MAX_PIXELS / width))
  const canvas = new Canvas(width, height)
  canvas.fill(0, 0, width, height, colourOf(figure.background))
  for (const shape of figure.shapes) draw(canvas, shape)
  return { width, height, rgb: canvas.rgb }
}

function draw(canvas: Canvas, shape: Shape): void {
  switch (shape.kind) {
    case 'rect':
      canvas.fill(shape.x, shape.y, shape.width, shape.height, colourOf(shape.fill))
      return
    case 'frame': {
      const { x, y, width, height } = shape
      const colour = colourOf(shape.stroke)
      canvas.fill(x, y, width, 1, colour)
      canvas.fill(x, y + height - 1, width, 1, colour)
      canvas.fill(x, y + 1, 1, height - 2, colour)
      canvas.fill(x + width - 1, y + 1, 1, height - 2, colour)
      return
    }
    case 'band':
      drawBand(canvas, shape)
      return
    case 'text':
      drawText(canvas, shape)
      return
    case 'cells':
      drawCells(canvas, shape)
  }
}

function drawBand(canvas: Canvas, { x, columnWidth, top, bottom, fill }: BandShape): void {
  const colour = colourOf(fill)
  for (let i = 0; i < top.length; i++) {
    const from = top[i] ?? Number.NaN
    const to = bottom[i] ?? Number.NaN
    if (Number.isNaN(from) || Number.isNaN(to)) continue
    const left = Math.round(x + i * columnWidth)
    const right = Math.round(x + (i + 1) * columnWidth)
    // Columns narrower than a pixel share one; it is filled once.
    if (right > left) canvas.fill(left, from, right - left, to - from, colour)
  }
}

function drawCells(canvas: Canvas, { x, y, size, perRow, cells, palette }: CellsShape): void {
  const colours = palette.map((text) => (text === null ? null : colourOf(text)))
  for (let i = 0; i < cells.length; i++) {
    const colour = colours[cells[i] ?? 0] ?? null
    if (colour === null) continue
    canvas.fill(x + (i % perRow) * size, y + Math.floor(i / perRow) * size, size, size, colour)
  }
}

/** A character outside ASCII is drawn as a question mark. */
function drawText(canvas: Canvas, { x, y, text, fill, anchor }: TextShape): void {
  const colour = colourOf(fill)
  const start = anchor === 'end' ? x - text.length * CHAR_WIDTH : x
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    const glyph = GLYPHS[(code >= 32 && code < 127 ? code : 63) - 32] ?? ''
    for (let column = 0; column < 5; column++) {
      const dots = parseInt(glyph.slice(column * 2, column * 2 + 2), 16)
      for (let row = 0; row < 8; row++) {
        if (((dots >> row) & 1) === 0) continue
        canvas.fill(Math.round(start + i * CHAR_WIDTH) + column, y - 8 + row, 1, 1, colour)
      }
    }
  }
}
