/**
 * A stand-in for the engine in tests of the window: believable data through the real contract. It
 * models nothing; numbers follow the recording of the reference failure where that is easy.
 */
import type { Calls, News, NewsName, Pinscope } from '../../../shared/contract'
import type { BuildInfo, KernelCheck } from '../../../shared/kernels'
import type { PageMapData } from '../../../shared/page-map'
import type { ContigRequest, Recipe, RunSummary } from '../../../shared/run'
import { TRACKS, type CallBar, type FixedTrack, type SeriesData } from '../../../shared/timeline'
import { failure, success, type Result } from '../../../shared/result'
import { callsOver } from '../../../shared/wire'
import { FAKE_KERNELS, FAKE_PATCHES, FAKE_SCENARIOS } from './fake-catalogue'
import { fakeHistory, fakeMap, fakePage, fakeRow, type Board } from './fake-memory'

export interface FakeOptions {
  /** Progress reports before a run ends; 0 ends at once. */
  readonly steps?: number
  readonly stepMs?: number
  /** Answers in the place of its own. */
  readonly calls?: Partial<Calls>
}

export interface FakePinscope extends Pinscope {
  readonly tell: <K extends NewsName>(news: K, value: News[K]) => void
  /** Recipes that were run, in order. */
  readonly ran: readonly Recipe[]
  readonly dropped: readonly number[]
  readonly cancelled: readonly string[]
}

interface FakeRun {
  readonly summary: RunSummary
  readonly map: PageMapData
  readonly full: boolean
}

/** Calls that the stand-in knows nothing about; a test that needs one gives it. */
const UNKNOWN = callsOver((call) =>
  Promise.resolve(failure('not-found', `the stand-in has no ${call}`)),
)

export function createFakePinscope(options: FakeOptions = {}): FakePinscope {
  const { steps = 0, stepMs = 0 } = options
  const listeners = new Set<{ news: NewsName; listener: (value: never) => void }>()
  const runs: FakeRun[] = []
  const ran: Recipe[] = []
  const dropped: number[] = []
  const cancelled: string[] = []

  const tell: FakePinscope['tell'] = (news, value) => {
    for (const l of listeners) if (l.news === news) l.listener(value as never)
  }
  const withRun = <T>(id: number, use: (run: FakeRun) => T): Promise<Result<T>> => {
    const run = runs[id]
    return Promise.resolve(
      run === undefined ? failure('not-found', 'no such run') : success(use(run)),
    )
  }

  return {
    ...UNKNOWN,
    tell,
    ran,
    dropped,
    cancelled,
    listen: (news, listener) => {
      const entry = { news, listener: listener as (value: never) => void }
      listeners.add(entry)
      return () => listeners.delete(entry)
    },
    listScenarios: () => Promise.resolve(success(FAKE_SCENARIOS)),
    listPatches: () => Promise.resolve(success(FAKE_PATCHES)),
    listBuilds: () => Promise.resolve(success(fakeBuilds())),
    listKernels: () => Promise.resolve(success(FAKE_KERNELS)),
    checkKernel: (kernel) => Promise.resolve(success(fakeCheck(kernel))),
    run: async (recipe, token) => {
      ran.push(recipe)
      for (let step = 0; step < steps; step++) {
        tell('onDidProgress', { token, events: step * 2_500, fraction: step / steps })
        await new Promise((resolve) => setTimeout(resolve, stepMs))
        if (cancelled.includes(token)) return failure('cancelled', 'The run was cancelled.')
      }
      const run = fakeRun(runs.length, recipe)
      runs.push(run)
      return success(run.summary)
    },
    cancel: (token) => {
      cancelled.push(token)
      return Promise.resolve(success(null))
    },
    drop: (run) => {
      dropped.push(run)
      return Promise.resolve(success(null))
    },
    series: (run, query) => withRun(run, (r) => fakeSeries(r, query.columns)),
    readings: (run, at) =>
      withRun(run, ({ summary, full }) =>
        TRACKS.map((name) => {
          const part = at === null ? 1 : at.event / summary.events
          return { name, value: Math.floor(valuesOf(full)(name, part)) }
        }),
      ),
    pageMap: (run, at) => withRun(run, (r) => ({ ...r.map, at, layer: null })),
    page: (run, pfn) => withRun(run, (r) => fakePage(r.map, pfn)),
    pageHistory: (run, pfn, from, by, limit) =>
      withRun(run, (r) => {
        const all = fakeHistory(r.map, pfn)
        if (by === 1) return all.filter((row) => row.event > from).slice(0, limit)
        return all.filter((row) => row.event < from).slice(-limit)
      }),
    divergence: (a, b) =>
      withRun(a, (left) =>
        withRunNow(runs[b], (right) =>
          left.full === right.full
            ? null
            : {
                a: fakeRow(10_942, 'sim_gup_pin', 'pfn=0x67103 holder=3 long=1 count=2', 3_204_100),
                b: fakeRow(10_942, 'sim_lru_add_drain_all', 'cpus=2', 3_204_100),
                actor: 'camera',
                call: { name: 'VIDIOC_QBUF', step: 2, nth: 1 },
                missing: null,
                state: { frames: [], framesDiffering: 0, counters: [], freeLists: [], cma: [] },
              },
        ),
      ),
    ...options.calls,
  }
}

