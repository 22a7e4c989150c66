/** One run, from recipe to summary. */
import type { BuildInfo } from '../shared/kernels'
import type { KernelChoice, Recipe, RunSummary } from '../shared/run'
import { failure, success, type Result } from '../shared/result'
import {
  COUNTER_NAMES,
  digestHex,
  digestText,
  digestWord,
  FIXES,
  kernelClass,
  kernelComplaint,
  missingSymbols,
  startScenario,
  type Intervention,
  type Machine,
  type Outcome,
  type Refusal,
  type RunCounters,
  type RunPlan,
  type ScenarioPlan,
  type ScenarioRun,
} from '../sim'
import { expectationOf } from './expectations'
import { Keyframes } from './keyframes'
import { Recorder } from './recorder'
import { Tape } from './tape'
import { verdictOf } from './verdict'

/** A finished run with everything that can be asked of it. */
export interface Recording {
  /** The machine as the run left it. */
  readonly machine: Machine
  /** The run, to be played again. */
  readonly tape: Tape
  readonly recorder: Recorder
  readonly summary: Omit<RunSummary, 'run'>
  /** Where a fork comes from; null for a run of its own. */
  readonly origin: ForkOrigin | null
}

/** The run a fork is made from, and what it does otherwise than that. */
export interface ForkOrigin {
  readonly parent: Recording
  /** Events that both have. */
  readonly at: number
  readonly interventions: readonly Intervention[]
}

export interface RunHooks {
  /** Told after every slice: events so far, and the part of the programs that is done. */
  readonly onProgress: (events: number, fraction: number) => void
  readonly isCancelled: () => boolean
  /** Lets the host's event loop turn, so that a cancel can arrive. */
  readonly breathe: () => Promise<void>
  /** Events between two keyframes at first; left out: as many as pay on the whole. */
  readonly keyframeEvents?: number
}

const SLICE_EVENTS = 20_000

/** What a subset is, without running it. */
export function buildInfo(kernel: KernelChoice): BuildInfo {
  const { patches } = kernel
  const missing = missingSymbols(patches)
  return { patches, builds: missing.length === 0, missing, class: kernelClass(kernel) }
}

/** `patch 4 needs FOLL_DURABLE, which no chosen patch defines` and so on, on one line. */
export function doesNotBuildText(build: BuildInfo): string {
  const needs = build.missing.map((s) => `patch ${s.patch} needs ${s.symbol}`).join(', ')
  return `patches ${build.patches.join(',')} do not build: ${needs}; add the patch that defines it or use lenient mode`
}

/**
 * Runs a plan to its end, slice by slice. A strict subset that does not build is refused; a run that
 * cannot go on answers why.
 */
export async function record(
  plan: ScenarioPlan,
  recipe: Recipe,
  hooks: RunHooks,
): Promise<Result<Recording>> {
  const complaint = kernelComplaint(recipe.kernel)
  if (complaint !== null) return failure('bad-input', complaint, 'kernel')
  const build = buildInfo(recipe.kernel)
  if (!build.builds && recipe.kernel.mode === 'strict') {
    return failure('does-not-build', doesNotBuildText(build))
  }
  if (!isAscending(recipe)) {
    return failure('bad-input', 'interventions come in the order of their events')
  }
  const recorder = new Recorder()
  try {
    return await runSlices(plan, recipe, build, recorder, hooks)
  } catch (error) {
    // A deadlock of the actors, a BUG of the modelled kernel, or a broken assumption of ours.
    const what = error instanceof Error ? error.message : String(error)
    const events = recorder.log.length
    return failure('internal', `${plan.id} stopped after ${events} events: ${what}`)
  }
}

async function runSlices(
  plan: ScenarioPlan,
  recipe: Recipe,
  build: BuildInfo,
  recorder: Recorder,
  hooks: RunHooks,
): Promise<Result<Recording>> {
  const { seed, kernel, interventions } = recipe
  const runPlan: RunPlan = { scenario: plan, seed, kernel, interventions }
  const run = startScenario(runPlan, recorder)
  recorder.attach(run.machine)
  const keyframes = new Keyframes(hooks.keyframeEvents)
  keyframes.keep(run.freeze())
  while (run.advance(Math.min(SLICE_EVENTS, keyframes.interval))) {
    if (keyframes.isDue(run.machine.trace.events) && run.settle(SLICE_EVENTS)) {
      keyframes.keep(run.freeze())
    }
    hooks.onProgress(run.machine.trace.events, run.fraction())
    await hooks.breathe()
    if (hooks.isCancelled()) return failure('cancelled', 'the run was cancelled')
    if (run.refusals.length > 0) break
  }
  const refused = run.refusals[0]
  if (refused !== undefined) return failure('bad-input', refusalText(refused))
  hooks.onProgress(run.machine.trace.events, 1)
  recorder.finish()
  return success({
    machine: run.machine,
    tape: new Tape(runPlan, keyframes, run.machine.trace.events),
    recorder,
    summary: summarise(plan, recipe, build, run, recorder),
    origin: null,
  })
}

/** `unpin at event 812: nobody pins pfn 0x67c00; its references are: map 1`. */
function refusalText({ intervention, reason }: Refusal): string {
  return `${intervention.do} at event ${intervention.at}: ${reason}`
}

function summarise(
  plan: ScenarioPlan,
  recipe: Recipe,
  build: BuildInfo,
  run: ScenarioRun,
  recorder: Recorder,
): Omit<RunSummary, 'run'> {
  const m = run.machine
  const counters = countersOf(m)
  const requests = recorder.requests.finished
  const verdict = verdictOf(requests, run.outcomes, counters, m.dmesg.at(-1)?.text ?? null)
  return {
    recipe,
    counterfactualReason: plan.counterfactualReason,
    build,
    events: m.trace.events,
    simTimeNs: m.now,
    digest: runDigest(m, run.outcomes),
    outcomes: run.outcomes,
    counters,
    expectation: isChanged(recipe)
      ? // The file says what the scenario shows, not what becomes of it when somebody interferes.
        { class: build.class, met: true, failures: [] }
      : expectationOf(plan, build, {
          machine: m,
          outcomes: run.outcomes,
          counters,
          surprises: run.surprises,
        }),
    requests: requests.map((r) => r.request),
    exercised: Object.fromEntries([1, 2, 3, 4, 5].map((n) => [n, m.exercised[n] ?? 0])),
    exercisedFixes: Object.fromEntries(FIXES.map((n) => [n, m.exercisedFixes[n] ?? 0])),
    verdict: verdict.sentence,
    verdictGood: verdict.good,
  }
}

function isAscending({ interventions = [] }: Recipe): boolean {
  return interventions.every((x, i) => i === 0 || x.at >= (interventions[i - 1]?.at ?? 0))
}

function isChanged({ interventions }: Recipe): boolean {
  return interventions !== undefined && interventions.length > 0
}

function countersOf(m: Machine): RunCounters {
  return Object.fromEntries(COUNTER_NAMES.map((name) => [name, m.counters[name]])) as Record<
    (typeof COUNTER_NAMES)[number],
    number
  >
}

/** The event stream's digest with the outcomes taken in at the end. */
function runDigest(m: Machine, outcomes: readonly Outcome[]): string {
  const digest = { lanes: m.trace.digest.lanes.slice(), words: m.trace.digest.words }
  for (const o of outcomes) {
    digestText(digest, o.id)
    digestWord(digest, o.ret)
    digestWord(digest, o.attempts)
  }
  return digestHex(digest)
}
