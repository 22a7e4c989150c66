/** Rectangles in map coordinates, clipped to the part of the map that a pixel buffer shows. */

/** The part of the map the buffer shows. */
export interface Viewport {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

export class PixelCanvas {
  readonly pixels: Uint32Array
  readonly view: Viewport

  constructor(pixels: Uint32Array, view: Viewport) {
    this.pixels = pixels
    this.view = view
  }

  fill(x: number, y: number, width: number, height: number, colour: number): void {
    const { view } = this
    const left = Math.max(0, x - view.x)
    const right = Math.min(view.width, x - view.x + width)
    const bottom = Math.min(view.height, y - view.y + height)
    if (right <= left) return
    for (let row = Math.max(0, y - view.y); row < bottom; row++) {
      const at = row * view.width
      this.pixels.fill(colour, at + left, at + right)
    }
  }

  hatch(x: number, y: number, width: number, height: number, colour: number): void {
    for (let i = 0; i < height; i++) {
      for (let j = (i + y) % 4; j < width; j += 4) this.fill(x + j, y + i, 1, 1, colour)
    }
  }

  /** As `fill`, but only every other piece of the line. */
  dash(x: number, y: number, width: number, height: number, colour: number): void {
    const { view } = this
    const right = Math.min(view.x + view.width, x + width)
    const bottom = Math.min(view.y + view.height, y + height)
    for (let row = Math.max(view.y, y); row < bottom; row++) {
      const at = (row - view.y) * view.width - view.x
      for (let column = Math.max(view.x, x); column < right; column++) {
        if (((row + column) & 3) < 2) this.pixels[at + column] = colour
      }
    }
  }
}
