/**
 * Paints the visible part of the page map into a pixel buffer: one Uint32 (ABGR, as canvas ImageData
 * lies in memory on little-endian machines) per device pixel.
 */
import type { PageMapData } from '../../../../shared/page-map'
import type { TriedPosition } from '../../../../shared/run'
import { drawCells } from './cells'
import type { Look } from './colouring'
import { rectOf, tileOrigin, type MapGeometry } from './geometry'
import { drawHighlight, type Highlight } from './highlights'
import { PixelCanvas, type Viewport } from './pixels'

export interface MapPalette {
  readonly background: number
  readonly frame: number
  readonly mark: number
  /** Of what other views point out. */
  readonly why: number
  readonly debug: number
  readonly filter: number
}

export interface MapScene {
  readonly map: Pick<PageMapData, 'startPfn' | 'cmaAreas'>
  /** A value per frame. */
  readonly cells: Uint8Array
  readonly geometry: MapGeometry
  readonly palette: MapPalette
  readonly look: Look
  readonly positions: readonly TriedPosition[]
  readonly shownPosition: TriedPosition | null
  readonly highlights: readonly Highlight[]
}

const BRACKET = 6

export function drawMap(pixels: Uint32Array, view: Viewport, scene: MapScene): void {
  const { map, geometry, palette } = scene
  const canvas = new PixelCanvas(pixels, view)
  pixels.fill(palette.background)
  drawCells(canvas, { ...scene, mark: palette.mark, ground: palette.background })
  for (const area of map.cmaAreas) drawFrame(canvas, scene, area.startPfn, area.pages)
  for (const highlight of scene.highlights) drawHighlight(canvas, geometry, highlight)
  for (const tried of scene.positions) drawBrackets(canvas, scene, tried)
  if (scene.shownPosition !== null) drawOutline(canvas, scene, scene.shownPosition)
}

/** One line around all tiles of an area, however they are broken into rows. */
function drawFrame(canvas: PixelCanvas, scene: MapScene, startPfn: number, pages: number): void {
  const { geometry: g, palette } = scene
  const first = Math.floor((startPfn - g.basePfn) / g.blockFrames)
  const last = Math.ceil((startPfn + pages - g.basePfn) / g.blockFrames) - 1
  const { line } = g
  const inside = (tile: number): boolean => tile >= first && tile <= last
  const width = g.tileColumns * g.cellWidth
  const height = g.tileRows * g.cellHeight
  for (let tile = first; tile <= last; tile++) {
    const { x, y } = tileOrigin(g, tile)
    const column = tile % g.tilesPerRow
    const left = column > 0 && inside(tile - 1)
    const right = column < g.tilesPerRow - 1 && inside(tile + 1)
    const above = inside(tile - g.tilesPerRow)
    const below = inside(tile + g.tilesPerRow)
    // The line runs its own width off the tile, and on through the gap to a tile of the area.
    const x0 = left ? x - g.gap : x - 2 * line
    const x1 = right ? x + width + g.gap : x + width + 2 * line
    const y0 = above ? y - g.gap : y - 2 * line
    const y1 = below ? y + height + g.gap : y + height + 2 * line
    if (!above) canvas.fill(x0, y - 2 * line, x1 - x0, line, palette.frame)
    if (!below) canvas.fill(x0, y + height + line, x1 - x0, line, palette.frame)
    if (!left) canvas.fill(x - 2 * line, y0, line, y1 - y0, palette.frame)
    if (!right) canvas.fill(x + width + line, y0, line, y1 - y0, palette.frame)
  }
}

/** `[` at the first frame of a position and `]` at its last. */
function drawBrackets(canvas: PixelCanvas, scene: MapScene, tried: TriedPosition): void {
  const { geometry: g, palette } = scene
  const { line } = g
  const arm = BRACKET * line
  const high = Math.max(arm, g.cellHeight)
  const start = rectOf(g, tried.startPfn)
  canvas.fill(start.x - line, start.y, line, high, palette.mark)
  canvas.fill(start.x - line, start.y, arm + line, line, palette.mark)
  const end = rectOf(g, tried.endPfn - 1)
  const bottom = end.y + end.height
  const right = end.x + end.width
  canvas.fill(right, bottom - high, line, high, palette.mark)
  canvas.fill(right - arm, bottom - line, arm + line, line, palette.mark)
}

/** Two lines around each tile's part of a position. */
function drawOutline(canvas: PixelCanvas, scene: MapScene, tried: TriedPosition): void {
  const { geometry: g, palette } = scene
  const { line } = g
  const width = g.tileColumns * g.cellWidth
  for (let pfn = tried.startPfn; pfn < tried.endPfn;) {
    const rest = g.blockFrames - ((pfn - g.basePfn) % g.blockFrames)
    const last = Math.min(pfn + rest, tried.endPfn) - 1
    const { x } = tileOrigin(g, Math.floor((pfn - g.basePfn) / g.blockFrames))
    const top = rectOf(g, pfn).y
    const bottom = rectOf(g, last).y + g.cellHeight
    canvas.fill(x - line, top - line, width + 2 * line, 2 * line, palette.mark)
    canvas.fill(x - line, bottom - line, width + 2 * line, 2 * line, palette.mark)
    canvas.fill(x - line, top - line, 2 * line, bottom - top + 2 * line, palette.mark)
    canvas.fill(x + width - line, top - line, 2 * line, bottom - top + 2 * line, palette.mark)
    pfn = last + 1
  }
}
