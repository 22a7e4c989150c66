/** The debugger and its console as the window has them, on SC-01. */
import { beforeAll, describe, expect, it } from 'vitest'
import type { Calls } from '../../shared/contract'
import type { RunSummary } from '../../shared/run'
import { must, openEngine, runSc01 } from '../test/engine'

let calls: Calls
let run: RunSummary

beforeAll(async () => {
  calls = openEngine()
  run = await runSc01(calls, [])
}, 60_000)

describe('the debugger of a run', () => {
  it('stops in a function, with its frames as text and frames of memory as links', async () => {
    const line = 'break migrate_pages exit'
    const set = await must(calls.consoleRun(run.run, line, 'c'))
    expect(set).toMatchObject({ how: 'done', prompt: '(pinscope) ' })
    const { state } = await must(calls.consoleRun(run.run, 'continue', 'c'))
    expect(state.why).toBe('Breakpoint 1: migrate_pages returns')
    expect(state.stack[0]).toMatchObject({ fn: 'migrate_pages', file: 'mm/migrate.c' })
    expect(state.stops[0]).toMatchObject({ id: 1, kind: 'function', hits: 1, enabled: true })
    const values = state.stack.flatMap((frame) => [...frame.args, ...frame.locals])
    for (const { text, pfn } of values) if (pfn !== null) expect(text).toMatch(/^0x[0-9a-f]+$/)
    expect(await must(calls.debugState(run.run))).toEqual(state)
  })

  it('lists breakpoints with the lines that set them again', async () => {
    const own = openEngine()
    const { run: id } = await runSc01(own, [])
    const lines = [
      'break migrate_pages exit',
      'tbreak event mm_page_alloc',
      'break pfn 0x67103',
      'watch page(0x67103).count',
    ]
    for (const line of lines) await must(own.consoleRun(id, line, 'c'))
    for (const line of ['condition 1 ret < 0', 'log 3 "{pfn} {{x}}"', 'commands 4', 'bt', 'end']) {
      expect(await must(own.consoleRun(id, line, 'c'))).toMatchObject({ how: 'done' })
    }
    const { stops } = await must(own.debugState(id))
    expect(stops.map(({ line }) => line)).toEqual(lines)
    expect(stops.map(({ condition }) => condition)).toEqual(['ret < 0', '', '', ''])
    expect(stops[2]?.log).toBe('{pfn} {{x}}')
    expect(stops[3]?.commands).toEqual(['bt'])
  })

  it('goes to a place, where the map is that of the place', async () => {
    const at = { event: Math.floor(run.events / 2), step: 0 }
    const state = await must(calls.seek(run.run, at))
    expect(state).toMatchObject({ at, why: '' })
    const map = await must(calls.pageMap(run.run, at, 'state'))
    const other = openEngine()
    const same = await runSc01(other, [])
    expect((await must(other.pageMap(same.run, at, 'state'))).cells).toEqual(map.cells)
  })

  it('shows watches, or why they have no value here', async () => {
    await must(calls.addWatch(run.run, 'counter.allocs'))
    const state = await must(calls.addWatch(run.run, 'nr_nothing'))
    expect(state.watches[0]).toMatchObject({ id: 1, problem: null })
    expect(Number(state.watches[0]?.value)).toBeGreaterThan(0)
    expect(state.watches[1]?.value).toBeNull()
    expect(state.watches[1]?.problem).toContain('nr_nothing')
    expect(await calls.addWatch(run.run, '1 +')).toMatchObject({ error: { code: 'bad-input' } })
    expect((await must(calls.dropWatch(run.run, 1))).watches).toHaveLength(1)
    expect((await calls.dropWatch(run.run, 1)).ok).toBe(false)
  })

  it('answers several questions at once, one after the other', async () => {
    const places = [100, 5_000, 900].map((back) => ({ event: run.events - back, step: 0 }))
    const maps = places.map((at) => must(calls.pageMap(run.run, at, 'state')))
    const states = await Promise.all(places.map((at) => must(calls.seek(run.run, at))))
    expect(states.map(({ at }) => at.event)).toEqual(places.map(({ event }) => event))
    for (const [i, map] of (await Promise.all(maps)).entries()) {
      const again = await must(calls.pageMap(run.run, places[i] ?? null, 'state'))
      expect(again.cells).toEqual(map.cells)
    }
  })

  it('completes what is typed and refuses what only a terminal can do', async () => {
    expect(await must(calls.consoleComplete(run.run, 'contin', 6))).toEqual({
      from: 0,
      candidates: ['continue'],
    })
    for (const line of ['quit', 'source x']) {
      const { how, text } = await must(calls.consoleRun(run.run, line, 'c'))
      expect(how).toBe('refused')
      expect(text).toMatch(/\w+ .*\n$/)
    }
  })

  it('ends a search when its token is cancelled', async () => {
    await must(calls.consoleRun(run.run, 'delete', 'c'))
    await must(calls.consoleRun(run.run, 'break oom_kill_process', 'c'))
    const asked = calls.consoleRun(run.run, 'continue', 'search')
    await calls.cancel('search')
    const { state } = await must(asked)
    expect(state.why).toBe('Interrupted.')
    await must(calls.consoleRun(run.run, 'delete', 'c'))
  })
})

describe('forks', () => {
  it('are runs of the engine, made in the console or by the call', async () => {
    await must(calls.seek(run.run, { event: run.events - 2_000, step: 0 }))
    const { state } = await must(calls.consoleRun(run.run, 'fork drain', 'c'))
    const made = state.forks.find((fork) => fork.current)
    expect(made).toMatchObject({ id: 1, parent: 0, run: state.run })
    expect(state.run).not.toBe(run.run)
    const lines = await must(calls.events(state.run, 'type == sim_intervention', 0, 5))
    expect(lines.lines).toHaveLength(1)
    const at = lines.lines[0]?.event ?? 0
    const called = await must(calls.fork(run.run, [{ at, do: 'drain' }], 'f'))
    const there = await must(calls.divergence(state.run, called.run, 'd'))
    expect(there).toBeNull()
    expect((await must(calls.align(run.run, called.run, at - 1)))?.event).toBe(at - 1)
    const { marks } = await must(calls.series(called.run, { fromNs: 0, toNs: null, columns: 50 }))
    expect(marks.some(({ kind }) => kind === 'intervention')).toBe(true)
  })
})

describe('the matrix', () => {
  it('has all subsets, and those that do not build have no result', async () => {
    const told: number[] = []
    const own = openEngine(([news, value]) => {
      if (news === 'onDidProgress' && 'fraction' in value) told.push(value.fraction)
    })
    const kernel = { patches: [], mode: 'strict' } as const
    const recipe = { scenario: 'r-01', seed: 1, set: {}, kernel }
    const cells = await must(own.matrix(recipe, 'm'))
    expect(cells).toHaveLength(32)
    for (const { build, result } of cells) expect(result !== null).toBe(build.builds)
    expect(told).toEqual(told.toSorted((x, y) => x - y))
    expect(told.at(-1)).toBeGreaterThan(0.9)
    expect(cells[0]?.result?.digest).toBe((await must(own.run(recipe, 'r'))).digest)
    const asked = own.matrix(recipe, 'n')
    await own.cancel('n')
    expect(await asked).toMatchObject({ error: { code: 'cancelled' } })
  }, 120_000)
})
