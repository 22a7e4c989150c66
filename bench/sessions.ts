/** What recording, the matrix and the page map cost on whole runs. */
import { matrix, record, type Recording, type RunHooks } from '../src/engine'
import { pageMap } from '../src/engine/page-map'
import { Recorder } from '../src/engine/recorder'
import { scenarioPlans } from '../src/formats/source'
import { shippedScenarios } from '../src/formats/shipped'
import { pngBytes } from '../src/host/png'
import type { Result } from '../src/shared/result'
import type { Recipe } from '../src/shared/run'
import { startScenario, type Machine, type ScenarioPlan } from '../src/sim'
import { measureIndex } from './event-index'
import { absoluteRow, ratioRow, type Section } from './report'
import { ratios } from './stats'
import { createLoad, drive } from './stream'

const RECIPE: Recipe = {
  scenario: 'sc-01',
  seed: 1,
  set: {},
  kernel: { patches: [], mode: 'strict' },
}
const HOOKS: RunHooks = {
  onProgress: () => undefined,
  isCancelled: () => false,
  breathe: () => Promise.resolve(),
}
/** Runs before the first measured one. */
const WARM_UP_RUNS = 6
const MAP_PAGES = 262_144
const SEED = 20_130_305

function must<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(result.error.message)
  return result.value
}

async function seconds(work: () => unknown): Promise<number> {
  const start = performance.now()
  await work()
  return (performance.now() - start) / 1000
}

function plan(): ScenarioPlan {
  return must(scenarioPlans(shippedScenarios(), pngBytes).plan(RECIPE.scenario, RECIPE.set))
}

async function recordOnce(p: ScenarioPlan): Promise<Recording> {
  return must(await record(p, RECIPE, HOOKS))
}

/** The same run with its digest, but nobody who listens. */
function runUnrecorded(p: ScenarioPlan): Machine {
  const run = startScenario({ scenario: p, seed: RECIPE.seed, kernel: RECIPE.kernel }, null)
  while (run.advance(Number.MAX_SAFE_INTEGER)) {
    // One slice is the whole run.
  }
  return run.machine
}

/** Repeats per measurement, so that a short run is still long against the clock. */
async function repeated(times: number, work: () => unknown): Promise<number> {
  return (
    (await seconds(async () => {
      for (let i = 0; i < times; i++) await work()
    })) / times
  )
}

/** `matrices` of the rounds also run the matrix, which takes as long as 16 runs. */
async function measureScenario(
  rounds: number,
  repeats: number,
  matrices: number,
): Promise<Section> {
  const p = plan()
  const recorded: number[] = []
  const bare: number[] = []
  const all: number[] = []
  const { events } = (await recordOnce(p)).summary
  if (runUnrecorded(p).trace.events !== events)
    throw new Error('sc-01 ran otherwise without a sink')
  await repeated(WARM_UP_RUNS, () => recordOnce(p))
  await repeated(WARM_UP_RUNS, () => runUnrecorded(p))
  for (let round = 0; round < rounds; round++) {
    recorded.push(await repeated(repeats, () => recordOnce(p)))
    bare.push(await repeated(repeats, () => runUnrecorded(p)))
    if (round < matrices)
      all.push(await seconds(async () => must(await matrix(p, RECIPE, { mode: 'strict' }, HOOKS))))
  }
  const perSecond = (times: readonly number[]): number[] => times.map((t) => events / t / 1e6)
  return {
    ratios: [
      ratioRow('SC-01 with everything recorded / no sink', ratios(recorded, bare), 2.5),
      ratioRow('matrix of SC-01, 32 subsets / one recorded run', ratios(all, recorded), 20),
    ],
    absolutes: [
      absoluteRow(
        'SC-01, baseline, recorded: whole run',
        recorded.map((t) => t * 1000),
        'ms',
      ),
      absoluteRow('SC-01, baseline, recorded', perSecond(recorded), 'M events/s'),
      absoluteRow('SC-01, baseline, no sink', perSecond(bare), 'M events/s'),
      absoluteRow(
        'matrix of SC-01',
        all.map((t) => t * 1000),
        'ms',
      ),
    ],
    notes: [`SC-01 on the baseline emits ${events.toLocaleString('en-US')} events`],
  }
}

