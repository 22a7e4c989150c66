/** Both runs side by side in tables: outcomes and counters, with what differs. */
import type { Difference, Divergence } from '../../../../shared/compare'
import type { RunSummary } from '../../../../shared/run'
import type { Result } from '../../../../shared/result'
import { countText, retText, timeText } from '../../../../shared/text'

type Outcome = RunSummary['outcomes'][number]

export interface OutcomeCell {
  readonly ret: string
  readonly good: boolean
  readonly attempts: number
  /** What the number does not say. */
  readonly message: string | undefined
}

export interface OutcomeRow {
  readonly id: string
  readonly actor: string
  readonly call: string
  readonly a: OutcomeCell | null
  readonly b: OutcomeCell | null
  readonly differs: boolean
}

function cellOf(outcome: Outcome | undefined): OutcomeCell | null {
  if (outcome === undefined) return null
  return {
    ret: retText(outcome.ret, outcome.errno),
    good: outcome.ret >= 0,
    attempts: outcome.attempts,
    message: outcome.message,
  }
}

/** One row per named call; a call that only one run reached has an empty side. */
export function outcomeRows(a: RunSummary | null, b: RunSummary | null): OutcomeRow[] {
  const ofA = new Map(a?.outcomes.map((o) => [o.id, o]))
  const ofB = new Map(b?.outcomes.map((o) => [o.id, o]))
  return [...new Map([...ofA, ...ofB]).values()].map(({ id, actor, call }) => {
    const left = cellOf(ofA.get(id))
    const right = cellOf(ofB.get(id))
    const differs = left?.ret !== right?.ret || left?.attempts !== right?.attempts
    return { id, actor, call, a: left, b: right, differs }
  })
}

export interface CounterRow {
  readonly name: string
  readonly unit: 'count' | 'ns'
  /** Null where the run is missing. */
  readonly a: number | null
  readonly b: number | null
  /** B - A; null when a run is missing. */
  readonly difference: number | null
}

export type CounterColumn = 'name' | 'a' | 'b' | 'difference'

/** The counters of both runs, and before them how long the runs are. */
export function counterRows(a: RunSummary | null, b: RunSummary | null): CounterRow[] {
  const counters = a?.counters ?? b?.counters
  if (counters === undefined) return []
  const names = Object.keys(counters) as (keyof typeof counters)[]
  return [
    counterRow('events', 'count', a?.events, b?.events),
    counterRow('simulated time', 'ns', a?.simTimeNs, b?.simTimeNs),
    ...names.map((name) => counterRow(name, 'count', a?.counters[name], b?.counters[name])),
  ]
}

function counterRow(
  name: string,
  unit: CounterRow['unit'],
  a: number | null = null,
  b: number | null = null,
): CounterRow {
  return { name, unit, a, b, difference: a === null || b === null ? null : b - a }
}

/** By a column; differences by their size, whatever their sign. Null leaves the order. */
export function sortedRows(
  rows: readonly CounterRow[],
  by: CounterColumn | null,
  descending: boolean,
): readonly CounterRow[] {
  if (by === null) return rows
  const order = by === 'name' ? byName : byNumber(by)
  return rows.toSorted((x, y) => (descending ? order(y, x) : order(x, y)))
}

function byName(x: CounterRow, y: CounterRow): number {
  return x.name < y.name ? -1 : 1
}

function byNumber(by: Exclude<CounterColumn, 'name'>) {
  return (x: CounterRow, y: CounterRow): number => Math.abs(x[by] ?? 0) - Math.abs(y[by] ?? 0)
}

/** `8,000`, `65.03 ms`; empty where there is none. */
export function valueText({ unit }: CounterRow, value: number | null): string {
  if (value === null) return ''
  return unit === 'ns' ? timeText(value) : countText(value)
}

