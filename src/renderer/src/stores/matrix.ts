/** All 32 subsets of the series on the recipe of the comparison: made when asked for, kept until made anew. */
import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import type { MatrixCell } from '../../../shared/compare'
import type { Recipe } from '../../../shared/run'
import type { Failure } from '../../../shared/result'
import { usePinscope } from '../wire/pinscope'
import { useComparisonStore } from './comparison'
import { withPatches } from './kernel-choice'
import { foreignOf, isSeries, SIDES, type SideName } from './side'

export interface MadeMatrix {
  readonly recipe: Recipe
  readonly cells: readonly MatrixCell[]
}

export const useMatrixStore = defineStore('matrix', () => {
  const pinscope = usePinscope()
  const comparison = useComparisonStore()

  const made = shallowRef<MadeMatrix | null>(null)
  const failure = shallowRef<Failure | null>(null)
  /** Null: nothing is under way. */
  const token = ref<string | null>(null)
  const fraction = ref<number>(0)
  /** The outcome looked at; null: the one that tells most. */
  const outcome = ref<string | null>(null)
  let tokens = 0

  /** Sides that show runs: where both show recordings, nothing in sight has a kernel that could be another one. */
  const sides = computed(() => SIDES.filter((side) => foreignOf(comparison[side]) === null))
  /** What would be run now. What the subsets share are the fixes and callers of the last side, where it is of the series. */
  const recipe = computed<Recipe>(() => {
    const { kernel } = comparison[sides.value.at(-1) ?? 'b']
    return {
      scenario: comparison.scenarioId,
      seed: comparison.seed,
      set: comparison.set,
      kernel: isSeries(kernel) ? withPatches(kernel, []) : { patches: [], mode: 'strict' },
    }
  })
  const stale = computed(
    () => made.value !== null && JSON.stringify(made.value.recipe) !== JSON.stringify(recipe.value),
  )

  pinscope.listen('onDidProgress', (progress) => {
    if (progress.token === token.value) fraction.value = progress.fraction
  })

  /** True when the matrix of the recipe as it is now is there. */
  async function run(): Promise<boolean> {
    if (token.value !== null) void pinscope.cancel(token.value)
    const own = `matrix${++tokens}`
    const asked = recipe.value
    token.value = own
    fraction.value = 0
    failure.value = null
    const answer = await pinscope.matrix(asked, own)
    if (token.value !== own) return false
    token.value = null
    if (answer.ok) {
      if (made.value?.recipe.scenario !== asked.scenario) outcome.value = null
      made.value = { recipe: asked, cells: answer.value }
    } else failure.value = answer.error
    return answer.ok
  }

  /** Runs it unless it is there already. */
  async function ensure(): Promise<boolean> {
    return made.value !== null && !stale.value && token.value === null ? true : await run()
  }

  async function cancel(): Promise<void> {
    const running = token.value
    if (running === null) return
    token.value = null
    await pinscope.cancel(running)
  }

  /** Makes a subset the kernel of a side, with what the subsets share. */
  async function runAs(side: SideName, cell: MatrixCell): Promise<void> {
    const shared = made.value?.recipe.kernel ?? recipe.value.kernel
    await comparison.chooseKernel(side, withPatches(shared, cell.build.patches))
  }

  return {
    made,
    failure,
    token,
    fraction,
    outcome,
    sides,
    recipe,
    stale,
    run,
    ensure,
    cancel,
    runAs,
  }
})
