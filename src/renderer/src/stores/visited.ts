/** The places the cursor was at, as a browser has its pages: back, and forward again. */
import { defineStore } from 'pinia'
import { computed, shallowRef, watch } from 'vue'
import type { PlaceAt } from '../../../shared/place'
import { useComparisonStore } from './comparison'
import { useCursorStore } from './cursor'
import { isSamePlace } from './debug-side'
import { SIDES, type SideName } from './side'

export interface VisitedPlace {
  readonly side: SideName
  /** Null: the end of the run. */
  readonly at: PlaceAt | null
}

export interface Visited {
  readonly places: readonly VisitedPlace[]
  readonly now: number
}

/** Places that follow each other within so many ms are one move, such as a drag: the last one counts. */
const ONE_MOVE_MS = 400
const MOST = 500

/** A place more; what was ahead is forgotten. `instead`: in the place of the one before it. */
export function withPlace(v: Visited, place: VisitedPlace, instead: boolean): Visited {
  const last = v.places[v.now]
  if (last?.side === place.side && isSamePlace(last.at, place.at)) return v
  const before = v.places.slice(0, instead ? v.now : v.now + 1)
  const places = [...before, place].slice(-MOST)
  return { places, now: places.length - 1 }
}

/** Without the places of a run that is gone. */
export function withoutSide(v: Visited, side: SideName): Visited {
  const kept = v.places.filter((place) => place.side !== side)
  const before = v.places.slice(0, v.now + 1).filter((place) => place.side !== side)
  return { places: kept, now: Math.max(0, before.length - 1) }
}

export const useVisitedStore = defineStore('visited', () => {
  const comparison = useComparisonStore()
  const cursor = useCursorStore()
  const visited = shallowRef<Visited>({ places: [], now: 0 })
  let lastMove = -Infinity
  /** Where back or forward goes: no new place. */
  const going: { to: VisitedPlace | null } = { to: null }

  watch(
    () => ({ side: cursor.side, at: cursor.at[cursor.side] }),
    ({ side, at }, before) => {
      if (comparison[side].shown === null) return
      if (going.to?.side === side && isSamePlace(going.to.at, at)) {
        going.to = null
        return
      }
      const now = performance.now()
      // The first move leaves the place where it began.
      if (visited.value.places.length === 0) {
        visited.value = withPlace(visited.value, before, false)
        lastMove = -Infinity
      }
      visited.value = withPlace(visited.value, { side, at }, now - lastMove < ONE_MOVE_MS)
      lastMove = now
    },
    { flush: 'sync' },
  )

  for (const side of SIDES) {
    watch(
      () => comparison[side].shown?.summary,
      () => (visited.value = withoutSide(visited.value, side)),
      { flush: 'sync' },
    )
  }

  const canGoBack = computed(() => visited.value.now > 0)
  const canGoForward = computed(() => visited.value.now < visited.value.places.length - 1)

  async function go(by: 1 | -1): Promise<void> {
    const now = visited.value.now + by
    const place = visited.value.places[now]
    if (place === undefined) return
    visited.value = { ...visited.value, now }
    lastMove = -Infinity
    going.to = place
    await cursor.stand(place.side, place.at)
    going.to = null
  }

  return { visited, canGoBack, canGoForward, go }
})
