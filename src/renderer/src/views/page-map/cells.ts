/** Paints the cells of the map: of each row the first line of pixels, which is then copied down. */
import type { PageMapData } from '../../../../shared/page-map'
import { CORNER, HATCH, type Look } from './colouring'
import { tileCount, tileOrigin, type MapGeometry } from './geometry'
import { strongest } from './page-map-model'
import type { PixelCanvas, Viewport } from './pixels'

/** From this cell size on, what keeps an area from being taken has a corner mark besides its colour. */
export const MARK_CELL = 6
/** From this cell size on, ISOLATE is hatched. */
const HATCH_CELL = 4

export interface CellScene {
  readonly map: Pick<PageMapData, 'startPfn'>
  /** A value per frame. */
  readonly cells: Uint8Array
  readonly geometry: MapGeometry
  readonly look: Look
  /** Of the corner marks and of the hatch. */
  readonly mark: number
  readonly ground: number
}

/** Tiles that reach into the part that is seen. */
export function tilesInSight(g: MapGeometry, view: Viewport): { first: number; end: number } {
  const tileHeight = g.tileRows * g.cellHeight + g.gap
  const firstRow = Math.max(0, Math.floor((view.y - g.gap) / tileHeight))
  const lastRow = Math.floor((view.y + view.height) / tileHeight)
  return {
    first: firstRow * g.tilesPerRow,
    end: Math.min(tileCount(g), (lastRow + 1) * g.tilesPerRow),
  }
}

/** Cells of a tile that reach into the part that is seen: columns and rows, the ends exclusive. */
export function cellsInSight(
  g: MapGeometry,
  view: Viewport,
  tile: number,
): { left: number; right: number; top: number; bottom: number } {
  const { x, y } = tileOrigin(g, tile)
  const clip = (from: number, size: number, count: number): number =>
    Math.min(count, Math.max(0, Math.floor(from / size)))
  return {
    left: clip(view.x - x, g.cellWidth, g.tileColumns),
    right: clip(view.x + view.width - x + g.cellWidth - 1, g.cellWidth, g.tileColumns),
    top: clip(view.y - y, g.cellHeight, g.tileRows),
    bottom: clip(view.y + view.height - y + g.cellHeight - 1, g.cellHeight, g.tileRows),
  }
}

export function drawCells(canvas: PixelCanvas, scene: CellScene): void {
  const { first, end } = tilesInSight(scene.geometry, canvas.view)
  for (let tile = first; tile < end; tile++) drawTile(canvas, scene, tile)
}

function drawTile(canvas: PixelCanvas, scene: CellScene, tile: number): void {
  const g = scene.geometry
  const sight = cellsInSight(g, canvas.view, tile)
  if (sight.left >= sight.right) return
  const marks = g.cellWidth >= MARK_CELL && g.cellHeight >= MARK_CELL
  const inset = marks ? 1 : 0
  const values = new Uint8Array(sight.right - sight.left)
  const { x, y } = tileOrigin(g, tile)
  const left = x + sight.left * g.cellWidth
  for (let row = sight.top; row < sight.bottom; row++) {
    const first = tile * g.blockFrames + (row * g.tileColumns + sight.left) * g.perCell
    const end = valuesOfRow(scene, first + g.basePfn - scene.map.startPfn, values)
    const top = y + row * g.cellHeight
    drawRow(canvas, scene, values, end, left, top, inset)
    if (g.cellHeight >= HATCH_CELL) drawSigns(canvas, scene, values, end, left, top, inset)
  }
}

interface Part {
  readonly from: number
  readonly to: number
}

/** The values that the cells of a row show, from frame number `index` on; which of them are on the map. */
function valuesOfRow(
  { cells, geometry: g, look }: CellScene,
  index: number,
  values: Uint8Array,
): Part {
  const { perCell } = g
  const from = Math.min(values.length, Math.max(0, Math.ceil(-index / perCell)))
  const to = Math.max(from, Math.min(values.length, Math.ceil((cells.length - index) / perCell)))
  if (perCell === 1) values.set(cells.subarray(index + from, index + to), from)
  else {
    const { rank } = look
    for (let i = from, at = index + from * perCell; i < to; i++, at += perCell) {
      values[i] = strongest(cells, rank, at, perCell)
    }
  }
  return { from, to }
}

/** The first line of the row's cells, which is then copied down. */
function drawRow(
  { pixels, view }: PixelCanvas,
  { geometry: g, look }: CellScene,
  values: Uint8Array,
  { from, to }: Part,
  left: number,
  top: number,
  inset: number,
): void {
  const { colours } = look
  const { cellWidth } = g
  const upper = Math.max(0, top - view.y)
  const lower = Math.min(view.height, top - view.y + g.cellHeight - inset)
  if (upper >= lower || from >= to) return
  const line = upper * view.width
  let x = left + from * cellWidth - view.x
  const width = cellWidth - inset
  if (cellWidth === 1) {
    for (let i = from; i < to; i++, x++) {
      pixels[line + x] = colours[values[i] as number] as number
    }
  } else
    for (let i = from; i < to; i++, x += cellWidth) {
      const colour = colours[values[i] as number] as number
      // Only the cells at the borders of what is seen are cut.
      const begin = line + (x < 0 ? 0 : x)
      const end = line + (x + width > view.width ? view.width : x + width)
      for (let at = begin; at < end; at++) pixels[at] = colour
    }
  const begin = line + Math.max(0, left + from * cellWidth - view.x)
  const end = line + Math.min(view.width, x)
  for (let i = 1; i < lower - upper; i++) pixels.copyWithin(begin + i * view.width, begin, end)
}

function drawSigns(
  canvas: PixelCanvas,
  { geometry: g, look, mark, ground }: CellScene,
  values: Uint8Array,
  { from, to }: Part,
  left: number,
  top: number,
  inset: number,
): void {
  const size = 2 * g.line
  const width = g.cellWidth - inset
  for (let i = from; i < to; i++) {
    const sign = look.signs[values[i] as number] as number
    if (sign === 0) continue
    const x = left + i * g.cellWidth
    if (sign === HATCH) canvas.hatch(x, top, width, g.cellHeight - inset, ground)
    else if (sign === CORNER && inset > 0) canvas.fill(x + width - size, top, size, size, mark)
  }
}
