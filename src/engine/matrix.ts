/** All 32 subsets of the series on one recipe, n = 0..31 in the order of spec 6.6. */
import type { MatrixCell } from '../shared/compare'
import type { KernelChoice, Recipe } from '../shared/run'
import type { Result } from '../shared/result'
import { success } from '../shared/result'
import { subsetPatches, type ScenarioPlan } from '../sim'
import { buildInfo, record, type RunHooks } from './run'

/** `common` is what the kernels share: fixes, converted callers, and what to do when one does not build. */
export async function matrix(
  plan: ScenarioPlan,
  recipe: Omit<Recipe, 'kernel'>,
  common: Omit<KernelChoice, 'patches'>,
  hooks: RunHooks,
): Promise<Result<readonly MatrixCell[]>> {
  const rows: MatrixCell[] = []
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
      {
        ...hooks,
        onProgress: (events, fraction) => hooks.onProgress(events, (n + fraction) / 32),
        keyframeEvents: Infinity,
      },
    )
    if (!recording.ok) return recording
    const { outcomes, digest, expectation, events } = recording.value.summary
    rows.push({ n, build, result: { outcomes, digest, expectation, events } })
  }
  return success(rows)
}
