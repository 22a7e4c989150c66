/** What there is to choose from: read once; only scenarios of the user's own come to it. */
import { ref, shallowRef, type Ref, type ShallowRef } from 'vue'
import type { Pinscope } from '../../../shared/contract'
import type { BuildInfo, PatchInfo, KernelCatalogue } from '../../../shared/kernels'
import type { OwnScenario, ScenarioInfo } from '../../../shared/scenario'
import type { Failure, Result } from '../../../shared/result'

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
  /** Brings a scenario by its text; it is in the list from then on, also when the engine was lost. */
  readonly bring: (text: string, name: string) => Promise<Result<OwnScenario>>
  /** A run of this scenario is asked for: an engine that was down when it was brought again hears of it. */
  readonly ready: (id: string) => Promise<void>
  /** Takes a scenario that was brought out of the list; runs of it must not be made again. */
  readonly forget: (id: string) => Promise<void>
  /** The text of a scenario that was brought; null of one that ships. */
  readonly ownText: (id: string) => string | null
}

export function useCatalogue(pinscope: Pinscope): Catalogue {
  const scenarios = shallowRef<readonly ScenarioInfo[]>([])
  const patches = shallowRef<readonly PatchInfo[]>([])
  const builds = shallowRef<readonly BuildInfo[]>([])
  const kernels = shallowRef<KernelCatalogue | null>(null)
  const loadFailure = ref<Failure | null>(null)
  const texts = new Map<string, string>()
  /** Of these no engine knows: it stayed down when they were brought again. */
  const missing = new Set<string>()

  // The new engine hears of them before anything is run on it.
  pinscope.listen('onDidLoseEngine', () => {
    for (const [id, text] of texts) void bringAgain(id, text)
  })

  async function bringAgain(id: string, text: string): Promise<void> {
    const added = await pinscope.addScenario(text, id)
    if (added.ok) missing.delete(id)
    else missing.add(id)
  }

  async function ready(id: string): Promise<void> {
    const text = missing.has(id) ? texts.get(id) : undefined
    if (text === undefined) return
    // An engine that is down is started by this, and not by a text that is brought.
    await pinscope.listScenarios()
    await bringAgain(id, text)
  }

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

  async function bring(text: string, name: string): Promise<Result<OwnScenario>> {
    const added = await pinscope.addScenario(text, name)
    if (!added.ok || added.value.info.own !== true) return added
    const { info } = added.value
    texts.set(info.id, added.value.text)
    if (!scenarios.value.some(({ id }) => id === info.id)) {
      scenarios.value = [...scenarios.value, info]
    }
    return added
  }

  async function forget(id: string): Promise<void> {
    if (!texts.delete(id)) return
    scenarios.value = scenarios.value.filter((s) => s.id !== id)
    await pinscope.dropScenario(id)
  }

  function ownText(id: string): string | null {
    return texts.get(id) ?? null
  }

  return { bring, ready, forget, ownText, scenarios, patches, builds, kernels, loadFailure, load }
}
