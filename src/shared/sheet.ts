/** Tables that the engine fills and every view draws alike: what is a link is told by the column. */

/** What the cells of a column are; numbers of the linking kinds lead somewhere. */
export type CellKind =
  | 'text'
  /** A count, written with thousands separators. */
  | 'count'
  | 'pfn'
  | 'event'
  | 'actor'
  | 'ns'
  | 'hex'
  | 'errno'
  | 'address'

export interface SheetColumn {
  readonly name: string
  readonly kind: CellKind
}

export type Cell = string | number | null

export interface Sheet {
  readonly title: string
  readonly columns: readonly SheetColumn[]
  readonly rows: readonly (readonly Cell[])[]
  /** Said below the table: what was left out, what a number means. Empty without. */
  readonly note: string
}

/** A run of frames drawn as a strip, one value each: 0 free, 1 used, 2 would block. */
export interface BitmapStrip {
  readonly title: string
  readonly startPfn: number
  /** Frames per value. */
  readonly framesPerBit: number
  readonly bits: Uint8Array<ArrayBuffer>
}

/** Tabs of the inspector besides the page. */
export const ASPECTS = [
  'freelists',
  'pcp',
  'lru',
  'zone',
  'cma',
  'processes',
  'vb2',
  'costs',
] as const
export type Aspect = (typeof ASPECTS)[number]

export interface AspectData {
  readonly aspect: Aspect
  readonly sheets: readonly Sheet[]
  readonly strips: readonly BitmapStrip[]
}
