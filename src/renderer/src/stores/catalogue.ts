/** What there is to choose from: read once, never changed by the window. */
import { ref, shallowRef, type Ref, type ShallowRef } from 'vue'
import type { BuildInfo, PatchInfo, Pinscope, ScenarioInfo } from '../../../shared/contract'
import type { KernelCatalogue } from '../../../shared/kernels'
import type { Failure } from '../../../shared/result'

export interface Catalogue {
  readonly scenarios: ShallowRef<readonly ScenarioInfo[]>
  readonly patches: ShallowRef<readonly PatchInfo[]>
  /** The 32 subsets by their number (gup-migration 6.6). */
  readonly builds: ShallowRef<readonly BuildInfo[]>
  /** Policies, fixes and callers; null until they were read. */
  readonly kernels: ShallowRef<KernelCatalogue | null>
  readonly loadFailure: Ref<Failure | null>
  /** False when the engine did not answer; `loadFailure` then says why. */
  readonly load: () => Promise<boolean>
}

export function useCatalogue(pinscope: Pinscope): Catalogue {
  const scenarios = shallowRef<readonly ScenarioInfo[]>([])
  const patches = shallowRef<readonly PatchInfo[]>([])
  const builds = shallowRef<readonly BuildInfo[]>([])
  const kernels = shallowRef<KernelCatalogue | null>(null)
  const loadFailure = ref<Failure | null>(null)

  async function load(): Promise<boolean> {
    const [s, p, b, k] = await Promise.all([
      pinscope.listScenarios(),
      pinscope.listPatches(),
      pinscope.listBuilds(),
      pinscope.listKernels(),
    ])
    if (!s.ok || !p.ok || !b.ok || !k.ok) {
      loadFailure.value = [s, p, b, k].flatMap((r) => (r.ok ? [] : [r.error]))[0] ?? null
      return false
    }
    loadFailure.value = null
    scenarios.value = s.value
    patches.value = p.value
    builds.value = b.value
    kernels.value = k.value
    return true
  }

  return { scenarios, patches, builds, kernels, loadFailure, load }
}
