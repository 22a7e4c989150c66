/** What the bench prints: ratios against budgets first, absolute figures after, as text or JSON. */
import { spread, type Spread } from './stats'

/** A ratio or a count; only these have budgets. */
export interface RatioRow extends Spread {
  readonly name: string
  /** `x` for ratios, `B` for bytes. */
  readonly unit: 'x' | 'B'
  readonly budget: number | null
}

/** A figure of this machine on this day. */
export interface AbsoluteRow extends Spread {
  readonly name: string
  readonly unit: string
}

export interface Section {
  readonly ratios: readonly RatioRow[]
  readonly absolutes: readonly AbsoluteRow[]
  /** What was checked or left out, one sentence each. */
  readonly notes: readonly string[]
}

export interface Environment {
  readonly node: string
  readonly cpus: number
  readonly cpu: string
  readonly compiler: string
  readonly rounds: number
  readonly operations: number
}

/** What bench/travel.ts prints. Times are medians but where the name says otherwise. */
export interface TravelRows {
  readonly events: number
  readonly recordedMs: number
  /** Resident bytes of the process when the run is recorded. */
  readonly memoryBytes: number
  readonly keyframes: number
  readonly keyframeBytes: number
  /** Copying all page columns once. */
  readonly copyMs: number
  readonly seekP50Ms: number
  readonly seekP95Ms: number
  /** One step by event in a row of them. */
  readonly forwardMs: number
  readonly backMs: number
}

/** Time travel beside its budgets. */
export function travelSection(rows: TravelRows): Section {
  const one = (value: number): readonly number[] => [value]
  const MB = 1e6
  return {
    ratios: [
      ratioRow(
        'seek to a random event, p50 / copy of the full state',
        one(rows.seekP50Ms / rows.copyMs),
        5,
      ),
      ratioRow('step back / step forward', one(rows.backMs / rows.forwardMs), 10),
    ],
    absolutes: [
      absoluteRow(`events recorded on 262,144 pages`, one(rows.events), 'events'),
      absoluteRow('recording them', one(rows.recordedMs / 1e3), 's'),
      absoluteRow('whole process then (budget 700)', one(rows.memoryBytes / MB), 'MB'),
      absoluteRow(`keyframes: ${rows.keyframes} kept`, one(rows.keyframeBytes / MB), 'MB'),
      absoluteRow('copy of the full state', one(rows.copyMs), 'ms'),
      absoluteRow('seek p50', one(rows.seekP50Ms), 'ms'),
      absoluteRow('seek p95 (sanity 100)', one(rows.seekP95Ms), 'ms'),
      absoluteRow('step forward', one(rows.forwardMs), 'ms'),
      absoluteRow('step back', one(rows.backMs), 'ms'),
    ],
    notes: [],
  }
}

export function ratioRow(
  name: string,
  values: readonly number[],
  budget: number | null,
  unit: RatioRow['unit'] = 'x',
): RatioRow {
  return { name, unit, budget, ...spread(values) }
}

export function absoluteRow(name: string, values: readonly number[], unit: string): AbsoluteRow {
  return { name, unit, ...spread(values) }
}

/** Three significant digits, never in powers of ten. */
function figure(value: number): string {
  if (!Number.isFinite(value)) return '-'
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en-US')
  return value.toPrecision(3)
}

function range(row: Spread): string {
  return `${figure(row.min)} - ${figure(row.max)}`
}

function verdict(row: RatioRow): string {
  if (row.budget === null) return ''
  const word = row.median <= row.budget ? 'within' : 'OVER'
  return `<= ${row.budget} ${row.unit}  ${word}`
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = [0, 1, 2].map((c) => Math.max(...rows.map((r) => (r[c] ?? '').length)))
  return rows
    .map(([name = '', median = '', between = '', rest = '']) =>
      [
        `  ${name.padEnd(widths[0] ?? 0)}`,
        median.padStart(widths[1] ?? 0),
        between.padStart(widths[2] ?? 0),
        rest,
      ]
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

export function asText(env: Environment, sections: readonly Section[]): string {
  const ratios = sections.flatMap((s) => s.ratios)
  const absolutes = sections.flatMap((s) => s.absolutes)
  return [
    `${env.cpu}, ${env.cpus} CPUs, Node ${env.node}, ${env.compiler}`,
    `medians of ${env.rounds} interleaved rounds, ${env.operations.toLocaleString('en-US')} allocator operations a round`,
    '',
    'Ratios and counts',
    table([
      ['', 'median', 'min - max', 'budget'],
      ...ratios.map((r) => [r.name, `${figure(r.median)} ${r.unit}`, range(r), verdict(r)]),
    ]),
    '',
    'Absolute figures of this machine: printed, never asserted',
    table([
      ['', 'median', 'min - max', ''],
      ...absolutes.map((r) => [r.name, figure(r.median), range(r), r.unit]),
    ]),
    '',
    ...sections.flatMap((s) => s.notes).map((note) => `- ${note}`),
    '',
  ].join('\n')
}

export function asJson(env: Environment, sections: readonly Section[]): string {
  const body = {
    format: 'pinscope/bench@1',
    environment: env,
    ratios: sections.flatMap((s) => s.ratios),
    absolutes: sections.flatMap((s) => s.absolutes),
    notes: sections.flatMap((s) => s.notes),
  }
  return `${JSON.stringify(body, null, 2)}\n`
}
