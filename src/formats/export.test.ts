import fc from 'fast-check'
import * as v from 'valibot'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  exported,
  ftraceHead,
  ftraceLines,
  mapOfTrouble,
  record,
  textOf,
  type Recording,
} from '../engine'
import { HOOKS } from '../engine/test/hooks'
import { randomPlan } from '../engine/test/random-plan'
import { fieldsOfPayload, payloadOf } from '../shared/foreign'
import { chromeTrace, chromeTraceSchema } from './chrome-trace'
import { eventsCsv, seriesCsv } from './csv'
import { parseFtrace } from './ftrace'
import { mapFigure } from './map-figure'
import { rasterise } from './raster'
import { planScenario } from './scenario'
import { shippedScenarios } from './shipped'
import { svgText } from './svg'
import { timelineFigure } from './timeline-figure'

async function runOf(id: string): Promise<Recording> {
  const scenario = shippedScenarios().find((s) => s.info.id === id)
  if (scenario === undefined) throw new Error(`no ${id}`)
  const plan = planScenario(scenario, {})
  if (!plan.ok) throw new Error(plan.error.message)
  return await recorded(plan.value)
}

async function recorded(plan: Parameters<typeof record>[0]): Promise<Recording> {
  const kernel = { patches: [], mode: 'strict' } as const
  const made = await record(plan, { scenario: plan.id, seed: 1, set: {}, kernel }, HOOKS)
  if (!made.ok) throw new Error(made.error.message)
  return made.value
}

/** Microseconds of a file in nanoseconds again. */
function ns(us: number): number {
  return Math.round(us * 1000)
}

function traceText(recording: Recording): string {
  const { length } = recording.recorder.log
  return ftraceHead(recording) + ftraceLines(recording, 0, length)
}

/** What the text of a trace can hold of a run: all but what is below a microsecond. */
function heldByText({ machine, recorder: { log } }: Recording): string[] {
  return Array.from({ length: log.length }, (_, event) => {
    const row = log.row(event)
    const { comm = '', pid = 0, cpu = 0 } = machine.tasks[row.task] ?? {}
    // Pages are printed as pointers of the machine's width; their frames follow as pfn.
    const payload = textOf(row).replace(/^page=\s*\S+/, '')
    return `${comm}-${pid} ${cpu} ${Math.floor(row.timeNs / 1000)} ${row.type.name} ${payload}`
  })
}

function heldByTrace(text: string): string[] {
  const read = parseFtrace({ name: 'trace', text })
  if (!read.ok) throw new Error(read.error.message)
  const { trace } = read.value
  return Array.from({ length: trace.events }, (_, i) => {
    const { comm, pid } = trace.tasks[trace.task[i] ?? 0] ?? { comm: '', pid: 0 }
    const payload = payloadOf(trace, i).replace(/^page=\s*\S+/, '')
    const us = Math.round((trace.timeNs[i] ?? 0) / 1000)
    return `${comm}-${pid} ${trace.cpu[i] ?? 0} ${us} ${trace.typeNames[trace.type[i] ?? 0] ?? ''} ${payload}`
  })
}

let run: Recording
beforeAll(async () => {
  run = await runOf('sc-06')
})

describe('ftrace text', () => {
  it('is read back with every event, its task, CPU, time and payload', () => {
    expect(heldByTrace(traceText(run))).toEqual(heldByText(run))
  })

  it('is read back so whatever the actors do', async () => {
    await fc.assert(
      fc.asyncProperty(randomPlan, async (plan) => {
        const made = await recorded(plan)
        expect(heldByTrace(traceText(made))).toEqual(heldByText(made))
      }),
      { numRuns: 5 },
    )
  })
})

describe('Chrome trace', () => {
  function parsed(recording: Recording) {
    const text = [...chromeTrace([exported(recording, 100)])].join('')
    return v.parse(chromeTraceSchema, JSON.parse(text))
  }

  it('is what the format says, with an instant an event and a slice a call', () => {
    const { traceEvents, otherData } = parsed(run)
    const of = (ph: string) => traceEvents.filter((event) => event.ph === ph)
    expect(of('i')).toHaveLength(run.recorder.log.length)
    expect(of('X')).toHaveLength(run.recorder.calls.length / 2)
    expect(otherData.digest).toBe(run.summary.digest)
    const counters = new Set(of('C').map((event) => event.name))
    expect([...counters]).toEqual(expect.arrayContaining(['freeCma', 'pins', 'migrateFailures']))
  })

  it('leads from a pin to the migration that failed because of it, within slices of both', () => {
    const { traceEvents } = parsed(run)
    const starts = traceEvents.filter((event) => event.ph === 's')
    const ends = traceEvents.filter((event) => event.ph === 'f')
    expect(starts.length).toBeGreaterThan(0)
    expect(ends.map((event) => event.id)).toEqual(starts.map((event) => event.id))
    for (const event of [...starts.slice(0, 20), ...ends.slice(0, 20)]) {
      const around = traceEvents.some((slice) => {
        if (slice.ph !== 'X' || slice.tid !== event.tid) return false
        return slice.ts <= event.ts && event.ts <= slice.ts + slice.dur
      })
      expect(around).toBe(true)
    }
  })

  it('is so whatever the actors do, and slices of a thread lie one in another or apart', async () => {
    let seen = 0
    await fc.assert(
      fc.asyncProperty(randomPlan, async (plan) => {
        const { traceEvents } = parsed(await recorded(plan))
        // In the order in which they begin, outer ones first; ends of those that are not over yet.
        const open = new Map<number, number[]>()
        const slices = traceEvents.flatMap((event) =>
          event.ph === 'X'
            ? [{ tid: event.tid, from: ns(event.ts), to: ns(event.ts + event.dur) }]
            : [],
        )
        for (const { tid, from, to } of slices.toSorted((x, y) => x.from - y.from || y.to - x.to)) {
          const ends = (open.get(tid) ?? []).filter((end) => end > from)
          expect(to).toBeLessThanOrEqual(ends.at(-1) ?? Infinity)
          open.set(tid, [...ends, to])
        }
        seen += slices.length
      }),
      { numRuns: 5 },
    )
    expect(seen).toBeGreaterThan(0)
  })

  it('refuses what is no event of the format', () => {
    const file = { displayTimeUnit: 'ns', otherData: {}, traceEvents: [{ ph: 'X', name: 'a' }] }
    expect(v.safeParse(chromeTraceSchema, file).success).toBe(false)
  })
})

