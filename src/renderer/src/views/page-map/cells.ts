/** Paints the cells of the map: of each row the first line of pixels, which is then copied down. */
import type { PageMapData } from '../../../../shared/contract'
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
  return { first: firstRow * g.tilesPerRow, end: Math.min(tileCount(g), (lastRow + 1) * g.tilesPerRow) }
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
  for (let row = sight.top; row < sight.bottom; row++) {
    drawRow(canvas, scene, tile, row, sight, inset)
    if (marks || g.cellHeight >= HATCH_CELL) drawSigns(canvas, scene, tile, row, sight, inset)
  }
}

interface Columns {
  readonly left: number
  readonly right: number
}

function drawRow(
  { pixels, view }: PixelCanvas,
  { map, cells, geometry: g, look }: CellScene,
  tile: number,
  row: number,
  { left, right }: Columns,
  inset: number,
): void {
  const origin = tileOrigin(g, tile)
  const y = origin.y + row * g.cellHeight - view.y
  const top = Math.max(0, y)
  const bottom = Math.min(view.height, y + g.cellHeight - inset)
  if (top >= bottom) return
  const line = top * view.width
  const { colours, rank } = look
  const firstCell = row * g.tileColumns
  const base = g.basePfn + tile * g.blockFrames - map.startPfn
  for (let column = left; column < right; column++) {
    const index = base + (firstCell + column) * g.perCell
    if (index < 0 || index >= cells.length) continue
    const value =
      g.perCell === 1 ? (cells[index] as number) : strongest(cells, rank, index, g.perCell)
    const colour = colours[value] as number
    const x = origin.x + column * g.cellWidth - view.x
    const end = Math.min(view.width, x + g.cellWidth - inset)
    for (let i = Math.max(0, x); i < end; i++) pixels[line + i] = colour
  }
  const from = line + Math.max(0, origin.x + left * g.cellWidth - view.x)
  const to = line + Math.min(view.width, origin.x + right * g.cellWidth - view.x)
  for (let i = 1; i < bottom - top; i++) pixels.copyWithin(from + i * view.width, from, to)
}

function drawSigns(
  canvas: PixelCanvas,
  scene: CellScene,
  tile: number,
  row: number,
  { left, right }: Columns,
  inset: number,
): void {
  const { map, cells, geometry: g, look, mark, ground } = scene
  const { x, y } = tileOrigin(g, tile)
  const base = g.basePfn + tile * g.blockFrames - map.startPfn
  const size = 2 * g.line
  for (let column = left; column < right; column++) {
    const index = base + (row * g.tileColumns + column) * g.perCell
    if (index < 0 || index >= cells.length) continue
    const sign = look.signs[strongest(cells, look.rank, index, g.perCell)] as number
    if (sign === 0) continue
    const cellX = x + column * g.cellWidth
    const cellY = y + row * g.cellHeight
    const width = g.cellWidth - inset
    if (sign === HATCH) canvas.hatch(cellX, cellY, width, g.cellHeight - inset, ground)
    else if (sign === CORNER && inset > 0) {
      canvas.fill(cellX + width - size, cellY, size, size, mark)
    }
  }
}