/** What can still be reached: only a later turn of the event loop lets go of what the last call had. */
async function residentBytes(): Promise<number> {
  for (let round = 0; round < 4; round++) {
    await new Promise((resolve) => setImmediate(resolve))
    globalThis.gc?.()
  }
  const { arrayBuffers, heapUsed } = process.memoryUsage()
  return arrayBuffers + heapUsed
}

/** What a recording keeps beyond the machine it watched: log, tracks, requests. */
async function bytesOfScenario(): Promise<{ bytes: number; events: number }> {
  const p = plan()
  const before = await residentBytes()
  const machine = runUnrecorded(p)
  const bare = (await residentBytes()) - before
  const between = await residentBytes()
  const recording = await recordOnce(p)
  const recorded = (await residentBytes()) - between
  // Both are still in use here, so neither was collected above.
  if (machine.trace.events !== recording.recorder.log.length) throw new Error('sc-01 lost events')
  return { bytes: recorded - bare, events: recording.recorder.log.length }
}

/** The same over a long allocator stream, where chunks are full; also what recording costs there. */
async function measureLongLog(
  operations: number,
): Promise<{ bytes: number; events: number; ratio: number }> {
  drive(createLoad(MAP_PAGES, SEED), operations)
  const bare = createLoad(MAP_PAGES, SEED)
  const bareStart = performance.now()
  drive(bare, operations)
  const bareTime = performance.now() - bareStart
  const load = createLoad(MAP_PAGES, SEED)
  const before = await residentBytes()
  const recorder = new Recorder()
  recorder.attach(load.machine)
  load.machine.trace.sink = recorder
  const start = performance.now()
  drive(load, operations)
  const time = performance.now() - start
  const bytes = (await residentBytes()) - before
  if (bare.checksum !== load.checksum) throw new Error('the allocator ran otherwise when recorded')
  return { bytes, events: recorder.log.length, ratio: time / bareTime }
}

async function measureMemory(rounds: number, operations: number): Promise<Section> {
  if (globalThis.gc === undefined) {
    return { ratios: [], absolutes: [], notes: ['no gc: the rows of resident bytes are left out'] }
  }
  const scenario = await bytesOfScenario()
  const long: Awaited<ReturnType<typeof measureLongLog>>[] = []
  for (let round = 0; round < rounds; round++) long.push(await measureLongLog(operations))
  const events = long[0]?.events ?? 0
  return {
    ratios: [
      ratioRow(
        'resident bytes per recorded event, SC-01',
        [scenario.bytes / scenario.events],
        32,
        'B',
      ),
      ratioRow(
        `resident bytes per recorded event, ${(events / 1e6).toFixed(1)} M allocator events`,
        long.map((l) => l.bytes / l.events),
        32,
        'B',
      ),
      ratioRow(
        'allocator stream with everything recorded / no sink',
        long.map((l) => l.ratio),
        2.5,
      ),
    ],
    absolutes: [],
    notes: [
      'bytes per event: array buffers and heap after gc, less a run without a sink; the last chunk counts whole',
    ],
  }
}

async function measurePageMap(rounds: number): Promise<Section> {
  const { machine } = createLoad(MAP_PAGES, SEED)
  const times: number[] = []
  for (let round = -3; round < rounds; round++) {
    const time = await repeated(4, () => pageMap(machine))
    if (round >= 0) times.push(time * 1000)
  }
  const name = `page map computed, ${MAP_PAGES.toLocaleString('en-US')} pages`
  return { ratios: [], absolutes: [absoluteRow(name, times, 'ms')], notes: [] }
}

export async function measureSessions(rounds: number, short: boolean): Promise<readonly Section[]> {
  return [
    await measureScenario(rounds, short ? 2 : 5, short ? 1 : rounds),
    await measureMemory(short ? 1 : 3, short ? 300_000 : 1_500_000),
    await measurePageMap(rounds),
    measureIndex(rounds, short ? 1_000_000 : 10_000_000),
  ]
}
