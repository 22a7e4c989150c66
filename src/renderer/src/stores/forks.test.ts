import { createPinia } from 'pinia'
import { createApp } from 'vue'
import { describe, expect, it } from 'vitest'
import type { Calls } from '../../../shared/contract'
import type { RunSummary } from '../../../shared/run'
import { failure, success, type Result } from '../../../shared/result'
import { createFakePinscope, type FakePinscope } from '../test/fake-pinscope'
import { PINSCOPE } from '../wire/pinscope'
import { useComparisonStore } from './comparison'
import { useCursorStore } from './cursor'
import { useForksStore } from './forks'

/** A stand-in whose forks are runs of the parent's recipe with more interventions. */
async function open(calls: Partial<Calls> = {}) {
  const pinscope: FakePinscope = createFakePinscope({
    calls: {
      fork: async (run, interventions, token) => {
        const parent = pinscope.ran[run]
        return parent === undefined
          ? failure('not-found', 'gone')
          : await pinscope.run({ ...parent, interventions }, token)
      },
      events: (_run, _filter, from) =>
        Promise.resolve(
          success({ total: 1, from, lines: [{ event: from, timeNs: from * 10 } as never] }),
        ),
      align: () => Promise.resolve(success(null)),
      eventAt: (_run, ns) => Promise.resolve(success({ event: ns / 10, step: 0, timeNs: ns })),
      ...calls,
    },
  })
  const pinia = createPinia()
  createApp({}).provide(PINSCOPE, pinscope).use(pinia)
  const comparison = useComparisonStore(pinia)
  const forks = useForksStore(pinia)
  await comparison.open()
  return { pinscope, comparison, cursor: useCursorStore(pinia), forks }
}

const shown = (side: { readonly shown: { readonly summary: RunSummary } | null }): number =>
  side.shown?.summary.run ?? -1
const drain = (at: number) => ({ interventions: [{ at, do: 'drain' as const }] })

