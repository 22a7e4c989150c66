/**
 * Paints the visible part of the page map into a pixel buffer: one Uint32 (ABGR, as canvas ImageData
 * lies in memory on little-endian machines) per device pixel.
 */
import { PAGE_CLASSES, type PageMapData, type TriedPosition } from '../../../../shared/contract'
import { rectOf, tileCount, tileOrigin, type MapGeometry } from './geometry'
import { strongest } from './page-map-model'

export interface MapPalette {
  readonly background: number
  /** One colour per PAGE_CLASSES entry. */
  readonly classes: Uint32Array
  readonly frame: number
  readonly mark: number
}

export interface MapScene {
  readonly map: PageMapData
  readonly geometry: MapGeometry
  readonly palette: MapPalette
  /** Values of PAGE_CLASSES to bring forward; empty = all. */
  readonly filter: ReadonlySet<number>
  readonly positions: readonly TriedPosition[]
  readonly shownPosition: TriedPosition | null
}

/** The part of the map the buffer shows. */
export interface Viewport {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** From this cell size on, a pinned page has a corner mark besides its colour. */
export const MARK_CELL = 6
/** From this cell size on, ISOLATE is hatched. */
const HATCH_CELL = 4
/** How much of a filtered colour is left, of 256. */
const DIMMED = 56
const BRACKET = 6

const PINNED = new Set([PAGE_CLASSES.indexOf('pinned-short'), PAGE_CLASSES.indexOf('pinned-long')])
const ISOLATE = PAGE_CLASSES.indexOf('free-isolate')

export function drawMap(pixels: Uint32Array, view: Viewport, scene: MapScene): void {
  const canvas = new PixelCanvas(pixels, view)
  pixels.fill(scene.palette.background)
  const colours = shownColours(scene.palette, scene.filter)
  const g = scene.geometry
  const tileHeight = g.tileRows * g.cellHeight + g.gap
  const firstRow = Math.max(0, Math.floor((view.y - g.gap) / tileHeight))
  const lastRow = Math.floor((view.y + view.height) / tileHeight)
  const first = firstRow * g.tilesPerRow
  const last = Math.min(tileCount(g), (lastRow + 1) * g.tilesPerRow)
  for (let tile = first; tile < last; tile++) drawTile(canvas, scene, colours, tile)
  for (const area of scene.map.cmaAreas) drawFrame(canvas, scene, area.startPfn, area.pages)
  for (const tried of scene.positions) drawBrackets(canvas, scene, tried)
  if (scene.shownPosition !== null) drawOutline(canvas, scene, scene.shownPosition)
}

/** Colours per class after the filter: what is not asked for fades into the background. */
export function shownColours(palette: MapPalette, filter: ReadonlySet<number>): Uint32Array {
  if (filter.size === 0) return palette.classes
  return palette.classes.map((colour, value) =>
    filter.has(value) ? colour : mix(colour, palette.background, DIMMED),
  )
}

/** `share` of 256 parts of `colour`, the rest of `ground`; alpha stays opaque. */
function mix(colour: number, ground: number, share: number): number {
  let out = 0xff000000
  for (let shift = 0; shift < 24; shift += 8) {
    const part = ((colour >>> shift) & 255) * share + ((ground >>> shift) & 255) * (256 - share)
    out |= (part >> 8) << shift
  }
  return out >>> 0
}

function drawTile(canvas: PixelCanvas, scene: MapScene, colours: Uint32Array, tile: number): void {
  const { geometry: g, map, palette } = scene
  const origin = tileOrigin(g, tile)
  const firstFrame = g.basePfn + tile * g.blockFrames - map.startPfn
  const cells = g.blockFrames / g.perCell
  const marks = g.cellWidth >= MARK_CELL && g.cellHeight >= MARK_CELL
  const inset = marks ? 1 : 0
  const mark = 2 * g.line
  for (let cell = 0; cell < cells; cell++) {
    const index = firstFrame + cell * g.perCell
    if (index < 0 || index >= map.cells.length) continue
    const value = strongest(map.cells, index, g.perCell)
    const x = origin.x + (cell % g.tileColumns) * g.cellWidth
    const y = origin.y + Math.floor(cell / g.tileColumns) * g.cellHeight
    const colour = colours[value] as number
    canvas.fill(x, y, g.cellWidth - inset, g.cellHeight - inset, colour)
    if (value === ISOLATE && g.cellHeight >= HATCH_CELL) {
      canvas.hatch(x, y, g.cellWidth - inset, g.cellHeight - inset, palette.background)
    }
    if (marks && PINNED.has(value)) {
      canvas.fill(x + g.cellWidth - inset - mark, y, mark, mark, palette.mark)
    }
  }
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

/** Rectangles in map coordinates, clipped to the viewport. */
class PixelCanvas {
  readonly #pixels: Uint32Array
  readonly #view: Viewport

  constructor(pixels: Uint32Array, view: Viewport) {
    this.#pixels = pixels
    this.#view = view
  }

  fill(x: number, y: number, width: number, height: number, colour: number): void {
    const view = this.#view
    const left = Math.max(0, x - view.x)
    const right = Math.min(view.width, x - view.x + width)
    const bottom = Math.min(view.height, y - view.y + height)
    if (right <= left) return
    for (let row = Math.max(0, y - view.y); row < bottom; row++) {
      const at = row * view.width
      this.#pixels.fill(colour, at + left, at + right)
    }
  }

  hatch(x: number, y: number, width: number, height: number, colour: number): void {
    for (let i = 0; i < height; i++) {
      for (let j = (i + y) % 4; j < width; j += 4) this.fill(x + j, y + i, 1, 1, colour)
    }
  }
}
