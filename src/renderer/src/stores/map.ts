/** How both page maps are looked at: one mode, one zoom, one place and one filter, so that they stay comparable. */
import { defineStore } from 'pinia'
import { computed, ref, shallowReactive, shallowRef, watch } from 'vue'
import type { MapMode } from '../../../shared/page-map'
import { layerOf, withOwners, type OwnerSlots, type ShownMap } from '../views/page-map/colouring'
import type { HighlightName } from '../views/page-map/highlights'
import { useComparisonStore } from './comparison'
import { SIDES, type SideName } from './side'

/** CSS pixels of a cell's side; `fit` shows the whole map. */
const CELL_SIZES = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64] as const
export type Zoom = 'fit' | (typeof CELL_SIZES)[number]

/** Room for a map, in device pixels. */
export interface Room {
  readonly width: number
  readonly height: number
  readonly ratio: number
}

/** A frame that stays where it is in its view while the zoom changes. */
export interface Anchor {
  readonly pfn: number
  /** From the upper left corner of the view, CSS pixels. */
  readonly x: number
  readonly y: number
}

export const useMapStore = defineStore('map', () => {
  const comparison = useComparisonStore()
  const mode = ref<MapMode>('state')
  const zoom = ref<Zoom>('fit')
  /** CSS pixels of a cell when the whole map is shown; less than 1 where cells hold several frames. */
  const fitCell = ref<number>(1)
  /** Keys of the legend that are brought forward, by mode. */
  const filters = shallowReactive(new Map<MapMode, ReadonlySet<string>>())
  const owners = shallowRef<OwnerSlots>(new Map())
  const hidden = shallowRef<ReadonlySet<HighlightName | 'positions'>>(new Set())
  /** The map as tables of pageblocks and frames. */
  const asTable = ref<boolean>(false)
  const place = usePlace()
  const canZoomIn = computed(() => zoom.value !== CELL_SIZES.at(-1))
  const canZoomOut = computed(() => zoom.value !== 'fit')

  /** Another scenario has other owners. */
  watch(
    () => comparison.scenarioId,
    () => {
      owners.value = new Map()
      filters.clear()
    },
  )

  /** To the next cell size that is larger or smaller; what would be smaller than the whole map is the whole map. */
  function zoomBy(steps: number): void {
    const now = zoom.value === 'fit' ? fitCell.value : zoom.value
    if (steps > 0) {
      const larger = CELL_SIZES.filter((size) => size > now)
      zoom.value = larger[Math.min(steps, larger.length) - 1] ?? zoom.value
    } else if (zoom.value !== 'fit') {
      const smaller = CELL_SIZES.filter((size) => size < now && size > fitCell.value)
      zoom.value = smaller.at(steps) ?? 'fit'
    }
  }

  /** The cell size of a session; null, and what is none, is the whole map. */
  function setCell(pixels: number | null): void {
    zoom.value = CELL_SIZES.find((size) => size === pixels) ?? 'fit'
  }

  /** Brings what has a key forward, or lets it back among the others. */
  function toggle(key: string): void {
    const next = new Set(filters.get(mode.value))
    if (!next.delete(key)) next.add(key)
    filters.set(mode.value, next)
  }

  function toggleMarks(name: HighlightName | 'positions'): void {
    const next = new Set(hidden.value)
    if (!next.delete(name)) next.add(name)
    hidden.value = next
  }

  /** Owners that a map shows get their colours. */
  function meet(map: ShownMap): void {
    owners.value = withOwners(owners.value, layerOf(map))
  }

  return {
    mode,
    zoom,
    fitCell,
    filters,
    owners,
    hidden,
    asTable,
    ...place,
    canZoomIn,
    canZoomOut,
    zoomBy,
    setCell,
    toggle,
    toggleMarks,
    meet,
  }
})

/** Which part of the map is looked at: the same in both views, as their rooms are taken to be the same. */
function usePlace() {
  const rooms = shallowReactive<Record<SideName, Room | null>>({ a: null, b: null })
  /** How far the maps are scrolled, CSS pixels. */
  const scroll = shallowRef<{ readonly x: number; readonly y: number }>({ x: 0, y: 0 })
  const anchor = shallowRef<Anchor | null>(null)

  /** What both maps have room for: with one geometry, what stands side by side is the same frame. */
  const room = computed<Room>(() => {
    const all = SIDES.map((side) => rooms[side]).filter((r) => r !== null)
    if (all.length === 0) return { width: 0, height: 0, ratio: 1 }
    return {
      width: Math.min(...all.map((r) => r.width)),
      height: Math.min(...all.map((r) => r.height)),
      ratio: Math.max(...all.map((r) => r.ratio)),
    }
  })
  return { rooms, room, scroll, anchor }
}
