import { createPinia } from 'pinia'
import { createApp, nextTick } from 'vue'
import { describe, expect, it } from 'vitest'
import type { Calls } from '../../../shared/contract'
import { failure, success } from '../../../shared/result'
import type { BlockingFrame, Remedy, TroubleInfo, WhyReport } from '../../../shared/why'
import { createFakePinscope } from '../test/fake-pinscope'
import { PINSCOPE } from '../wire/pinscope'
import { useComparisonStore } from './comparison'
import { useCursorStore } from './cursor'
import { useForksStore } from './forks'
import { useHighlightStore } from './highlight'
import { useSelectionStore } from './selection'
import { useWhyStore } from './why'

const trouble = (n: number, ret: number): TroubleInfo => ({
  ...{ n, outcome: null, actor: 'codec', call: 'VIDIOC_REQBUFS', ret },
  ...{ errno: ret < 0 ? 'ENOMEM' : null, callEvent: 100 * n, retEvent: 100 * n + 50, timeNs: 1 },
})
const frame = (pfn: number, event: number): BlockingFrame => ({
  ...{ pfn, class: 'long pin', cause: 'long pin', actor: 'camera', label: 'vb2 QBUF', count: 2 },
  ...{ migratetype: 'CMA', sinceEvent: event, ageNs: 5 },
  ledger: [
    {
      kind: 'pin',
      count: 1,
      holder: 'camera',
      actor: 'camera',
      path: [],
      sinceEvent: event,
      sinceNs: event * 10,
    },
  ],
})
const REMEDIES: readonly Remedy[] = [
  {
    ...{ kind: 'drain', text: 'drain before the call', command: '', divergesAt: 200 },
    change: { how: 'fork', interventions: [{ at: 200, do: 'drain' }] },
  },
  {
    ...{ kind: 'patches', text: 'patches 1,3,4,5', command: '', divergesAt: 90 },
    change: { how: 'kernel', kernel: { patches: [1, 3, 4, 5], mode: 'strict' } },
  },
]
const reportOf = (n: number, remedies: readonly Remedy[]): WhyReport => ({
  ...trouble(n, -12),
  walk: [
    {
      ...{ startPfn: 0x100, endPfn: 0x200, ret: -16, errno: 'EBUSY', attempts: 1, event: 210 },
      ...{ blocking: [frame(0x120, 70), frame(0x110, 40)], truncated: false, pinned: 2 },
    },
  ],
  ...{ causes: [], paragraph: 'because', remedies, tried: [] },
})

async function open(calls: Partial<Calls> = {}) {
  const asked: string[] = []
  const pinscope = createFakePinscope({
    calls: {
      troubles: (run) => {
        asked.push(`troubles ${run}`)
        return Promise.resolve(success(run === 0 ? [trouble(1, 0), trouble(2, -12)] : []))
      },
      why: (run, n, remedies) => {
        asked.push(`why ${run} ${n} ${remedies}`)
        return Promise.resolve(success(reportOf(n, remedies ? REMEDIES : [])))
      },
      events: (_run, _filter, from) =>
        Promise.resolve(
          success({ total: 1, from, lines: [{ event: from, timeNs: from } as never] }),
        ),
      align: () => Promise.resolve(success(null)),
      eventAt: (_run, ns) => Promise.resolve(success({ event: ns, step: 0, timeNs: ns })),
      fork: async (_run, interventions, token) =>
        await pinscope.run({ ...pinscope.ran[0], interventions } as never, token),
      ...calls,
    },
  })
  const pinia = createPinia()
  createApp({}).provide(PINSCOPE, pinscope).use(pinia)
  const comparison = useComparisonStore(pinia)
  const why = useWhyStore(pinia)
  await comparison.open()
  const settle = async () => {
    for (let i = 0; i < 20; i++) await nextTick()
  }
  return { pinia, pinscope, comparison, why, asked, settle }
}

