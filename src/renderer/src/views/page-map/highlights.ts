/** Frames that other views point out, as they are seen on the map at every zoom. */
import { MARK_CELL, cellsInSight, tilesInSight } from './cells'
import { rectOf, tileOrigin, type MapGeometry } from './geometry'
import type { PixelCanvas } from './pixels'

export const HIGHLIGHTS = ['why', 'debug', 'filter'] as const
export type HighlightName = (typeof HIGHLIGHTS)[number]

/** A set of frames and how it is drawn. */
export interface Highlight {
  readonly name: HighlightName
  readonly frames: Uint32Array
  readonly colour: number
}

/** So few frames have a ring of their own, which is seen also where cells are small. */
const FEW = 24
/** The least side of a ring, in lines. */
const RING = 9

/** Frames of a set that lie on the map. */
export function framesOnMap(frames: Uint32Array | null, g: MapGeometry): number {
  if (frames === null) return 0
  let count = 0
  for (const pfn of frames) if (pfn >= g.startPfn && pfn < g.endPfn) count++
  return count
}

export function drawHighlight(canvas: PixelCanvas, g: MapGeometry, highlight: Highlight): void {
  const { frames } = highlight
  const isSmall = g.cellWidth < MARK_CELL || g.cellHeight < MARK_CELL
  if (frames.length <= FEW && isSmall) {
    for (const pfn of frames) {
      if (pfn >= g.startPfn && pfn < g.endPfn) drawRing(canvas, g, highlight, pfn)
    }
  } else drawBorders(canvas, g, highlight, cellsOf(frames, g), isSmall)
}

function penOf(canvas: PixelCanvas, { name, colour }: Highlight) {
  return (x: number, y: number, width: number, height: number): void => {
    if (name === 'filter') canvas.dash(x, y, width, height, colour)
    else canvas.fill(x, y, width, height, colour)
  }
}

/** A ring around a cell that is too small to have a border of its own. */
function drawRing(canvas: PixelCanvas, g: MapGeometry, highlight: Highlight, pfn: number): void {
  const pen = penOf(canvas, highlight)
  const thick = highlight.name === 'debug' ? 2 * g.line : g.line
  const r = rectOf(g, pfn)
  const padX = Math.max(2 * g.line, Math.ceil((RING * g.line - r.width) / 2))
  const padY = Math.max(2 * g.line, Math.ceil((RING * g.line - r.height) / 2))
  const [x, y] = [r.x - padX, r.y - padY]
  const [width, height] = [r.width + 2 * padX, r.height + 2 * padY]
  pen(x, y, width, thick)
  pen(x, y + height - thick, width, thick)
  pen(x, y, thick, height)
  pen(x + width - thick, y, thick, height)
}

/** By cell of the whole map: 1 where one of its frames is in the set. */
function cellsOf(frames: Uint32Array, g: MapGeometry): Uint8Array {
  const marked = new Uint8Array(Math.ceil((g.endPfn - g.basePfn) / g.perCell))
  for (const pfn of frames) {
    if (pfn >= g.startPfn && pfn < g.endPfn) marked[Math.floor((pfn - g.basePfn) / g.perCell)] = 1
  }
  return marked
}

/** A line around every connected part: inside large cells, and outside of those it would cover. */
function drawBorders(
  canvas: PixelCanvas,
  g: MapGeometry,
  highlight: Highlight,
  marked: Uint8Array,
  isSmall: boolean,
): void {
  const thick = isSmall ? g.line : 2 * g.line
  const { first, end } = tilesInSight(g, canvas.view)
  const perTile = g.blockFrames / g.perCell
  const pen = penOf(canvas, highlight)
  const [w, h] = [g.cellWidth, g.cellHeight]
  const out = isSmall ? thick : 0
  for (let tile = first; tile < end; tile++) {
    const origin = tileOrigin(g, tile)
    const sight = cellsInSight(g, canvas.view, tile)
    const isMarked = (column: number, row: number): boolean =>
      column >= 0 &&
      column < g.tileColumns &&
      row >= 0 &&
      row < g.tileRows &&
      marked[tile * perTile + row * g.tileColumns + column] === 1
    for (let row = sight.top; row < sight.bottom; row++) {
      for (let column = sight.left; column < sight.right; column++) {
        if (!isMarked(column, row)) continue
        const x = origin.x + column * w
        const y = origin.y + row * h
        if (!isMarked(column, row - 1)) pen(x - out, y - out, w + 2 * out, thick)
        if (!isMarked(column, row + 1)) pen(x - out, y + h + out - thick, w + 2 * out, thick)
        if (!isMarked(column - 1, row)) pen(x - out, y - out, thick, h + 2 * out)
        if (!isMarked(column + 1, row)) pen(x + w + out - thick, y - out, thick, h + 2 * out)
      }
    }
  }
}
