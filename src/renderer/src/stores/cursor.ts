/**
 * The one cursor. It stands in one of the two runs; in the other it stands at the same cause, or where
 * that run has none, at the same time. Null is the end of a run, where a new run begins to be looked at.
 */
import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import type { Place, PlaceAt } from '../../../shared/place'
import { usePinscope } from '../wire/pinscope'
import { useComparisonStore } from './comparison'
import { Moves } from './moves'
import { foreignOf, otherOf, SIDES, type SideName } from './side'

type EventMoment = Pick<PlaceAt, 'event' | 'timeNs'>
type Places = Readonly<Record<SideName, PlaceAt | null>>

export const useCursorStore = defineStore('cursor', () => {
  const pinscope = usePinscope()
  const comparison = useComparisonStore()
  /** The run that the cursor is moved in. */
  const side = ref<SideName>('a')
  const at = shallowRef<Places>({ a: null, b: null })
  const here = computed(() => at.value[side.value])
  const moves = new Moves()
  let question = 0
  let wishes = 0

  const run = (name: SideName): number | null => comparison[name].shown?.summary.run ?? null

  for (const name of SIDES) {
    // A cursor belongs to a run; a new run is looked at from its end, unless one stands in the other.
    watch(
      () => run(name),
      () => {
        at.value = { ...at.value, [name]: null }
        void follow(name)
      },
      { flush: 'sync' },
    )
  }

  /** Another place is wished for: what was on its way to one, or waits to go on from there, is given up. */
  function wish(): number {
    wishes++
    return ++question
  }

  async function placeAt(id: number, timeNs: number): Promise<PlaceAt | null> {
    const found = await pinscope.eventAt(id, timeNs)
    return found.ok ? found.value : null
  }

  /** The place in another run that has the cause of a place, or its time. */
  async function counterpart(from: number, to: number, place: PlaceAt): Promise<PlaceAt | null> {
    const found = await pinscope.align(from, to, place.event)
    return found.ok && found.value !== null ? found.value : await placeAt(to, place.timeNs)
  }

  /** In a run that is new beside one that stays, one stands where one stands in that. */
  async function follow(name: SideName): Promise<void> {
    const other = otherOf(name)
    const place = at.value[other]
    const [from, to] = [run(other), run(name)]
    const isFit = SIDES.every((s) => comparison[s].phase === 'done' && !foreignOf(comparison[s]))
    if (place === null || from === null || to === null || !isFit) return
    const asked = question
    const there = await counterpart(from, to, place)
    const stays = asked === question && at.value[other] === place
    if (stays && run(other) === from && run(name) === to) {
      at.value = { ...at.value, [name]: there }
    }
  }

  /** Stands at a place whose time is to be asked for. */
  async function standWhere(name: SideName, place: Place): Promise<void> {
    const id = run(name)
    if (id === null) return
    const asked = ++question
    const answer = await pinscope.events(id, '', place.event, 1)
    const row = answer.ok ? answer.value.lines[0] : undefined
    if (asked !== question || run(name) !== id) return
    await standAt(name, row === undefined ? null : { ...place, timeNs: row.timeNs })
  }

  /** Stands at a place whose time is known; the other run follows. */
  async function standAt(name: SideName, place: PlaceAt | null): Promise<void> {
    const asked = ++question
    side.value = name
    at.value = { ...at.value, [name]: place }
    // It stands, whatever the other run does.
    moves.arrive()
    const other = otherOf(name)
    const [from, to] = [run(name), run(other)]
    if (place === null || from === null || to === null) {
      if (place === null) at.value = { a: null, b: null }
      return
    }
    const there = await counterpart(from, to, place)
    if (asked === question && run(other) === to) at.value = { ...at.value, [other]: there }
  }

  async function stand(name: SideName, place: PlaceAt | null): Promise<void> {
    wish()
    await standAt(name, place)
  }

  /** Stands at an event of each run, whatever is aligned with it. */
  function standInBoth(a: EventMoment, b: EventMoment): void {
    wish()
    const placeOf = ({ event, timeNs }: EventMoment): PlaceAt => ({ event, step: 0, timeNs })
    at.value = { a: placeOf(a), b: placeOf(b) }
  }

  /** Stands where a session stood. */
  function restore(name: SideName, places: Places): void {
    wish()
    side.value = name
    at.value = places
  }

  /** To the last event at or before a time, ns. */
  async function goToTime(name: SideName, timeNs: number): Promise<void> {
    const id = run(name)
    if (id === null) return
    const asked = wish()
    await moves.by(async () => {
      const place = await placeAt(id, Math.max(0, timeNs))
      if (asked === question && place !== null && run(name) === id) await standAt(name, place)
    })
  }

  /** To an event, or a step behind it. */
  async function goTo(name: SideName, place: Place): Promise<void> {
    wish()
    await moves.by(async () => await standWhere(name, place))
  }

  async function goToEvent(name: SideName, event: number): Promise<void> {
    await goTo(name, { event, step: 0 })
  }

  /**
   * Moves on from where the cursor stands, after the move under way: keys come faster than answers, and
   * each of them counts. Given up when another place is asked for meanwhile.
   * @param find where to, in the run that is moved in; null stays
   * @param sideOf that run, asked when it is this move's turn; else the one that is looked at then
   */
  async function moveOn(
    find: (name: SideName) => Promise<Place | null>,
    sideOf = (): SideName => side.value,
  ): Promise<void> {
    const before = wishes
    const isWanted = (): boolean => wishes === before
    await moves.inTurn(isWanted, async () => {
      const name = sideOf()
      side.value = name
      const id = run(name)
      const asked = ++question
      const place = await find(name)
      if (place === null || asked !== question || run(name) !== id) return
      if (isTimed(place)) await standAt(name, place)
      else await standWhere(name, place)
    })
  }

  /** To the next or previous event of a task, of anybody without one; in a run as `moveOn`. */
  async function step(
    by: 1 | -1,
    taskOf: (name: SideName) => number | null = () => null,
    sideOf?: () => SideName,
  ): Promise<void> {
    await moveOn(async (name) => {
      const summary = comparison[name].shown?.summary
      if (summary === undefined) return null
      const from = at.value[name]?.event ?? summary.events
      const answer = await pinscope.neighbour(summary.run, from, by, taskOf(name))
      return answer.ok ? answer.value : null
    }, sideOf)
  }

  /** The run that is looked at; the cursors stay. */
  function choose(name: SideName): void {
    side.value = name
  }

  return {
    ...{ side, at, here, moving: moves.underWay, settled: () => moves.settled(), choose, restore },
    ...{ stand, standInBoth, goTo, goToEvent, goToTime, moveOn, step },
  }
})

function isTimed(place: Place | PlaceAt): place is PlaceAt {
  return 'timeNs' in place
}