describe('a fork', () => {
  it('is shown as B beside its parent as A, with the cursor where they part', async () => {
    const { comparison, cursor, forks } = await open()
    const [a, b] = [shown(comparison.a), shown(comparison.b)]
    const made = await forks.fork(b, drain(31_003))
    expect(made.ok && made.value.text).toBe('drain')
    expect(shown(comparison.a)).toBe(b)
    expect(shown(comparison.b)).not.toBe(a)
    expect(comparison.a.kernel.patches).toEqual([1, 2, 3, 4, 5])
    expect(cursor.side).toBe('b')
    expect(cursor.at.b?.event).toBe(31_002)
    expect(cursor.at.a?.event).toBe(31_002)
  })

  it('leaves the runs of both sides and can be forked itself', async () => {
    const { pinscope, comparison, forks } = await open()
    const a = shown(comparison.a)
    await forks.fork(a, drain(10))
    await forks.fork(shown(comparison.b), drain(20))
    expect(forks.rows.map((row) => row.level)).toEqual([1, 2, 3, 1])
    expect(pinscope.dropped).toEqual([])
  })

  it('stays when its side is run again; an earlier run goes once nothing hangs on it', async () => {
    const { pinscope, comparison, forks } = await open()
    const [a, b] = [shown(comparison.a), shown(comparison.b)]
    const made = await forks.fork(a, drain(10))
    await comparison.runBoth()
    expect(pinscope.dropped).toEqual([b])
    expect(forks.forks).toHaveLength(1)
    expect(forks.rows.map((row) => row.node.run).slice(0, 2)).toEqual([
      a,
      made.ok && made.value.run,
    ])
    if (made.ok) await forks.drop(made.value)
    expect(pinscope.dropped).toEqual([b, made.ok && made.value.run, a])
    expect(forks.rows).toHaveLength(2)
  })

  it('that is shown is dropped behind its parent', async () => {
    const { comparison, forks, pinscope } = await open()
    const a = shown(comparison.a)
    const made = await forks.fork(a, drain(10))
    if (made.ok) await forks.drop(made.value)
    expect(shown(comparison.b)).toBe(a)
    expect(pinscope.dropped).toEqual([made.ok && made.value.run])
  })

  it('that both sides show is dropped behind its parent on both', async () => {
    const { comparison, forks } = await open()
    const a = shown(comparison.a)
    const made = await forks.fork(a, drain(10))
    if (!made.ok) throw new Error(made.error.message)
    await forks.show(made.value, 'a')
    expect(forks.isShownAs(made.value, 'a') && forks.isShownAs(made.value, 'b')).toBe(true)
    await forks.drop(made.value)
    expect([shown(comparison.a), shown(comparison.b)]).toEqual([a, a])
  })

  it('is forgotten, with the reason, where its parent went while it was made', async () => {
    let end: (value: Result<RunSummary>) => void = () => undefined
    const { comparison, forks, pinscope } = await open({
      fork: () => new Promise((resolve) => (end = resolve)),
    })
    const { summary } = comparison.a.shown ?? {}
    if (summary === undefined) throw new Error('no run is shown')
    const making = forks.fork(summary.run, drain(5))
    await comparison.runSide('a')
    expect(pinscope.dropped).toEqual([summary.run])
    end(success({ ...summary, run: 99 }))
    expect(await making).toMatchObject({ ok: false, error: { code: 'not-found' } })
    expect(pinscope.dropped).toContain(99)
    expect(forks.forks).toEqual([])
    expect(forks.failure?.message).toContain(`Run ${summary.run} is not kept any more`)
  })

  it('that cannot be made leaves all as it was, and says why', async () => {
    const { comparison, forks } = await open({
      fork: () => Promise.resolve(failure('bad-input', 'unpin at event 5: nobody pins pfn 0x5')),
    })
    const before = [comparison.a, comparison.b]
    await forks.fork(shown(comparison.a), drain(5))
    expect(forks.failure).toMatchObject({
      what: 'No fork was made',
      message: 'unpin at event 5: nobody pins pfn 0x5',
    })
    expect([comparison.a, comparison.b]).toEqual(before)
    expect(forks.making).toBeNull()
  })

  it('tells its progress, and is cancelled', async () => {
    let end: (value: never) => void = () => undefined
    const { comparison, forks, pinscope } = await open({
      fork: () => new Promise((resolve) => (end = resolve)),
    })
    const made = forks.fork(shown(comparison.a), drain(5))
    const token = forks.making?.token ?? ''
    pinscope.tell('onDidProgress', { token, events: 5_000, fraction: 0.25 })
    expect(forks.making).toMatchObject({ events: 5_000, fraction: 0.25, text: 'drain' })
    expect(await forks.fork(shown(comparison.a), drain(6))).toMatchObject({ ok: false })
    await forks.cancel()
    expect(pinscope.cancelled).toEqual([token])
    end(failure('cancelled', 'the run was cancelled') as never)
    await made
    expect(forks.failure).toBeNull()
    expect(forks.forks).toHaveLength(0)
  })

  it('with a larger area is a run of the changed recipe', async () => {
    const { comparison, forks, pinscope } = await open()
    const grow = { do: 'grow', area: 'default', pages: 1024 } as const
    await forks.fork(shown(comparison.a), { changes: [grow] })
    expect(pinscope.ran.at(-1)?.changes).toEqual([grow])
    expect(forks.forks[0]).toMatchObject({ text: 'grow default by 1,024 pages', at: 0 })
  })
})