function withRunNow<T>(run: FakeRun | undefined, use: (run: FakeRun) => T): T | null {
  return run === undefined ? null : use(run)
}

/** gup-migration 6.6, built from its three rules. */
export function fakeBuilds(): BuildInfo[] {
  return Array.from({ length: 32 }, (_, n) => {
    const patches = [1, 2, 3, 4, 5].filter((p) => (n & (1 << (p - 1))) !== 0)
    const has = (p: number): boolean => patches.includes(p)
    const missing = [
      ...(has(4) && !has(3) ? [{ patch: 4, symbol: 'FOLL_DURABLE' }] : []),
      ...(has(4) && !has(1) ? [{ patch: 4, symbol: 'migrate_replace_page' }] : []),
      ...(has(5) && !has(3) ? [{ patch: 5, symbol: 'FOLL_DURABLE' }] : []),
    ]
    const fault = has(3) && has(5)
    const full = fault && has(4) && has(1)
    return {
      patches,
      builds: missing.length === 0,
      missing,
      class: full ? 'FULL' : fault ? 'FAULT' : 'BASE',
    }
  })
}

/** The policy's class, or the subset's; patches under a later policy are refused. */
function fakeCheck({ patches, policy: name = 'rfc2013' }: Recipe['kernel']): KernelCheck {
  const n = patches.reduce((sum, p) => sum | (1 << (p - 1)), 0)
  const build = fakeBuilds()[n] as BuildInfo
  const policy = FAKE_KERNELS.policies.find((p) => p.name === name)
  const complaint = patches.length > 0 ? (policy?.refusal.patches ?? null) : null
  return { build: { ...build, class: policy?.class ?? build.class }, complaint }
}

function fakeRun(id: number, recipe: Recipe): FakeRun {
  const n = recipe.kernel.patches.reduce((sum, p) => sum | (1 << (p - 1)), 0)
  const build = fakeBuilds()[n] as BuildInfo
  const full = build.class === 'FULL'
  const board: Board = recipe.set.machine === 'exynos4-1g' ? 'exynos4-1g' : 'vexpress-128m'
  const map = fakeMap(board, full)
  const cma = map.cmaAreas[0]?.startPfn ?? 0
  const simTimeNs = full ? 9_114_300 : 12_480_900
  const digest = `${full ? '4c1e07' : '9f3a51'}${id.toString(16).padStart(2, '0')}`.padEnd(
    60,
    '7b0d',
  )
  const ret = full ? 0 : -12
  const outcomes = [0, 1, 2, 3].map((i) => ({
    id: `qbuf${i}`,
    actor: 'camera',
    call: 'VIDIOC_QBUF',
    ret: 0,
    errno: null,
    attempts: 0,
  }))
  return {
    full,
    map,
    summary: {
      run: id,
      recipe,
      counterfactualReason:
        FAKE_SCENARIOS.find((s) => s.id === recipe.scenario)?.counterfactualReason ?? null,
      build,
      events: full ? 41_377 : 48_213,
      simTimeNs,
      digest: `${digest}c2e1`,
      outcomes: [
        ...outcomes,
        {
          id: 'request',
          actor: 'codec',
          call: 'dma_alloc_from_contiguous',
          ret,
          errno: full ? null : 'ENOMEM',
          attempts: full ? 0 : 8_000,
        },
      ],
      counters: fakeCounters(full),
      expectation: { class: build.class, met: true, failures: [] },
      requests: [fakeRequest(cma, full)],
      exercisedFixes: {},
      exercised: full ? { 1: 2_048, 2: 9, 3: 2_048, 4: 2_048, 5: 4 } : { 2: 9 },
      verdict: full
        ? "codec's request for 3,072 pages succeeded at the first position; 2,048 pages had been moved out of CMA when they were pinned; no CMA frame was ever under a long pin."
        : "codec's request for 3,072 pages failed (-ENOMEM): 5 positions tried, all blocked by 2,048 pages pinned by camera (vb2 QBUF, since 3.2 ms).",
      verdictGood: full,
    },
  }
}

