/** A drawing as shapes, to be written as SVG or filled into pixels. Coordinates are pixels. */

export interface RectShape {
  readonly kind: 'rect'
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  readonly fill: string
}

/** The outline of a rectangle, one pixel wide. */
export interface FrameShape {
  readonly kind: 'frame'
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  readonly stroke: string
}

/** Vertical extent per column from `x` on: what a value did between its least and greatest. */
export interface BandShape {
  readonly kind: 'band'
  readonly x: number
  readonly columnWidth: number
  /** Upper and lower edge of each column; NaN where there is nothing. */
  readonly top: Float64Array
  readonly bottom: Float64Array
  readonly fill: string
}

/** Monospace text; `y` is the base line. */
export interface TextShape {
  readonly kind: 'text'
  readonly x: number
  readonly y: number
  readonly text: string
  readonly fill: string
  readonly anchor?: 'end'
}

/** Cells of equal size in rows, each with a colour of the palette. */
export interface CellsShape {
  readonly kind: 'cells'
  readonly x: number
  readonly y: number
  readonly size: number
  readonly perRow: number
  readonly cells: Uint8Array
  /** Colours by cell value; null leaves a cell as it is. */
  readonly palette: readonly (string | null)[]
}

export type Shape = RectShape | FrameShape | BandShape | TextShape | CellsShape

export interface Figure {
  readonly width: number
  readonly height: number
  readonly background: string
  /** What it shows, for who cannot see it. */
  readonly title: string
  readonly shapes: readonly Shape[]
}

/** Width of a character of the figures' type, which both writers keep to. */
export const CHAR_WIDTH = 6.6
