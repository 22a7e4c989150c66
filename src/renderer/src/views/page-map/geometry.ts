/**
 * Where each page frame lies on the map. A pageblock is a tile; tiles follow each other in rows, and
 * frames follow each other in rows inside a tile. All lengths are device pixels.
 *
 *   pfn 0 1 2 3 | 8 9 a b
 *       4 5 6 7 | c d e f      tiles of 4 x 2 cells
 */
export interface MapGeometry {
  /** First frame of the first tile: the map's first PFN rounded down to a pageblock. */
  readonly basePfn: number
  readonly startPfn: number
  /** Exclusive. */
  readonly endPfn: number
  readonly blockFrames: number
  /** Frames that share a cell; 1 unless the map must be shrunk to fit. */
  readonly perCell: number
  /** Cells of a tile. */
  readonly tileColumns: number
  readonly tileRows: number
  readonly cellWidth: number
  readonly cellHeight: number
  readonly gap: number
  /** Thickness of the lines in the gap. */
  readonly line: number
  readonly tilesPerRow: number
  readonly width: number
  readonly height: number
}

export interface Rect {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

export interface Frames {
  readonly startPfn: number
  readonly frames: number
  readonly pageblockOrder: number
}

export function isSameMachine(a: Frames, b: Frames): boolean {
  return a.startPfn === b.startPfn && a.frames === b.frames && a.pageblockOrder === b.pageblockOrder
}

/** CSS pixels between tiles, for the CMA frame and the brackets of positions; 2 still holds both. */
const GAPS = [4, 2]
const GAP = 4
/** Wider cells than high are allowed when squares would waste the room. */
const ASPECTS = [1, 2, 3]
const NON_SQUARE_COST = 0.75
/** Of a map that fits; a chosen zoom goes further. */
const LARGEST_CELL = 16

/**
 * The largest cells with which the whole map fits; cells hold several frames if it must be. `scale`
 * is the number of device pixels a line of one CSS pixel takes.
 */
export function fitGeometry(frames: Frames, width: number, height: number, scale = 1): MapGeometry {
  const blockFrames = 2 ** frames.pageblockOrder
  for (let perCell = 1; perCell <= blockFrames; perCell *= 2) {
    for (const gap of GAPS) {
      const best = largestCells(frames, { perCell, gap: gap * scale, width }, height)
      if (best !== null) return best
    }
  }
  return fixedGeometry(frames, 1, width, scale)
}

function largestCells(frames: Frames, row: RowSize, height: number): MapGeometry | null {
  let best: MapGeometry | null = null
  for (const size of tileSizes(2 ** frames.pageblockOrder / row.perCell)) {
    const g = layOut(frames, { ...row, ...size })
    if (g === null || g.height > height) continue
    if (best === null || scoreOf(g) > scoreOf(best)) best = g
  }
  return best
}

/** Area of a cell, less for cells and tiles that are not square. */
function scoreOf(g: MapGeometry): number {
  const square = g.cellWidth === g.cellHeight ? 1 : NON_SQUARE_COST
  const lopsided = Math.abs(Math.log2(g.tileColumns / g.tileRows)) / 100
  return g.cellWidth * g.cellHeight * square * (1 - lopsided)
}

/** Square cells of a chosen size; the map is as high as it must be, and scrolls. */
export function fixedGeometry(frames: Frames, cell: number, width: number, scale = 1): MapGeometry {
  const tileColumns = 2 ** Math.ceil(frames.pageblockOrder / 2)
  const size = { perCell: 1, tileColumns, cellWidth: cell, cellHeight: cell, gap: GAP * scale }
  const narrowest = tileColumns * cell + 2 * size.gap
  const g = layOut(frames, { ...size, width: Math.max(width, narrowest) })
  if (g === null) throw new Error('a map at least one tile wide always holds a tile')
  return g
}

interface TileSize {
  readonly tileColumns: number
  readonly cellWidth: number
  readonly cellHeight: number
}

/** Every way to lay `cells` cells into a tile that is worth a try. */
function tileSizes(cells: number): TileSize[] {
  const sizes: TileSize[] = []
  for (let tileColumns = 1; tileColumns <= cells; tileColumns *= 2) {
    for (let cellHeight = 1; cellHeight <= LARGEST_CELL; cellHeight++) {
      for (const aspect of ASPECTS) {
        sizes.push({ tileColumns, cellWidth: cellHeight * aspect, cellHeight })
      }
    }
  }
  return sizes
}

interface RowSize {
  readonly perCell: number
  readonly gap: number
  readonly width: number
}

function layOut(
  { startPfn, frames, pageblockOrder }: Frames,
  size: TileSize & RowSize,
): MapGeometry | null {
  const blockFrames = 2 ** pageblockOrder
  const basePfn = startPfn - (startPfn % blockFrames)
  const tiles = Math.max(1, Math.ceil((startPfn + frames - basePfn) / blockFrames))
  const tileRows = blockFrames / size.perCell / size.tileColumns
  const tileWidth = size.tileColumns * size.cellWidth + size.gap
  const tileHeight = tileRows * size.cellHeight + size.gap
  const fitting = Math.floor((size.width - size.gap) / tileWidth)
  if (fitting < 1) return null
  const rows = Math.ceil(tiles / Math.min(fitting, tiles))
  const tilesPerRow = evenRows(tiles, fitting)
  return {
    basePfn,
    startPfn,
    endPfn: startPfn + frames,
    blockFrames,
    perCell: size.perCell,
    tileColumns: size.tileColumns,
    tileRows,
    cellWidth: size.cellWidth,
    cellHeight: size.cellHeight,
    gap: size.gap,
    line: Math.max(1, Math.floor(size.gap / GAP)),
    tilesPerRow,
    width: tilesPerRow * tileWidth + size.gap,
    height: Math.max(rows, Math.ceil(tiles / tilesPerRow)) * tileHeight + size.gap,
  }
}

/** A power of two or a multiple of four when that needs no further row: round PFNs start a row. */
function evenRows(tiles: number, fitting: number): number {
  const most = Math.min(fitting, tiles)
  const rows = Math.ceil(tiles / most)
  const power = 2 ** Math.floor(Math.log2(most))
  if (Math.ceil(tiles / power) === rows) return power
  const four = most - (most % 4)
  return four > 0 && Math.ceil(tiles / four) === rows ? four : most
}

/** Upper left corner of a tile. */
export function tileOrigin(g: MapGeometry, tile: number): { x: number; y: number } {
  const column = tile % g.tilesPerRow
  const row = Math.floor(tile / g.tilesPerRow)
  return {
    x: g.gap + column * (g.tileColumns * g.cellWidth + g.gap),
    y: g.gap + row * (g.tileRows * g.cellHeight + g.gap),
  }
}

export function tileCount(g: MapGeometry): number {
  return Math.ceil((g.endPfn - g.basePfn) / g.blockFrames)
}

/** The cell of a frame. */
export function rectOf(g: MapGeometry, pfn: number): Rect {
  const index = pfn - g.basePfn
  const { x, y } = tileOrigin(g, Math.floor(index / g.blockFrames))
  const cell = Math.floor((index % g.blockFrames) / g.perCell)
  return {
    x: x + (cell % g.tileColumns) * g.cellWidth,
    y: y + Math.floor(cell / g.tileColumns) * g.cellHeight,
    width: g.cellWidth,
    height: g.cellHeight,
  }
}

/** The first frame of the cell at a point, or null between tiles and outside. */
export function pfnAt(g: MapGeometry, x: number, y: number): number | null {
  const pitchX = g.tileColumns * g.cellWidth + g.gap
  const pitchY = g.tileRows * g.cellHeight + g.gap
  const column = Math.floor((x - g.gap) / pitchX)
  const row = Math.floor((y - g.gap) / pitchY)
  if (column < 0 || column >= g.tilesPerRow || row < 0) return null
  const cellColumn = Math.floor((x - g.gap - column * pitchX) / g.cellWidth)
  const cellRow = Math.floor((y - g.gap - row * pitchY) / g.cellHeight)
  if (cellColumn >= g.tileColumns || cellRow >= g.tileRows) return null
  const cell = cellRow * g.tileColumns + cellColumn
  const tile = row * g.tilesPerRow + column
  const pfn = g.basePfn + tile * g.blockFrames + cell * g.perCell
  return pfn >= g.startPfn && pfn < g.endPfn ? pfn : null
}

export type MapKey =
  'ArrowLeft' | 'ArrowRight' | 'ArrowUp' | 'ArrowDown' | 'PageUp' | 'PageDown' | 'Home' | 'End'

const MAP_KEYS: readonly string[] = [
  'ArrowLeft',
  'ArrowRight',
  'ArrowUp',
  'ArrowDown',
  'PageUp',
  'PageDown',
  'Home',
  'End',
] satisfies MapKey[]

export function isMapKey(key: string): key is MapKey {
  return MAP_KEYS.includes(key)
}

/**
 * The frame a key leads to: left and right follow the PFN, up and down the picture, PageUp and
 * PageDown go by pageblock, Home and End to the ends of memory.
 */
export function pfnAfterKey(g: MapGeometry, pfn: number, key: MapKey): number {
  switch (key) {
    case 'ArrowLeft':
      return clamp(g, pfn - g.perCell)
    case 'ArrowRight':
      return clamp(g, pfn + g.perCell)
    case 'ArrowUp':
      return oneRow(g, pfn, -1)
    case 'ArrowDown':
      return oneRow(g, pfn, 1)
    case 'PageUp':
      return clamp(g, pfn - g.blockFrames)
    case 'PageDown':
      return clamp(g, pfn + g.blockFrames)
    case 'Home':
      return g.startPfn
    case 'End':
      return g.endPfn - 1
  }
}

/** Over the edge of a tile the row continues in the tile above or below it. */
function oneRow(g: MapGeometry, pfn: number, step: 1 | -1): number {
  const { x, y, height } = rectOf(g, pfn)
  const within = (pfn - g.basePfn) % g.perCell
  const inside = pfnAt(g, x, step < 0 ? y - 1 : y + height)
  const beyond = inside ?? pfnAt(g, x, step < 0 ? y - 1 - g.gap : y + height + g.gap)
  return beyond === null ? pfn : clamp(g, beyond + within)
}

function clamp(g: MapGeometry, pfn: number): number {
  return Math.min(g.endPfn - 1, Math.max(g.startPfn, pfn))
}
