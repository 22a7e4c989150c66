/** The page map as a figure: a cell a frame, a bar beside the rows of CMA, a legend. */
import { PAGE_CLASSES, type PageMapData, type PlacedMap } from '../shared/page-map'
import { countText, pfnText } from '../shared/text'
import { COLOURS, PAGE_COLOURS } from './colours'
import { CHAR_WIDTH, type Figure, type Shape } from './figure'

const MARGIN = 12
const GUTTER = 70
const WIDTH = 1024
const LINE = 16

/** Frames in a row: a power of two, about twice as many as there are rows. */
function framesPerRow(frames: number): number {
  return Math.min(2048, 2 ** Math.ceil(Math.log2(Math.sqrt(2 * Math.max(1, frames)))))
}

export function mapFigure(map: PageMapData, title: string): Figure {
  const perRow = framesPerRow(map.cells.length)
  const size = Math.max(1, Math.floor(WIDTH / perRow))
  const rows = Math.ceil(map.cells.length / perRow)
  const top = MARGIN + 2 * LINE
  const width = Math.max(GUTTER + perRow * size + MARGIN, 640)
  const legend = legendShapes(map, top + rows * size + LINE, width)
  const head = `${countText(map.cells.length)} frames from ${pfnText(map.startPfn)}, ${countText(perRow)} a row`
  return {
    width,
    height: legend.bottom + MARGIN,
    background: COLOURS.surface,
    title,
    shapes: [
      { kind: 'text', x: MARGIN, y: MARGIN + 10, text: title, fill: COLOURS.text },
      { kind: 'text', x: MARGIN, y: MARGIN + 10 + LINE, text: head, fill: COLOURS.muted },
      { kind: 'cells', x: GUTTER, y: top, size, perRow, cells: map.cells, palette: PAGE_COLOURS },
      ...rowLabels(map, perRow, size, rows, top),
      ...areaBars(map, perRow, size, top),
      ...legend.shapes,
    ],
  }
}

/** The map of a run with when it was so. */
export function placedMapFigure(map: PlacedMap, title: string): Figure {
  const when = map.at === null ? 'as the run ended' : 'when the last failed position was tried'
  return mapFigure(map, `${title}: page map ${when}`)
}

function rowLabels(
  map: PageMapData,
  perRow: number,
  size: number,
  rows: number,
  top: number,
): Shape[] {
  const step = Math.max(1, Math.ceil(LINE / size))
  return Array.from({ length: Math.ceil(rows / step) }, (_, i) => ({
    kind: 'text' as const,
    x: GUTTER - 10,
    y: top + i * step * size + 9,
    text: pfnText(map.startPfn + i * step * perRow),
    fill: COLOURS.muted,
    anchor: 'end' as const,
  }))
}

function areaBars(map: PageMapData, perRow: number, size: number, top: number): Shape[] {
  return map.cmaAreas.map(({ startPfn, pages }) => {
    const first = Math.floor((startPfn - map.startPfn) / perRow)
    const last = Math.ceil((startPfn - map.startPfn + pages) / perRow)
    const y = top + first * size
    return {
      kind: 'rect',
      x: GUTTER - 6,
      y,
      width: 3,
      height: (last - first) * size,
      fill: COLOURS.warn,
    }
  })
}

/** The classes that occur with their numbers, then the areas. */
function legendShapes(
  map: PageMapData,
  top: number,
  width: number,
): { shapes: Shape[]; bottom: number } {
  const counts = new Uint32Array(PAGE_CLASSES.length)
  for (const cell of map.cells) counts[cell] = (counts[cell] ?? 0) + 1
  const entries = PAGE_CLASSES.flatMap((name, i) => {
    const count = counts[i] ?? 0
    return count === 0
      ? []
      : [{ label: `${name} ${countText(count)}`, fill: PAGE_COLOURS[i] ?? '' }]
  })
  const areas = map.cmaAreas.map(({ name, startPfn, pages }) => {
    const range = `${pfnText(startPfn)}-${pfnText(startPfn + pages)}`
    return { label: `CMA area ${name} ${range}`, fill: COLOURS.warn }
  })
  const shapes: Shape[] = []
  let x = GUTTER
  let y = top
  for (const { label, fill } of [...entries, ...areas]) {
    const needs = 16 + label.length * CHAR_WIDTH + 14
    if (x > GUTTER && x + needs > width - MARGIN) {
      x = GUTTER
      y += LINE
    }
    shapes.push({ kind: 'rect', x, y, width: 10, height: 10, fill })
    shapes.push({ kind: 'frame', x, y, width: 10, height: 10, stroke: COLOURS.muted })
    shapes.push({ kind: 'text', x: x + 16, y: y + 9, text: label, fill: COLOURS.text })
    x += needs
  }
  return { shapes, bottom: y + LINE }
}