describe('CSV', () => {
  it('has a line an event, whose payload holds all its fields', () => {
    const lines = [...eventsCsv(exported(run, 10))].join('').split('\r\n')
    expect(lines).toHaveLength(run.recorder.log.length + 2)
    expect(lines[0]).toBe('event,time_ns,cpu,task,pid,name,payload')
    const at = run.recorder.log.length - 1
    const row = run.recorder.log.row(at)
    const cells = lines[at + 1]?.split(',') ?? []
    expect(cells.slice(0, 2)).toEqual([String(at), String(row.timeNs)])
    expect([...fieldsOfPayload(cells[6] ?? '').keys()]).toEqual(
      Object.keys(row.type.fields(row.a, row.b, row.c, row.d)),
    )
  })

  it('quotes what would break a line', () => {
    const odd = { ...exported(run, 1), count: 1, tasks: [{ task: 0, name: 'a,"b"\n', pid: 1 }] }
    const event = { event: 0, timeNs: 1, task: 0, cpu: 0, name: 'x', system: 'sim', fields: {} }
    const text = [...eventsCsv({ ...odd, eventAt: () => event })].join('')
    expect(text.endsWith('0,1,0,"a,""b""\n",1,x,\r\n')).toBe(true)
  })

  it('has a line a column of the value tracks, empty where nothing was', () => {
    const { series } = exported(run, 25)
    const lines = [...seriesCsv(exported(run, 25))].join('').trimEnd().split('\r\n')
    expect(lines).toHaveLength(26)
    const names = lines[0]?.split(',') ?? []
    const at = names.indexOf('pins_max')
    const pins = series.tracks.find((track) => track.name === 'pins')
    expect(lines.slice(1).map((line) => Number(line.split(',')[at]))).toEqual(
      Array.from(pins?.max ?? []),
    )
    expect(lines.some((line) => line.endsWith(','))).toBe(true)
  })
})

describe('figures', () => {
  it('are SVG that closes what it opens and refers to nothing', async () => {
    const texts = [
      svgText(timelineFigure(exported(run, 200).series, 'a <title> & "more"\u0001')),
      svgText(mapFigure(await mapOfTrouble(run), 'map')),
    ]
    for (const text of texts) {
      expect(text).not.toMatch(/<script|href|url\(|NaN|undefined/)
      const open: string[] = []
      for (const [, close, name = '', self] of text.matchAll(/<(\/?)([a-z]+)[^<>]*?(\/?)>/g)) {
        if (close === '/') expect(open.pop()).toBe(name)
        else if (self !== '/') open.push(name)
      }
      expect(open).toEqual([])
    }
    expect(texts[0]).toContain('<title>a &lt;title&gt; &amp; &quot;more&quot;\ufffd</title>')
  })

  it('tell of every frame once on the map', async () => {
    const map = await mapOfTrouble(run)
    const text = svgText(mapFigure(map, 'map'))
    let area = 0
    for (const [, width, height] of text.matchAll(/M[\d.]+ [\d.]+h([\d.]+)v([\d.]+)h-/g)) {
      area += Number(width) * Number(height)
    }
    const [cells] = mapFigure(map, 'map').shapes.filter((shape) => shape.kind === 'cells')
    expect(area).toBe(map.cells.length * (cells?.size ?? 0) ** 2)
  })

  it('have the same colours as pixels', async () => {
    const map = await mapOfTrouble(run)
    const figure = mapFigure(map, 'map')
    const [cells] = figure.shapes.filter((shape) => shape.kind === 'cells')
    if (cells === undefined) throw new Error('no cells')
    const { width, rgb } = rasterise(figure)
    for (const i of [0, 777, cells.cells.length - 1]) {
      const x = cells.x + (i % cells.perRow) * cells.size
      const y = cells.y + Math.floor(i / cells.perRow) * cells.size
      const at = (y * width + x) * 3
      const hex = Array.from(rgb.subarray(at, at + 3), (c) => c.toString(16).padStart(2, '0')).join(
        '',
      )
      expect(`#${hex}`).toBe(cells.palette[cells.cells[i] ?? 0])
    }
  })
})
