/** All 32 subsets of the series on one recipe, n = 0..31 in the order of spec 6.6. */
import type { BuildInfo, Expectation, KernelChoice, Recipe } from '../shared/contract'
import type { Result } from '../shared/result'
import { success } from '../shared/result'
import { subsetPatches, type Outcome, type ScenarioPlan } from '../sim'
import { buildInfo, record, type RunHooks } from './run'

export interface MatrixRow {
  readonly n: number
  readonly build: BuildInfo
  /** null where the subset does not build and the mode is strict. */
  readonly result: {
    readonly outcomes: readonly Outcome[]
    readonly digest: string
    readonly expectation: Expectation
    readonly events: number
  } | null
}

/** `common` is what the kernels share: fixes, converted callers, and what to do when one does not build. */
export async function matrix(
  plan: ScenarioPlan,
  recipe: Omit<Recipe, 'kernel'>,
  common: Omit<KernelChoice, 'patches'>,
  hooks: RunHooks,
): Promise<Result<readonly MatrixRow[]>> {
  const rows: MatrixRow[] = []
  for (let n = 0; n < 32; n++) {
    const kernel: KernelChoice = { ...common, patches: subsetPatches(n) }
    const build = buildInfo(kernel)
    if (!build.builds && kernel.mode === 'strict') {
      rows.push({ n, build, result: null })
      continue
    }
    // Nobody plays these runs again, so they need no keyframes.
    const recording = await record(
      plan,
      { ...recipe, kernel },
      { ...hooks, keyframeEvents: Infinity },
    )
    if (!recording.ok) return recording
    const { outcomes, digest, expectation, events } = recording.value.summary
    rows.push({ n, build, result: { outcomes, digest, expectation, events } })
    hooks.onProgress(n + 1, (n + 1) / 32)
  }
  return success(rows)
}