/** `+12`, `-8,000`, empty when equal or when a run is missing. */
export function differenceText(row: Pick<CounterRow, 'unit' | 'difference'>): string {
  const { unit, difference } = row
  if (difference === null || difference === 0) return ''
  const size = Math.abs(difference)
  return `${difference > 0 ? '+' : '-'}${unit === 'ns' ? timeText(size) : countText(size)}`
}

/** `expectation for BASE met`, or what was missed. */
export function expectationText({ expectation }: RunSummary): string {
  const met = `expectation for ${expectation.class}`
  return expectation.met ? `${met} met` : `${met} not met: ${expectation.failures.join('; ')}`
}

/** Why no first divergent event is shown: nothing to compare, not compared yet, no answer, or none. */
export function noPartingText(finished: boolean, parting: Result<unknown> | null): string {
  if (!finished) return 'Known when both runs have finished.'
  if (parting === null) return 'The events are being compared.'
  if (!parting.ok) return `The runs could not be compared: ${parting.error.message}`
  return 'None: both runs do the same things to the end.'
}

export interface StateRow {
  /** Set for a frame. */
  readonly pfn: number | null
  /** What differs: `count` of a frame, `Normal nr_free_pages`. */
  readonly name: string
  readonly a: string
  readonly b: string
  /** B - A where both are numbers. */
  readonly difference: string
}

/** One kind of what differs. */
export interface StateTable {
  readonly title: string
  /** Head of the column that names what differs. */
  readonly what: string
  /** The values are numbers. */
  readonly numbers: boolean
  readonly frames: boolean
  /** How many differ; more than are listed where those are frames. */
  readonly differing: number
  readonly rows: readonly StateRow[]
}

/** How the machines differ where the runs part, a table for each kind that does. */
export function stateTables({ state }: Pick<Divergence, 'state'>): StateTable[] {
  const frames = state.frames.flatMap(({ pfn, fields }) =>
    fields.map((field) => ({ pfn, ...field, difference: '' })),
  )
  const tables: StateTable[] = [
    {
      ...{ title: 'Frames', what: 'pfn and field', numbers: false, frames: true },
      ...{ differing: state.framesDiffering, rows: frames },
    },
    numberTable('Zone counters', 'counter', state.counters),
    numberTable('Free lists', 'free blocks of', state.freeLists),
    numberTable('CMA areas', 'pages handed out of', state.cma),
  ]
  return tables.filter((table) => table.differing > 0)
}

function numberTable(title: string, what: string, list: readonly Difference[]): StateTable {
  const rows = list.map(({ name, a, b }) => {
    const difference = { unit: 'count', difference: Number(b) - Number(a) } as const
    const isNumber = Number.isFinite(difference.difference)
    return {
      ...{ pfn: null, name, a: grouped(a), b: grouped(b) },
      difference: isNumber ? differenceText(difference) : '',
    }
  })
  return { title, what, numbers: true, frames: false, differing: list.length, rows }
}

function grouped(text: string): string {
  return /^\d+$/.test(text) ? countText(Number(text)) : text
}

/** What is shown for the run that has no such event. */
export function missingEventText({ missing }: Pick<Divergence, 'missing'>): string {
  if (missing === null) return ''
  return `${missing.toUpperCase()} has no such event; the one shown for it is the last before.`
}

/** `camera in VIDIOC_QBUF (instruction 3)`; from the second time on with which time it is. */
export function partedCallText({ actor, call }: Pick<Divergence, 'actor' | 'call'>): string {
  if (call === null) return `${actor}, in no call`
  const times = call.nth === 1 ? '' : `, time ${call.nth}`
  return `${actor} in ${call.name} (instruction ${call.step}${times})`
}

/** How many frames differ in all, where not all are listed; empty where they are. */
export function moreFramesText({ state }: Pick<Divergence, 'state'>): string {
  const more = state.framesDiffering - state.frames.length
  return more > 0 ? `${countText(more)} more frames differ.` : ''
}
