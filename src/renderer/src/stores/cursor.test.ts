import { createPinia } from 'pinia'
import { createApp } from 'vue'
import { describe, expect, it, vi } from 'vitest'
import type { Calls } from '../../../shared/contract'
import { success } from '../../../shared/result'
import { createFakePinscope } from '../test/fake-pinscope'
import { PINSCOPE } from '../wire/pinscope'
import { useComparisonStore } from './comparison'
import { useCursorStore } from './cursor'

async function open(calls: Partial<Calls>) {
  const pinscope = createFakePinscope({ calls })
  const pinia = createPinia()
  createApp({}).provide(PINSCOPE, pinscope).use(pinia)
  const comparison = useComparisonStore(pinia)
  const cursor = useCursorStore(pinia)
  await comparison.open()
  return { comparison, cursor }
}

const place = (event: number) => ({ event, step: 0, timeNs: event * 10 })

describe('cursor', () => {
  it('stands in the other run at the event of the same cause', async () => {
    const { cursor } = await open({
      eventAt: (_run, ns) => Promise.resolve(success(place(ns / 10))),
      align: (_from, _to, event) => Promise.resolve(success(place(event + 7))),
    })
    await cursor.goToTime('a', 500)
    expect(cursor.at).toEqual({ a: place(50), b: place(57) })
    expect(cursor.here).toEqual(place(50))
  })

  it('stands at the same time where the other run has no such event', async () => {
    const { cursor } = await open({
      eventAt: (run, ns) => Promise.resolve(success(place(ns / 10 + run))),
      align: () => Promise.resolve(success(null)),
    })
    await cursor.stand('b', place(50))
    expect(cursor.at.b).toEqual(place(50))
    expect(cursor.at.a?.timeNs).toBe(500)
    expect(cursor.side).toBe('b')
  })

  it('stands at two events that are not aligned when both are named', async () => {
    const { cursor } = await open({ align: () => Promise.resolve(success(place(1))) })
    cursor.standInBoth({ event: 20, timeNs: 200 }, { event: 31, timeNs: 290 })
    expect(cursor.at).toEqual({ a: place(20), b: { event: 31, step: 0, timeNs: 290 } })
  })

  it('obeys the last wish when an earlier one is answered late', async () => {
    const gates: (() => void)[] = []
    const { cursor } = await open({
      eventAt: (_run, ns) =>
        new Promise((resolve) => gates.push(() => resolve(success(place(ns / 10))))),
      align: () => Promise.resolve(success(place(1))),
    })
    const slow = cursor.goToTime('a', 100)
    const fast = cursor.goToTime('a', 900)
    for (const open of gates.toReversed()) open()
    await Promise.all([slow, fast])
    expect(cursor.at.a).toEqual(place(90))
  })

  it('stands in a run that was made anew where it stands in the other one', async () => {
    const { comparison, cursor } = await open({
      align: (_from, to, event) => Promise.resolve(success(place(event + to))),
    })
    await cursor.stand('a', place(50))
    await comparison.flipPatch('b', 4)
    await vi.waitFor(() => {
      expect(cursor.at.b?.event).toBe(50 + (comparison.b.shown?.summary.run ?? 0))
    })
    expect(cursor.at.a).toEqual(place(50))
    expect(cursor.side).toBe('a')
  })

  it('goes back to the end where both runs are made anew', async () => {
    const { comparison, cursor } = await open({
      align: () => Promise.resolve(success(place(1))),
    })
    await cursor.stand('b', place(50))
    await comparison.runBoth()
    expect(cursor.at).toEqual({ a: null, b: null })
  })

  it('steps from the end when it stands nowhere, and stays at the last event', async () => {
    const asked: number[] = []
    const { cursor, comparison } = await open({
      neighbour: (_run, event) => {
        asked.push(event)
        return Promise.resolve(success(asked.length === 1 ? place(event - 1) : null))
      },
      align: () => Promise.resolve(success(null)),
      eventAt: () => Promise.resolve(success(place(3))),
    })
    const end = comparison.a.shown?.summary.events ?? 0
    await cursor.step(-1)
    await cursor.step(1)
    expect(asked).toEqual([end, end - 1])
    expect(cursor.here).toEqual(place(end - 1))
  })

  it('takes every step, also those that come before the one ahead is answered', async () => {
    const { gates, cursor } = await openGated()
    const steps = [cursor.step(-1), cursor.step(-1), cursor.step(1)]
    const end = await answerAll(gates, steps)
    expect(cursor.here).toEqual(place(end - 1))
  })

  it('does not step on for long after a key that was held is let go', async () => {
    const { gates, cursor } = await openGated()
    const steps = Array.from({ length: 40 }, () => cursor.step(-1))
    const end = await answerAll(gates, steps)
    expect(end - (cursor.here?.event ?? 0)).toBeLessThanOrEqual(5)
  })

  it('steps in the run that is asked for at its turn, whatever run the move before it is in', async () => {
    const asked: number[] = []
    const gates: (() => void)[] = []
    const { cursor, comparison } = await open({
      neighbour: (run, event, by) =>
        new Promise((resolve) => {
          asked.push(run)
          gates.push(() => resolve(success(place(event + by))))
        }),
      align: () => Promise.resolve(success(place(3))),
    })
    const none = (): null => null
    const steps = [cursor.step(-1, none, () => 'a'), cursor.step(-1, none, () => 'b')]
    await answerAll({ list: gates, end: 0 }, steps)
    expect(asked).toEqual([comparison.a, comparison.b].map(({ shown }) => shown?.summary.run))
    expect(cursor.side).toBe('b')
    expect(cursor.at.b).toEqual(place((comparison.b.shown?.summary.events ?? 0) - 1))
  })

  it('forgets the steps that wait when another place is asked for', async () => {
    const { gates, cursor } = await openGated()
    const steps = [cursor.step(-1), cursor.step(-1), cursor.stand('a', place(5))]
    await answerAll(gates, steps)
    expect(cursor.here).toEqual(place(5))
  })

  it('steps on while the other run is still being asked where it stands', async () => {
    const { cursor, comparison } = await open({
      neighbour: (_run, event, by) => Promise.resolve(success(place(event + by))),
      align: () => new Promise(() => undefined),
    })
    const end = comparison.a.shown?.summary.events ?? 0
    void cursor.step(-1)
    void cursor.step(-1)
    await settle()
    expect(cursor.here).toEqual(place(end - 2))
  })
})

/** Lets what is under way come to its next question. */
async function settle(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 0))
}

/** A cursor whose neighbours are told only when they are let. */
async function openGated() {
  const gates: (() => void)[] = []
  const { cursor, comparison } = await open({
    neighbour: (_run, event, by) =>
      new Promise((resolve) => gates.push(() => resolve(success(place(event + by))))),
    align: () => Promise.resolve(success(null)),
    eventAt: () => Promise.resolve(success(place(3))),
  })
  return { gates: { list: gates, end: comparison.a.shown?.summary.events ?? 0 }, cursor }
}

/** Answers questions until none is left; the events of the run. */
async function answerAll(
  { list, end }: { readonly list: (() => void)[]; readonly end: number },
  moves: readonly Promise<void>[],
): Promise<number> {
  do {
    list.splice(0).forEach((answer) => answer())
    await settle()
  } while (list.length > 0)
  await Promise.all(moves)
  return end
}
