/** The course of SC-01 in time. */
import { beforeAll, describe, expect, it } from 'vitest'
import type { Calls } from '../../shared/contract'
import type { RunSummary } from '../../shared/run'
import { TRACKS, type SeriesData, type TrackName } from '../../shared/timeline'
import { must, openEngine, runSc01 } from '../test/engine'

let calls: Calls
let run: RunSummary
let all: SeriesData

beforeAll(async () => {
  calls = openEngine()
  run = await runSc01(calls, [])
  all = await must(calls.series(run.run, { fromNs: 0, toNs: null, columns: 200 }))
}, 60_000)

function last(name: TrackName): number | undefined {
  return all.tracks.find((track) => track.name === name)?.last.at(-1)
}

describe('series', () => {
  it('has every track, and one of the pins of each actor that took any', () => {
    const names = all.tracks.map(({ name }) => name)
    expect(names).toEqual(expect.arrayContaining([...TRACKS]))
    expect(last('pins:camera')).toBe(last('pins'))
    expect(last('pins')).toBe(2048)
    expect(last('migrateAttempts')).toBe(run.counters.migrate_attempts)
    expect(last('anon')).toBeGreaterThan(0)
    for (const { min, max } of all.tracks) {
      for (const [i, low] of min.entries()) expect(low > (max[i] as number)).toBe(false)
    }
  })

  it('tells how long contiguous requests took, where they ended', () => {
    const latency = all.tracks.find(({ name }) => name === 'latency')
    const took = latency?.max.filter((ns) => !Number.isNaN(ns)) ?? []
    expect(took).toHaveLength(1)
    const codec = all.lanes.find(({ actor }) => actor === 'codec')?.bars.at(-1)
    expect(took[0]).toBeLessThanOrEqual((codec?.toNs ?? 0) - (codec?.fromNs ?? 0))
  })

  it('counts the events of each actor in the columns', async () => {
    const { actors } = await must(calls.rangeSummary(run.run, 0, run.simTimeNs + 1))
    for (const { actor, events } of all.lanes) {
      const sum = events.reduce((n, count) => n + count, 0)
      expect(sum, actor).toBe(actors.find((a) => a.actor === actor)?.count)
    }
  })

  it('draws a range alone: bars end at its edges, and tracks have its values', async () => {
    const [fromNs, toNs] = [Math.floor(run.simTimeNs / 3), Math.floor(run.simTimeNs / 2)]
    const part = await must(calls.series(run.run, { fromNs, toNs, columns: 50 }))
    expect(part).toMatchObject({ fromNs, toNs, endNs: run.simTimeNs })
    for (const bar of part.lanes.flatMap((lane) => lane.bars)) {
      expect(bar.fromNs).toBeGreaterThanOrEqual(fromNs)
      expect(bar.toNs).toBeLessThanOrEqual(toNs)
    }
    const free = (data: SeriesData) => data.tracks.find(({ name }) => name === 'free')
    const whole = free(all)?.min.slice(67, 99) ?? []
    expect(Math.min(...(free(part)?.min ?? []))).toBeLessThanOrEqual(Math.min(...whole))
  })

  it('takes no extreme of a range from before or behind it', async () => {
    const extremes = async (name: TrackName, fromNs: number, toNs: number) => {
      const part = await must(calls.series(run.run, { fromNs, toNs, columns: 50 }))
      const track = part.tracks.find((t) => t.name === name)
      return [Math.min(...(track?.min ?? [])), Math.max(...(track?.max ?? []))]
    }
    const half = Math.floor(run.simTimeNs / 2)
    // All pins are taken in the second half, and the failures come at its end.
    expect(await extremes('pins', 0, half)).toEqual([0, 0])
    const late = Math.floor(run.simTimeNs * 0.95)
    const [least, most] = await extremes('migrateFailures', late, run.simTimeNs)
    expect(least).toBeGreaterThan(0)
    expect(most).toBe(8000)
    expect(await extremes('pins', late, run.simTimeNs)).toEqual([2048, 2048])
  })

  it('makes one bar of calls that are too narrow, and loses none', async () => {
    const few = await must(calls.series(run.run, { fromNs: 0, toNs: null, columns: 2 }))
    for (const [i, { bars }] of few.lanes.entries()) {
      expect(bars.length).toBeLessThanOrEqual(8)
      const sum = (lane: SeriesData['lanes'][number] | undefined) =>
        lane?.bars.reduce((n, bar) => n + bar.calls, 0)
      expect(sum(few.lanes[i])).toBe(sum(all.lanes[i]))
    }
  })

  it('marks the failure and the positions that were tried', () => {
    const failure = all.marks.find(({ kind }) => kind === 'failure')
    expect(failure?.text).toBe('codec -ENOMEM')
    expect(all.marks.some(({ kind, text }) => kind === 'position' && text.includes('-EBUSY'))).toBe(
      true,
    )
  })
})

describe('readings', () => {
  const value = async (name: TrackName, event: number | null) => {
    const at = event === null ? null : { event, step: 0 }
    const found = await must(calls.readings(run.run, at))
    return found.find((reading) => reading.name === name)?.value
  }

  it('counts the pins up event by event, though many are taken at one time', async () => {
    const lines = await must(calls.events(run.run, 'type == sim_gup_pin', 0, 3))
    const taken = lines.lines.map(({ event }) => event)
    expect(await Promise.all(taken.map((event) => value('pins', event)))).toEqual([1, 2, 3])
    expect(await value('pins', (taken[0] ?? 0) - 1)).toBe(0)
  })

  it('end where the run ends, and know no latency before a request returned', async () => {
    expect(await value('pins', null)).toBe(last('pins'))
    expect(await value('usedCma', null)).toBe(last('usedCma'))
    expect(await value('latency', 0)).toBeNull()
    expect(await value('latency', null)).toBeGreaterThan(0)
    expect((await calls.readings(run.run, { event: run.events + 1, step: 0 })).ok).toBe(false)
  })
})

describe('the summary of a range', () => {
  it('counts all events once, and gives exact quantiles of the calls that ended', async () => {
    const whole = await must(calls.rangeSummary(run.run, 0, run.simTimeNs))
    expect(whole.events).toBe(run.events)
    for (const counts of [whole.types, whole.actors]) {
      expect(counts.reduce((n, { count }) => n + count, 0)).toBe(run.events)
    }
    for (const { min, p50, p95, p99, max } of whole.calls) {
      expect([min, p50, p95, p99, max]).toEqual([min, p50, p95, p99, max].toSorted((x, y) => x - y))
    }
    expect(whole.calls.reduce((n, { failed }) => n + failed, 0)).toBeGreaterThan(0)
    expect((await calls.rangeSummary(run.run, 5, 5)).ok).toBe(false)
  })
})