describe('forks', () => {
  it('count from 1, whatever runs there are, and no number is given twice', async () => {
    const { comparison, forks } = await open()
    await comparison.runBoth()
    const first = await forks.fork(shown(comparison.a), drain(10))
    await forks.fork(shown(comparison.a), drain(20))
    if (first.ok) await forks.drop(first.value)
    await forks.fork(shown(comparison.a), drain(30))
    expect(forks.forks.map(({ number }) => number)).toEqual([2, 3])
  })

  it('count on from those of a session that was opened', async () => {
    const { comparison, forks } = await open()
    const made = await forks.fork(shown(comparison.a), drain(10))
    if (!made.ok) throw new Error(made.error.message)
    const nodes = forks.tree.map((node) =>
      node.id === made.value.id ? { ...node, number: 7 } : node,
    )
    forks.replace(nodes, forks.homes)
    await forks.fork(shown(comparison.a), drain(20))
    expect(forks.forks.map(({ number }) => number)).toEqual([7, 8])
  })

  it('are looked at where the run on the other side is', async () => {
    const { comparison, cursor, forks } = await open()
    const made = await forks.fork(shown(comparison.a), drain(10))
    await comparison.runSide('b')
    await cursor.goToEvent('a', 40)
    if (made.ok) await forks.show(made.value, 'b')
    expect(cursor.at.b?.event).toBe(40)
    expect(cursor.side).toBe('a')
  })

  it('that cannot be shown are not said to be not made', async () => {
    const { comparison, forks } = await open()
    const made = await forks.fork(shown(comparison.a), drain(10))
    if (!made.ok) throw new Error(made.error.message)
    const lost = { ...made.value, run: 99, summary: { ...made.value.summary, run: 99 } }
    const told = { what: 'The run cannot be shown', message: 'no such run' }
    await forks.show(lost, 'a')
    expect(forks.failure).toMatchObject(told)
    forks.failure = null
    await forks.goToPlace(lost)
    expect(forks.failure).toMatchObject(told)
    await forks.show(made.value, 'a')
    expect(forks.failure).toBeNull()
  })

  it('are made again from their recipes when the engine was lost', async () => {
    const { comparison, forks, pinscope } = await open()
    await forks.fork(shown(comparison.a), drain(10))
    pinscope.tell('onDidLoseEngine', { reason: 'it ended' })
    const lost = forks.forks[0]
    expect(lost?.run).toBeNull()
    if (lost !== undefined) await forks.again(lost)
    expect(forks.forks[0]?.run).not.toBeNull()
    expect(pinscope.ran.at(-1)?.interventions).toEqual([{ at: 10, do: 'drain' }])
  })

  it('that are dropped while they are made again are forgotten', async () => {
    const { comparison, forks, pinscope } = await open()
    await forks.fork(shown(comparison.a), drain(10))
    pinscope.tell('onDidLoseEngine', { reason: 'it ended' })
    const lost = forks.forks[0]
    if (lost === undefined) throw new Error('there is no fork')
    const again = forks.again(lost)
    await forks.drop(lost)
    await again
    expect(forks.forks).toEqual([])
    expect(pinscope.dropped).toHaveLength(1)
  })

  it('of the console are taken into the tree once, and never again after a drop', async () => {
    const { comparison, forks, pinscope } = await open({
      summary: (run) => {
        const of = comparison.a.shown?.summary
        return Promise.resolve(
          of === undefined ? failure('not-found', '') : success({ ...of, run }),
        )
      },
    })
    const a = shown(comparison.a)
    const found = [
      { id: 0, run: a, parent: null, at: 0, text: 'the run itself', current: false },
      { id: 1, run: 77, parent: 0, at: 12, text: 'drain', current: false },
      { id: 2, run: 78, parent: 1, at: 20, text: 'sleep codec', current: true },
    ]
    await forks.adopt(found)
    await forks.adopt(found)
    expect(forks.rows.map((row) => [row.node.run, row.level]).slice(0, 3)).toEqual([
      [a, 1],
      [77, 2],
      [78, 3],
    ])
    const second = forks.nodeOf(78)
    if (second !== undefined) await forks.drop(second)
    await forks.adopt(found)
    expect(forks.nodeOf(78)).toBeUndefined()
    expect(pinscope.dropped).toEqual([78])
  })

  it('of another scenario are shown with their parent, and bring their recipe along', async () => {
    const { comparison, forks } = await open()
    const a = shown(comparison.a)
    const made = await forks.fork(a, drain(10))
    await comparison.openScenario('sc-02')
    if (made.ok) await forks.show(made.value, 'b')
    expect(comparison.scenarioId).toBe('sc-01')
    expect([shown(comparison.a), shown(comparison.b)]).toEqual([a, made.ok && made.value.run])
  })
})
