/**
 * Time travel over a long run, in a process of its own, so that its memory is that of one engine: ten
 * million events on 262,144 pages. Prints rows as JSON.
 */
import process from 'node:process'
import { record, type RunHooks } from '../src/engine'
import { Debugger } from '../src/engine/debugger'
import type { PlayHooks } from '../src/engine/tape'
import type { Result } from '../src/shared/result'
import { longPlan } from '../src/engine/test/long-plan'
import type { Machine } from '../src/sim'
import type { TravelRows } from './report'

const events = Number(process.argv[2])
const seeks = Number(process.argv[3])
const HOOKS: RunHooks & PlayHooks = {
  onProgress: () => undefined,
  isCancelled: () => false,
  breathe: () => Promise.resolve(),
}

function must<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(result.error.message)
  return result.value
}

function percentile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((x, y) => x - y)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN
}

async function milliseconds(work: () => unknown): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}

/** Copies every large column, as a snapshot without thought would. */
function copyState(m: Machine): number {
  let bytes = 0
  for (const column of Object.values(m.mem) as Int32Array[]) bytes += column.slice().byteLength
  return bytes
}

/** Numbers without chance: the same places in every run. */
function places(count: number, below: number): number[] {
  let x = 20_130_305
  return Array.from({ length: count }, () => {
    x = (Math.imul(x, 1_103_515_245) + 12_345) & 0x7fffffff
    return x % below
  })
}

const recipe = {
  scenario: 'bench-travel',
  seed: 1,
  set: {},
  kernel: { patches: [], mode: 'strict' },
} as const
const started = performance.now()
const recording = must(await record(longPlan('exynos4-1g', events), recipe, HOOKS))
const recordedMs = performance.now() - started
global.gc?.()
const memory = process.memoryUsage()
const { tape } = recording
const dbg = await Debugger.open(tape, HOOKS)
const copies: number[] = []
for (let i = 0; i < 15; i++) copies.push(await milliseconds(() => copyState(recording.machine)))
const seekMs: number[] = []
for (const event of places(seeks, tape.events)) {
  seekMs.push(await milliseconds(() => dbg.seek({ event, step: 0 })))
}
await dbg.seek({ event: tape.events >> 1, step: 0 })
for (let i = 0; i < 8; i++) await dbg.stepEvents(1)
const forward: number[] = []
const back: number[] = []
for (let i = 0; i < 40; i++) forward.push(await milliseconds(() => dbg.stepEvents(1)))
for (let i = 0; i < 40; i++) back.push(await milliseconds(() => dbg.stepEvents(-1)))
const rows: TravelRows = {
  events: tape.events,
  recordedMs,
  memoryBytes: memory.rss,
  keyframes: tape.keyframes.kept.length,
  keyframeBytes: tape.keyframes.bytes,
  copyMs: percentile(copies, 0.5),
  seekP50Ms: percentile(seekMs, 0.5),
  seekP95Ms: percentile(seekMs, 0.95),
  forwardMs: percentile(forward, 0.5),
  backMs: percentile(back, 0.5),
}
process.stdout.write(`${JSON.stringify(rows)}\n`)
