/**
 * The comparison: one scenario on two kernels. It owns the recipe and both runs; everything on
 * screen is derived from it.
 */
import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import type { KernelChoice, RunId, RunSummary } from '../../../shared/run'
import type { Failure, Result } from '../../../shared/result'
import { usePinscope } from '../wire/pinscope'
import { useCatalogue } from './catalogue'
import { useRuns } from './runs'
import { buildOf, refusal, SIDES, withPatchFlipped, type SideName } from './side'

const FIRST_SCENARIO = 'sc-01'
const FIRST_SEED = 1

export const useComparisonStore = defineStore('comparison', () => {
  const pinscope = usePinscope()
  const { load, ready, ...catalogue } = useCatalogue(pinscope)

  const scenarioId = ref<string>(FIRST_SCENARIO)
  const seed = ref<number>(FIRST_SEED)
  /** Parameters that differ from the scenario's defaults. */
  const set = shallowRef<Readonly<Record<string, string>>>({})
  const engineLost = ref<string | null>(null)

  /** Forgets a run that no side shows any more; who keeps runs besides takes its place. */
  let release = (run: RunId): void => void pinscope.drop(run)

  const { a, b, parting, change, runSide, showRuns, cancel } = useRuns(
    {
      ...pinscope,
      run: (recipe, token) => ready(recipe.scenario).then(() => pinscope.run(recipe, token)),
    },
    (kernel) => ({ scenario: scenarioId.value, seed: seed.value, set: set.value, kernel }),
    (kernel) => refusal(buildOf(catalogue.builds.value, kernel.patches), kernel),
    (run) => {
      release(run)
    },
  )

  const scenario = computed(() => catalogue.scenarios.value.find((s) => s.id === scenarioId.value))
  /** The first event where the runs part, where there is one. */
  const divergence = computed(() => (parting.value?.ok === true ? parting.value.value : null))
  const running = computed(() => a.value.phase === 'running' || b.value.phase === 'running')
  /** Both sides came to an end: nothing more happens without the user. */
  const settled = computed(() => [a, b].every((s) => !['idle', 'running'].includes(s.value.phase)))

  pinscope.listen('onDidLoseEngine', ({ reason }) => {
    engineLost.value = reason
    parting.value = null
    const failure: Failure = { code: 'engine-lost', message: reason }
    for (const name of SIDES) change(name, { phase: 'failed', failure, token: null })
  })

  /** Reads what can be chosen, then runs the first scenario on both kernels. */
  async function open(): Promise<void> {
    if (await load()) await runBoth()
  }

  async function runBoth(): Promise<void> {
    engineLost.value = null
    await Promise.all(SIDES.map(runSide))
  }

  async function chooseKernel(name: SideName, kernel: KernelChoice): Promise<void> {
    change(name, { kernel })
    await runSide(name)
  }

  async function flipPatch(name: SideName, patch: number): Promise<void> {
    const { kernel } = name === 'a' ? a.value : b.value
    await chooseKernel(name, { ...kernel, patches: withPatchFlipped(kernel.patches, patch) })
  }

  /** Another scenario starts from its own defaults; the kernels stay. */
  async function openScenario(id: string): Promise<void> {
    scenarioId.value = id
    set.value = {}
    await runBoth()
  }

  async function applyParameters(changed: Readonly<Record<string, string>>): Promise<void> {
    set.value = changed
    await runBoth()
  }

  /**
   * Shows runs that are there already, with their recipe; a side that is left out stays. A recording of another
   * kernel has none: the scenario stays.
   */
  async function show(
    runs: Readonly<Partial<Record<SideName, RunSummary>>>,
  ): Promise<Result<null>> {
    const answer = await showRuns(runs)
    const recipe = [runs.a, runs.b].find((run) => run !== undefined && !run.foreign)?.recipe
    if (answer.ok && recipe !== undefined) {
      scenarioId.value = recipe.scenario
      seed.value = recipe.seed
      set.value = recipe.set
    }
    return answer
  }

  /** A kernel whose run could not be made again: chosen, with the reason, and nothing to be shown. */
  function showFailure(name: SideName, kernel: KernelChoice, error: Failure): void {
    parting.value = null
    change(name, { kernel, phase: 'failed', failure: error, token: null, shown: null })
  }

  /** From now on runs that are not shown any more are handed over instead of forgotten. */
  function handOver(to: (run: RunId) => void): void {
    release = to
  }

  async function applySeed(value: number): Promise<void> {
    seed.value = value
    await runBoth()
  }

  return {
    ...catalogue,
    scenarioId,
    scenario,
    seed,
    set,
    engineLost,
    a,
    b,
    parting,
    divergence,
    running,
    settled,
    open,
    runBoth,
    runSide,
    cancel,
    chooseKernel,
    flipPatch,
    openScenario,
    applyParameters,
    applySeed,
    show,
    showFailure,
    handOver,
  }
})
