/**
 * The one cursor. It stands in one of the two runs; in the other it stands at the same cause, or where
 * that run has none, at the same time. Null is the end of a run, where a new run begins to be looked at.
 */
import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import type { Place, PlaceAt } from '../../../shared/place'
import { usePinscope } from '../wire/pinscope'
import { useComparisonStore } from './comparison'
import { SIDES, type SideName } from './side'

type EventMoment = Pick<PlaceAt, 'event' | 'timeNs'>
type Places = Readonly<Record<SideName, PlaceAt | null>>

export const useCursorStore = defineStore('cursor', () => {
  const pinscope = usePinscope()
  const comparison = useComparisonStore()
  /** The run that the cursor is moved in. */
  const side = ref<SideName>('a')
  const at = shallowRef<Places>({ a: null, b: null })
  const here = computed(() => at.value[side.value])
  /** The move whose answer is awaited; null while the cursor stands. */
  const move = shallowRef<Promise<void> | null>(null)
  const moving = computed(() => move.value !== null)
  let question = 0

  const run = (name: SideName): number | null => comparison[name].shown?.summary.run ?? null

  for (const name of SIDES) {
    // A cursor belongs to a run; a new run is looked at from its end.
    watch(
      () => run(name),
      () => (at.value = { ...at.value, [name]: null }),
      { flush: 'sync' },
    )
  }

  /** Stands at a place whose time is known; the other run follows. */
  async function stand(name: SideName, place: PlaceAt | null): Promise<void> {
    const asked = ++question
    side.value = name
    at.value = { ...at.value, [name]: place }
    const other = name === 'a' ? 'b' : 'a'
    const [from, to] = [run(name), run(other)]
    if (place === null || from === null || to === null) {
      if (place === null) at.value = { a: null, b: null }
      return
    }
    const found = await pinscope.align(from, to, place.event)
    const there = found.ok && found.value !== null ? found.value : await placeAt(to, place.timeNs)
    if (asked === question && run(other) === to) at.value = { ...at.value, [other]: there }
  }

  /** Stands at an event of each run, whatever is aligned with it. */
  function standInBoth(a: EventMoment, b: EventMoment): void {
    question++
    const placeOf = ({ event, timeNs }: EventMoment): PlaceAt => ({ event, step: 0, timeNs })
    at.value = { a: placeOf(a), b: placeOf(b) }
  }

  /** Stands where a session stood. */
  function restore(name: SideName, places: Places): void {
    question++
    side.value = name
    at.value = places
  }

  /** What moves the cursor, as soon as it is known where to. */
  async function moveBy(work: () => Promise<void>): Promise<void> {
    const own = work()
    move.value = own
    try {
      await own
    } finally {
      if (move.value === own) move.value = null
    }
  }

  /** Done when the cursor stands: what is asked for on its way is meant for where it goes. */
  async function settled(): Promise<void> {
    while (move.value !== null) await move.value
  }

  async function placeAt(id: number, timeNs: number): Promise<PlaceAt | null> {
    const found = await pinscope.eventAt(id, timeNs)
    return found.ok ? found.value : null
  }

  /** To the last event at or before a time, ns. */
  async function goToTime(name: SideName, timeNs: number): Promise<void> {
    const id = run(name)
    if (id === null) return
    const asked = ++question
    await moveBy(async () => {
      const place = await placeAt(id, Math.max(0, timeNs))
      if (asked === question && place !== null && run(name) === id) await stand(name, place)
    })
  }

  /** To an event, or a step behind it. */
  async function goTo(name: SideName, place: Place): Promise<void> {
    const id = run(name)
    if (id === null) return
    const asked = ++question
    await moveBy(async () => {
      const answer = await pinscope.events(id, '', place.event, 1)
      const row = answer.ok ? answer.value.lines[0] : undefined
      if (asked !== question || run(name) !== id) return
      await stand(name, row === undefined ? null : { ...place, timeNs: row.timeNs })
    })
  }

  async function goToEvent(name: SideName, event: number): Promise<void> {
    await goTo(name, { event, step: 0 })
  }

  /** To the next or previous event of a task, of anybody without one. */
  async function step(by: 1 | -1, task: number | null = null): Promise<void> {
    const id = run(side.value)
    const summary = comparison[side.value].shown?.summary
    if (id === null || summary === undefined) return
    const asked = ++question
    const from = here.value?.event ?? summary.events
    await moveBy(async () => {
      const answer = await pinscope.neighbour(id, from, by, task)
      if (asked !== question || !answer.ok || answer.value === null) return
      await stand(side.value, answer.value)
    })
  }

  /** The run that is looked at; the cursors stay. */
  function choose(name: SideName): void {
    side.value = name
  }

  return {
    ...{ side, at, here, moving, moveBy, settled, choose, restore },
    ...{ stand, standInBoth, goTo, goToEvent, goToTime, step },
  }
})
