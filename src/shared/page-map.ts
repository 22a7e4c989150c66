/** The map: a value per frame of the machine, at a place of a run. Plain data. */
import type { Place } from './place'

/** Class of a page frame for the map; the numbers are the values in `PageMapData.cells`. */
export const PAGE_CLASSES = [
  'absent',
  'free-unmovable',
  'free-reclaimable',
  'free-movable',
  'free-reserve',
  'free-cma',
  'free-isolate',
  'pcp',
  'anon',
  'file',
  'kernel',
  'page-table',
  'reserved',
  'cma-buffer',
  'pinned-short',
  'pinned-long',
] as const
export type PageClass = (typeof PAGE_CLASSES)[number]

export interface PageMapData {
  readonly startPfn: number
  /** One index into PAGE_CLASSES per frame, ascending from startPfn. */
  readonly cells: Uint8Array<ArrayBuffer>
  readonly pageblockOrder: number
  /** Migratetype per pageblock (0 UNMOVABLE .. 5 ISOLATE). */
  readonly blocks: Uint8Array<ArrayBuffer>
  readonly zones: readonly {
    readonly name: string
    readonly startPfn: number
    readonly pages: number
  }[]
  readonly cmaAreas: readonly {
    readonly name: string
    readonly startPfn: number
    readonly pages: number
  }[]
}

/** How the map is coloured. */
export const MAP_MODES = ['state', 'migratetype', 'owner', 'pin', 'age', 'would-block'] as const
export type MapMode = (typeof MAP_MODES)[number]

/** A colouring of the map besides the state: a value per frame, and what the values mean. */
export interface MapLayer {
  readonly mode: Exclude<MapMode, 'state'>
  readonly cells: Uint8Array<ArrayBuffer>
  /** By value; value 0 is what the mode says nothing about. */
  readonly legend: readonly { readonly label: string; readonly frames: number }[]
}

/** The map at a place of a run. */
export interface PlacedMap extends PageMapData {
  /** Null: as the run ended. */
  readonly at: Place | null
  readonly layer: MapLayer | null
}
