/** Filters and rows of the event list, on SC-01 as it is shipped. */
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

describe('a filter', () => {
  it('keeps the events that pass it, all of them and no others', async () => {
    const filter = 'type == sim_gup_pin and actor == camera'
    const { matches, events, pfns } = await must(calls.filterEvents(run.run, filter, 't'))
    expect(events).toBe(run.events)
    const { lines } = await must(calls.events(run.run, filter, 0, 10_000))
    expect(lines).toHaveLength(matches)
    expect(matches).toBeGreaterThan(0)
    expect(lines.every((line) => line.name === 'sim_gup_pin' && line.actor === 'camera')).toBe(true)
    expect(pfns).toEqual(Uint32Array.from(new Set(lines.map((l) => l.pfns[0] ?? 0))).toSorted())
    const whole: number[] = []
    for (let from = 0; from < run.events; from += 10_000) {
      const page = await must(calls.events(run.run, '', from, 10_000))
      whole.push(...page.lines.filter((l) => l.name === 'sim_gup_pin').map((l) => l.event))
    }
    expect(lines.map((line) => line.event)).toEqual(whole)
  })

  it('names calls as the list shows them', async () => {
    const filter = 'type == sim_call and call == VIDIOC_QBUF'
    const { lines } = await must(calls.events(run.run, filter, 0, 1))
    expect(lines[0]?.text).toMatch(/^call=VIDIOC_QBUF step=\d+$/)
  })

  it('finds what touches a frame, also in a block and where another frame comes first', async () => {
    const { lines: moves } = await must(
      calls.events(run.run, 'type == sim_unmap_and_move and target_pfn > 0', 0, 1),
    )
    const target = moves[0]?.pfns[1] ?? 0
    const { lines } = await must(calls.events(run.run, `touches(${target})`, 0, 100_000))
    expect(lines.some((line) => line.event === moves[0]?.event)).toBe(true)
    const history = await must(calls.pageHistory(run.run, target, -1, 1, 100_000))
    expect(lines.map((line) => line.event)).toEqual(history.map((row) => row.event))
    expect(await must(calls.checkFilter(run.run, 'touches(5)'))).toMatchObject({ column: 9 })
    expect(await must(calls.checkFilter(run.run, 'touches()'))).toMatchObject({ column: 1 })
    const names = await must(calls.completeFilter(run.run, 'tou', 3))
    expect(names.candidates).toEqual(['touches'])
  })

  it('finds the match at or behind an event', async () => {
    const filter = 'type == sim_gup_pin'
    const { lines } = await must(calls.events(run.run, filter, 0, 3))
    const second = lines[1]?.event ?? 0
    expect(await must(calls.eventIndex(run.run, filter, second))).toBe(1)
    expect(await must(calls.eventIndex(run.run, filter, second + 1))).toBe(2)
    const { matches } = await must(calls.filterEvents(run.run, filter, 't'))
    expect(await must(calls.eventIndex(run.run, filter, run.events))).toBe(matches)
    expect(await must(calls.eventIndex(run.run, '', 77))).toBe(77)
  })

  it('is checked where it is typed, with the column and what was meant', async () => {
    expect(await must(calls.checkFilter(run.run, ''))).toBeNull()
    expect(await must(calls.checkFilter(run.run, 'pfn == 0x67103'))).toBeNull()
    const wrong = await must(calls.checkFilter(run.run, 'actor == camara'))
    expect(wrong).toMatchObject({ column: 10, nearest: ['camera'] })
    const state = await must(calls.checkFilter(run.run, 'pfn > 5 and page(pfn).count > 1'))
    expect(state?.column).toBe(13)
    expect(await calls.events(run.run, 'actor ==', 0, 1)).toMatchObject({
      error: { code: 'bad-input' },
    })
  })

  it('is completed with names of events and of nothing that is state', async () => {
    const types = await must(calls.completeFilter(run.run, 'type == sim_gup', 15))
    expect(types).toMatchObject({ from: 8 })
    expect(types.candidates).toContain('sim_gup_pin')
    const names = await must(calls.completeFilter(run.run, '', 0))
    expect(names.candidates).toContain('actor')
    expect(names.candidates).not.toContain('zone')
  })

  it('tells how far it is and can be cancelled on the way', async () => {
    const told: number[] = []
    const own = openEngine(([news, value]) => {
      if (news === 'onDidProgress' && 'events' in value) told.push(value.events)
    })
    const { run: id } = await runSc01(own, [])
    told.length = 0
    await must(own.filterEvents(id, 'type == sim_fault', 'x'))
    expect(told.length).toBeGreaterThan(0)
    const asked = own.filterEvents(id, 'type == sim_gup_pin', 'x')
    await own.cancel('x')
    expect(await asked).toMatchObject({ error: { code: 'cancelled' } })
    expect((await must(own.filterEvents(id, 'type == sim_gup_pin', 'x'))).matches).toBeGreaterThan(
      0,
    )
  })
})

describe('text of events', () => {
  it('is that of the kernel log or of the trace file', async () => {
    const filter = 'type == mm_page_alloc'
    const log = await must(calls.eventsText(run.run, filter, 0, 2, 'dmesg'))
    expect(log).toMatch(/^(\[ +\d+\.\d{6}\] \w+: mm_page_alloc: page=.*\n){2}$/)
    const trace = await must(calls.eventsText(run.run, filter, 0, 2, 'ftrace'))
    const [head, first] = trace.split('\n')
    expect(head).toContain('TASK-PID')
    expect(first).toMatch(/^ +\S+-\d+ +\[\d{3}\] \.{4} +\d+\.\d{6}: mm_page_alloc: page=/)
    expect((await calls.eventsText(run.run, '', 0, 200_000, 'dmesg')).ok).toBe(false)
  })
})

describe('the kernel log', () => {
  it('places every line at the last event that was not later', async () => {
    const lines = await must(calls.dmesg(run.run))
    expect(lines.length).toBeGreaterThan(0)
    for (const { event, timeNs } of lines) {
      const at = await must(calls.eventAt(run.run, timeNs))
      expect(at.event).toBe(event)
    }
  })
})
