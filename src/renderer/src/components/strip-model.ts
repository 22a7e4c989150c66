/** How a bitmap is laid out in rows, and which bits of it are drawn where. */
import type { BitmapStrip } from '../../../shared/sheet'
import { countText, pfnText } from '../../../shared/text'

export const BIT_STATES = ['free', 'used', 'would block'] as const

export interface StripLayout {
  /** A power of two, so that a row begins at an aligned frame. */
  readonly perRow: number
  /** Side of a bit, px. */
  readonly cell: number
  readonly rows: number
}

const MOST_HEIGHT = 264
const LEAST_CELL = 2
const MOST_CELL = 10

/** The shortest rows whose bits still fit the height; the smallest bits where none do. */
export function stripLayout(bits: number, width: number): StripLayout {
  let best: StripLayout | null = null
  for (let perRow = 16; perRow * LEAST_CELL <= Math.max(width, 32); perRow *= 2) {
    const cell = Math.min(MOST_CELL, Math.floor(width / perRow))
    const rows = Math.ceil(bits / perRow)
    best = { perRow, cell: Math.max(LEAST_CELL, cell), rows }
    if (rows * best.cell <= MOST_HEIGHT) break
  }
  return best ?? { perRow: 16, cell: LEAST_CELL, rows: Math.ceil(bits / 16) }
}

/** A path for each state: bits next to each other in a row are one rectangle. */
export function stripPaths(bits: Uint8Array, { perRow, cell }: StripLayout): string[] {
  const paths = BIT_STATES.map(() => '')
  const gap = cell > 4 ? 1 : 0
  for (let from = 0; from < bits.length;) {
    const state = bits[from] ?? 0
    const rowEnd = Math.min(bits.length, from - (from % perRow) + perRow)
    let to = from + 1
    while (to < rowEnd && bits[to] === state) to++
    const [x, y] = [(from % perRow) * cell, Math.floor(from / perRow) * cell]
    const [width, height] = [(to - from) * cell - gap, cell - gap]
    paths[state] = `${paths[state] ?? ''}M${x} ${y}h${width}v${height}h${-width}z`
    from = to
  }
  return paths
}

/** The bit under a point, or null beside them. */
export function bitAt(
  { perRow, cell }: StripLayout,
  bits: number,
  x: number,
  y: number,
): number | null {
  const column = Math.floor(x / cell)
  if (column < 0 || column >= perRow || y < 0) return null
  const bit = Math.floor(y / cell) * perRow + column
  return bit < bits ? bit : null
}

export function bitOf({ startPfn, framesPerBit, bits }: BitmapStrip, pfn: number): number | null {
  const bit = Math.floor((pfn - startPfn) / framesPerBit)
  return bit >= 0 && bit < bits.length ? bit : null
}

export function pfnOf({ startPfn, framesPerBit }: BitmapStrip, bit: number): number {
  return startPfn + bit * framesPerBit
}

/** `0x67103: would block`; for a bit of several frames the first one, and of how many. */
export function bitText(strip: BitmapStrip, bit: number): string {
  const state = BIT_STATES[strip.bits[bit] ?? 0] ?? ''
  const more = strip.framesPerBit > 1 ? ` and ${countText(strip.framesPerBit - 1)} more` : ''
  return `${pfnText(pfnOf(strip, bit))}${more}: ${state}`
}

/** Bits in each state. */
export function stateCounts({ bits }: BitmapStrip): number[] {
  const counts = BIT_STATES.map(() => 0)
  for (const state of bits) counts[state] = (counts[state] ?? 0) + 1
  return counts
}

/** Where a key leads from a bit; null for keys that lead nowhere. */
export function bitByKey(
  key: string,
  bit: number,
  { perRow }: StripLayout,
  bits: number,
): number | null {
  const to = {
    ArrowLeft: bit - 1,
    ArrowRight: bit + 1,
    ArrowUp: bit - perRow,
    ArrowDown: bit + perRow,
    Home: 0,
    End: bits - 1,
  }[key]
  return to === undefined ? null : Math.min(bits - 1, Math.max(0, to))
}