describe('an explanation', () => {
  it('asks nothing while it is out of sight, and keeps what it knows', async () => {
    const { why, asked, settle } = await open()
    await settle()
    expect(asked).toEqual([])
    why.inSight = true
    await settle()
    expect(asked).toEqual(['troubles 0', 'why 0 2 false'])
    why.inSight = false
    await settle()
    expect(why.report?.n).toBe(2)
    expect(asked).toHaveLength(2)
  })

  it('begins with the run that met trouble, and stays with the one that is chosen', async () => {
    const { why, settle } = await open({
      troubles: (run) => Promise.resolve(success(run === 1 ? [trouble(4, -12)] : [])),
    })
    why.inSight = true
    await settle()
    expect([why.side, why.report?.n]).toEqual(['b', 4])
    why.side = 'a'
    await settle()
    expect([why.side, why.report]).toEqual(['a', null])
  })

  it('points out the frames in the way, ascending, and no longer when the run has none', async () => {
    const { pinia, why, settle } = await open()
    const highlight = useHighlightStore(pinia)
    why.inSight = true
    await settle()
    expect([...(highlight.why ?? [])]).toEqual([0x110, 0x120])
    why.side = 'b'
    await settle()
    expect(highlight.why).toBeNull()
    expect(why.troubles).toEqual([])
  })

  it('goes to the oldest pin in the way, or to that of the selected frame', async () => {
    const { pinia, why, settle } = await open()
    const [cursor, selection] = [useCursorStore(pinia), useSelectionStore(pinia)]
    why.inSight = true
    await settle()
    await why.goToPin()
    expect([cursor.at.a?.event, selection.pfn]).toEqual([40, 0x110])
    selection.selectPage('a', 0x120)
    await why.goToPin()
    expect([cursor.at.a?.event, selection.pfn]).toEqual([70, 0x120])
  })

  it('begins with the request that failed, in the other run when the one looked at has none', async () => {
    const { pinia, why, settle } = await open()
    useCursorStore(pinia).choose('b')
    await settle()
    expect(why.side).toBe('b')
    why.inSight = true
    await why.chooseFirst()
    await settle()
    expect([why.side, why.n, why.report?.n]).toEqual(['a', 2, 2])
  })
})

describe('remedies', () => {
  it('are looked for when asked, tell how many runs were tried, and stay with their request', async () => {
    let end: () => void = () => undefined
    const { pinscope, why, settle } = await open({
      why: async (_run, n, remedies) => {
        if (remedies) await new Promise<void>((resolve) => (end = resolve))
        return success(reportOf(n, remedies ? REMEDIES : []))
      },
    })
    why.inSight = true
    await settle()
    const search = why.findRemedies()
    const token = why.searching?.token ?? ''
    for (const events of [20_000, 40_000, 20_000]) {
      pinscope.tell('onDidProgress', { token, events, fraction: 0 })
    }
    expect(why.searching).toMatchObject({ runs: 2, events: 20_000 })
    end()
    await search
    expect(why.report?.remedies).toHaveLength(2)
    why.choose(1)
    await settle()
    expect([why.hasRemedies, why.report?.n]).toEqual([false, 1])
    why.choose(2)
    await settle()
    expect(why.hasRemedies).toBe(true)
  })

  it('can be cancelled, which is no failure', async () => {
    const { pinscope, why, settle } = await open({
      why: (_run, n, remedies, token) =>
        Promise.resolve(
          remedies && pinscope.cancelled.length === 0
            ? failure('cancelled', token)
            : success(reportOf(n, [])),
        ),
    })
    why.inSight = true
    await settle()
    const search = why.findRemedies()
    const token = why.searching?.token
    await Promise.all([search, why.cancelSearch()])
    expect(pinscope.cancelled).toEqual([token])
    expect([why.remedyFailure, why.hasRemedies]).toEqual([null, false])
  })

  it('are carried out as a fork in B, and the request stays explained in A', async () => {
    const { pinia, comparison, why, settle } = await open()
    why.inSight = true
    await settle()
    const [fork] = REMEDIES
    if (fork !== undefined) await why.apply(fork)
    await settle()
    expect(useForksStore(pinia).forks.map((node) => node.text)).toEqual(['drain'])
    expect(comparison.b.shown?.summary.recipe.interventions).toEqual([{ at: 200, do: 'drain' }])
    expect([why.side, why.report?.n, why.applied]).toEqual(['a', 2, 'drain before the call'])
  })

  it('with another kernel are the recipe of B', async () => {
    const { pinscope, comparison, why, settle } = await open()
    why.inSight = true
    await settle()
    const [, kernel] = REMEDIES
    if (kernel !== undefined) await why.apply(kernel)
    expect(pinscope.ran.at(-1)).toMatchObject({ kernel: { patches: [1, 3, 4, 5] } })
    expect(comparison.b.kernel.patches).toEqual([1, 3, 4, 5])
    expect(comparison.a.shown?.summary.run).toBe(0)
  })
})
