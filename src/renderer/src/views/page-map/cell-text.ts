/** What stands in the cells once they are large enough to hold it. */
import type { PageMapData } from '../../../../shared/page-map'
import { cellsInSight, tilesInSight } from './cells'
import type { Colouring, Look } from './colouring'
import { tileOrigin, type MapGeometry } from './geometry'
import type { Viewport } from './pixels'

export interface CellText {
  /** Upper left corner of the cell in the part that is seen, device pixels. */
  readonly x: number
  readonly y: number
  readonly lines: readonly string[]
  /** On a light ground the text is dark. */
  readonly isLight: boolean
}

/** CSS pixels of a cell's side from which on it has its PFN, and from which on also what it is. */
const PFN_CELL = 32
const LABEL_CELL = 64

/** Texts of the cells in sight; none while cells are small. */
export function cellTexts(
  map: Pick<PageMapData, 'startPfn'>,
  colouring: Colouring,
  look: Look,
  g: MapGeometry,
  view: Viewport,
  ratio: number,
): CellText[] {
  if (g.perCell > 1 || g.cellHeight < PFN_CELL * ratio) return []
  const withLabel = g.cellHeight >= LABEL_CELL * ratio
  const texts: CellText[] = []
  const { first, end } = tilesInSight(g, view)
  for (let tile = first; tile < end; tile++) {
    const origin = tileOrigin(g, tile)
    const sight = cellsInSight(g, view, tile)
    for (let row = sight.top; row < sight.bottom; row++) {
      for (let column = sight.left; column < sight.right; column++) {
        const pfn = g.basePfn + tile * g.blockFrames + row * g.tileColumns + column
        const value = colouring.cells[pfn - map.startPfn]
        if (value === undefined) continue
        const hex = pfn.toString(16)
        texts.push({
          x: origin.x + column * g.cellWidth - view.x,
          y: origin.y + row * g.cellHeight - view.y,
          lines: withLabel ? [`0x${hex}`, ...wrapped(colouring.names[value] ?? '')] : [hex],
          isLight: isLight(look.colours[value] ?? 0),
        })
      }
    }
  }
  return texts
}

/** Letters that a cell of LABEL_CELL holds in a line. */
const LETTERS = 10

/** A label on two lines at most, broken between words. */
function wrapped(label: string): string[] {
  const lines: string[] = []
  for (const word of label.split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + 1 + word.length <= LETTERS) {
      lines[lines.length - 1] = `${last} ${word}`
    } else lines.push(word)
  }
  return lines
    .slice(0, 2)
    .map((line) => (line.length > LETTERS ? `${line.slice(0, LETTERS - 1)}…` : line))
}

/** Whether dark text has more contrast on an ABGR colour than light text. */
export function isLight(colour: number): boolean {
  const linear = (shift: number): number => {
    const c = ((colour >>> shift) & 255) / 255
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4
  }
  return 0.2126 * linear(0) + 0.7152 * linear(8) + 0.0722 * linear(16) > 0.179
}
