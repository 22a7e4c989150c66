/**
 * Time travel over a long run, in a process of its own, so that its memory is that of one engine: ten
 * million events on 262,144 pages. Prints rows as JSON.
 */
import process from 'node:process'
import { record, type RunHooks } from '../src/engine'
import { Debugger } from '../src/engine/debugger'
import type { PlayHooks } from '../src/engine/tape'
import type { Result } from '../src/shared/result'
import {
  GFP_HIGHUSER_MOVABLE,
  presetMachine,
  type Instruction,
  type Machine,
  type ScenarioPlan,
} from '../src/sim'
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

/** Kernel blocks of several orders that come and go, and a process that maps, writes and gives back. */
function plan(): ScenarioPlan {
  const machine = presetMachine('exynos4-1g')
  if (!machine.ok) throw new Error(machine.message)
  const rounds = Math.floor(events / EVENTS_A_ROUND)
  return {
    id: 'bench-travel',
    counterfactualReason: null,
    machine: machine.spec,
    files: [],
    actors: [
      {
        name: 'kernel',
        cpu: 0,
        startNs: 0,
        threadOf: null,
        program: [repeat(rounds, kernelRound())],
      },
      {
        name: 'process',
        cpu: 1,
        startNs: 0,
        threadOf: null,
        program: [repeat(rounds, processRound())],
      },
    ],
    jitterNs: 20_000,
    expect: {},
  }
}

/** About so many events that a round of both makes. */
const EVENTS_A_ROUND = 4200

function repeat(count: number, program: readonly Instruction[]): Instruction {
  return { op: 'repeat', count, untilFailure: false, program, id: null }
}

function kernelRound(): Instruction[] {
  return [0, 1, 2, 3].flatMap((order): Instruction[] => [
    { op: 'allocPages', as: `o${order}`, gfp: GFP_HIGHUSER_MOVABLE, order, blocks: 256 },
    { op: 'freePages', of: `o${order}`, every: 1 },
  ])
}

function processRound(): Instruction[] {
  const range = { area: 'memory', from: 0, pages: null }
  return [
    { op: 'mmap', as: 'memory', pages: 512, locked: false, file: null, shared: false },
    { op: 'write', ...range, order: 'ascending' },
    { op: 'munmap', area: 'memory' },
  ]
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
const recording = must(await record(plan(), recipe, HOOKS))
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
