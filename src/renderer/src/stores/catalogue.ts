/** What there is to choose from: read once, never changed by the window. */
import { ref, shallowRef, type Ref, type ShallowRef } from 'vue'
import type { BuildInfo, PatchInfo, Pinscope, ScenarioInfo } from '../../../shared/contract'
import type { Failure } from '../../../shared/result'

export interface Catalogue {
  readonly scenarios: ShallowRef<readonly ScenarioInfo[]>
  readonly patches: ShallowRef<readonly PatchInfo[]>
  /** The 32 subsets by their number (gup-migration 6.6). */
  readonly builds: ShallowRef<readonly BuildInfo[]>
  readonly loadFailure: Ref<Failure | null>
  /** False when the engine did not answer; `loadFailure` then says why. */
  readonly load: () => Promise<boolean>
}

export function useCatalogue(pinscope: Pinscope): Catalogue {
  const scenarios = shallowRef<readonly ScenarioInfo[]>([])
  const patches = shallowRef<readonly PatchInfo[]>([])
  const builds = shallowRef<readonly BuildInfo[]>([])
  const loadFailure = ref<Failure | null>(null)

  async function load(): Promise<boolean> {
    const [s, p, k] = await Promise.all([
      pinscope.listScenarios(),
      pinscope.listPatches(),
      pinscope.listBuilds(),
    ])
    if (!s.ok || !p.ok || !k.ok) {
      loadFailure.value = [s, p, k].flatMap((r) => (r.ok ? [] : [r.error]))[0] ?? null
      return false
    }
    loadFailure.value = null
    scenarios.value = s.value
    patches.value = p.value
    builds.value = k.value
    return true
  }

  return { scenarios, patches, builds, loadFailure, load }
}