function fakeCounters(full: boolean): RunSummary['counters'] {
  return {
    pinned_in_cma: full ? 0 : 2_048,
    migrate_attempts: full ? 0 : 8_000,
    migrated: full ? 0 : 0,
    replaced: full ? 2_048 : 0,
    drains: full ? 6 : 10,
    drain_work_items: full ? 12 : 20,
    unmaps: full ? 2_048 : 8_000,
    remaps: full ? 2_048 : 8_000,
    copies: full ? 2_048 : 0,
    faults: 4_213,
    allocs: full ? 7_310 : 5_262,
    frees: full ? 2_233 : 185,
    pinned_in_cma_despite_durable: 0,
  }
}

function fakeRequest(cma: number, full: boolean): ContigRequest {
  const positions = (full ? [0] : [0, 256, 512, 768, 1024]).map((offset, i) => ({
    startPfn: cma + offset,
    endPfn: cma + offset + 3072,
    ret: full ? 0 : -16,
    attempts: full ? 0 : 1_600,
    event: 31_002 + i * 3_402,
    blocking: full ? [] : Array.from({ length: 32 }, (_, k) => cma + 1024 + offset + k * 2),
  }))
  return {
    actor: 'codec',
    area: 'default',
    count: 3_072,
    align: 8,
    ret: full ? 0 : -12,
    event: 30_998,
    timeNs: 6_402_000,
    positions,
  }
}

function fakeSeries({ summary, full }: FakeRun, columns: number): SeriesData {
  const toNs = summary.simTimeNs
  const value = valuesOf(full)
  const bar = (call: string, from: number, to: number, ret: number, event: number): CallBar => ({
    ...{ call, ret, event, calls: 1, retEvent: event + 1 },
    fromNs: toNs * from,
    toNs: toNs * to,
  })
  return {
    fromNs: 0,
    toNs,
    endNs: toNs,
    columns,
    tracks: TRACKS.map((name) => ({
      name,
      min: Float64Array.from({ length: columns }, (_, i) => Math.floor(value(name, i / columns))),
      max: Float64Array.from({ length: columns }, (_, i) =>
        Math.ceil(value(name, (i + 0.6) / columns)),
      ),
      last: Float64Array.from({ length: columns }, (_, i) =>
        Math.floor(value(name, (i + 0.6) / columns)),
      ),
    })),
    lanes: [
      {
        actor: 'camera',
        task: 1,
        bars: [
          bar('write', 0, 0.26, 0, 12),
          ...[0, 1, 2, 3].map((i) =>
            bar('VIDIOC_QBUF', 0.3 + i * 0.04, 0.33 + i * 0.04, 0, 10_900 + i * 900),
          ),
        ],
        events: new Uint32Array(columns).fill(1),
      },
      {
        actor: 'codec',
        task: 2,
        bars: [bar('dma_alloc_from_contiguous', 0.52, 1, full ? 0 : -12, 30_998)],
        events: new Uint32Array(columns),
      },
    ],
    marks: full
      ? []
      : [{ kind: 'failure', timeNs: toNs, event: summary.events - 1, text: 'codec -ENOMEM' }],
  }
}

/** Courses over the part of the run that is over, for tracks that have one. */
function valuesOf(full: boolean): (name: FixedTrack, x: number) => number {
  const free = (x: number): number =>
    x < 0.26 ? 9_600 - x * 33_000 : x < 0.5 ? 1_012 : full ? 900 : 1_012
  const cma = (x: number): number =>
    x < 0.1 ? 4_096 : x < 0.26 ? 4_096 - (x - 0.1) * 21_000 : full && x > 0.6 ? 300 : 706
  const courses: Partial<Record<FixedTrack, (x: number) => number>> = {
    free,
    freeCma: cma,
    'free:CMA': cma,
    'free:Movable': (x) => Math.max(0, free(x) - cma(x)),
    pins: (x) => (x < 0.3 ? 0 : Math.min(2_048, (x - 0.3) * 16_000)),
    pinsInCma: (x) => (full || x < 0.3 ? 0 : Math.min(2_048, (x - 0.3) * 16_000)),
    migrateFailures: (x) => (full || x < 0.52 ? 0 : Math.min(8_000, (x - 0.52) * 17_000)),
  }
  return (name, x) => courses[name]?.(x) ?? 0
}
