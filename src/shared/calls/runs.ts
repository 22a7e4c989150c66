/** Scenarios and kernels, and the runs that are made of them. */
import type { Intervention } from '../../sim'
import type { MatrixCell } from '../compare'
import type { BuildInfo, KernelCatalogue, KernelCheck, PatchInfo } from '../kernels'
import type { Result } from '../result'
import type { FailingInfo, KernelChoice, Recipe, RunId, RunSummary } from '../run'
import type { OwnScenario, ScenarioInfo } from '../scenario'

export interface RunCalls {
  readonly listScenarios: () => Promise<Result<readonly ScenarioInfo[]>>
  /**
   * Takes a scenario by its text, to be run as those that ship; `name` is what messages call it. The same text
   * again is the same scenario.
   */
  readonly addScenario: (text: string, name: string) => Promise<Result<OwnScenario>>
  /** Lets a scenario go that was brought. */
  readonly dropScenario: (id: string) => Promise<Result<null>>
  /** The text of a scenario file. */
  readonly scenarioText: (id: string) => Promise<Result<string>>
  readonly listPatches: () => Promise<Result<readonly PatchInfo[]>>
  /** What the 32 subsets are; index = n of spec 6.6. */
  readonly listBuilds: () => Promise<Result<readonly BuildInfo[]>>
  /** Policies, fixes and callers: what a kernel can be besides a subset. */
  readonly listKernels: () => Promise<Result<KernelCatalogue>>
  /** What a kernel is, and whether there is such a one, without running anything. */
  readonly checkKernel: (kernel: KernelChoice) => Promise<Result<KernelCheck>>
  /** Functions whose calls a fork can make fail. */
  readonly listFailing: () => Promise<Result<readonly FailingInfo[]>>
  /** Runs a recipe to its end. News `onDidProgress` is told meanwhile under `token`. */
  readonly run: (recipe: Recipe, token: string) => Promise<Result<RunSummary>>
  /** Stops the run started under `token`; that call then answers `cancelled`. */
  readonly cancel: (token: string) => Promise<Result<null>>
  /** What came of a run that is kept; so a fork that the console made is found by its number. */
  readonly summary: (run: RunId) => Promise<Result<RunSummary>>
  /** Forgets a run and frees its memory. */
  readonly drop: (run: RunId) => Promise<Result<null>>
  /** The run with interventions from some event on; a run of its own. */
  readonly fork: (
    run: RunId,
    interventions: readonly Intervention[],
    token: string,
  ) => Promise<Result<RunSummary>>
  /** All 32 subsets on a recipe, whose own patches are not looked at. */
  readonly matrix: (recipe: Recipe, token: string) => Promise<Result<readonly MatrixCell[]>>
}

export const RUN_CALLS = {
  listScenarios: true,
  addScenario: true,
  dropScenario: true,
  scenarioText: true,
  listPatches: true,
  listBuilds: true,
  listKernels: true,
  checkKernel: true,
  listFailing: true,
  run: true,
  cancel: true,
  summary: true,
  drop: true,
  fork: true,
  matrix: true,
} satisfies Record<keyof RunCalls, true>
