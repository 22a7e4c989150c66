/**
 * What would have helped: changes to the recipe, each tried by running again until the call returns.
 * Only what made the call succeed is offered.
 */
import { kernelLine, pagesText, patchList } from '../../shared/text'
import type { PlanChange } from '../../shared/run'
import type { Remedy, RemedyChange, RemedyKind } from '../../shared/why'
import {
  kernelComplaint,
  missingSymbols,
  POLICIES,
  subsetPatches,
  type KernelSpec,
} from '../../sim'
import { changedPlan } from '../plan-changes'
import { drains, smallestDelay, unpins } from './remedies-forks'
import { helps, tryOut, type Candidate, type Trial } from './trial'
import type { Walk } from './walk'

/** Remedies found, and the kinds that were tried in vain; null when it was cancelled. */
export interface Remedies {
  readonly remedies: readonly Remedy[]
  readonly tried: readonly string[]
}

/** Every kind of change, the cheapest of each that helps. */
export async function remediesOf(trial: Trial, walk: Walk): Promise<Remedies | null> {
  const kinds: readonly (readonly [RemedyKind, Iterable<Candidate>])[] = [
    ['drain', drains(trial)],
    ['unpin', unpins(trial, walk)],
    ['patches', patchSubsets(trial)],
    ['policy', policies(trial)],
    ['alignment', alignments(trial)],
    ['area size', areaSizes(trial, walk)],
  ]
  const remedies: Remedy[] = []
  const tried: string[] = []
  for (const [kind, candidates] of kinds) {
    const found = await firstThatHelps(trial, candidates)
    if (found === 'cancelled') return null
    if (found === 'none') tried.push(kind)
    else if (found !== 'nothing to try') remedies.push({ kind, ...found })
  }
  const wait = await smallestDelay(trial)
  if (wait === 'cancelled') return null
  if (wait === null) tried.push('wait')
  else remedies.push(wait)
  return { remedies, tried }
}

type Found = Omit<Remedy, 'kind'> | 'none' | 'nothing to try' | 'cancelled'

async function firstThatHelps(trial: Trial, candidates: Iterable<Candidate>): Promise<Found> {
  let any = false
  for (const candidate of candidates) {
    any = true
    const result = await tryOut(trial, candidate.change)
    if (result === null) return 'cancelled'
    if (helps(trial, result)) {
      return { ...candidate, divergesAt: result.divergesAt }
    }
  }
  return any ? 'none' : 'nothing to try'
}

function withKernel(kernel: KernelSpec): RemedyChange {
  return { how: 'kernel', kernel }
}

function withChange(change: PlanChange): RemedyChange {
  return { how: 'plan', changes: [change] }
}

/** What to type to run the recipe with another kernel. */
function runCommand({ plan, set }: Trial, kernel: KernelSpec): string {
  const { policy = 'rfc2013', patches, fixes = [], converted = [] } = kernel
  const options = [
    policy === 'rfc2013' ? `--patches ${patchList(patches)}` : `--policy ${policy}`,
    ...(fixes.length === 0 ? [] : [`--fixes ${fixes.join(',')}`]),
    ...(converted.length === 0 ? [] : [`--convert ${converted.join(',')}`]),
    ...Object.entries(set).map(([name, value]) => `--set ${name}=${value}`),
    ...(plan.seed === 1 ? [] : [`--seed ${plan.seed}`]),
  ]
  return `pinscope run ${plan.scenario.id} ${options.join(' ')}`
}

/** Subsets that build, the smallest first; of the kernels with the posted series only. */
function* patchSubsets(trial: Trial): Iterable<Candidate> {
  const { plan } = trial
  if ((plan.kernel.policy ?? 'rfc2013') !== 'rfc2013') return
  const subsets = Array.from({ length: 32 }, (_, n) => subsetPatches(n))
    .filter((patches) => missingSymbols(patches).length === 0)
    .filter((patches) => patchList(patches) !== patchList(plan.kernel.patches))
    .toSorted((x, y) => x.length - y.length)
  for (const patches of subsets) {
    const kernel: KernelSpec = { ...plan.kernel, patches, mode: 'strict' }
    yield {
      text: patches.length === 0 ? 'none of the patches' : `patches ${patchList(patches)}`,
      command: runCommand(trial, kernel),
      change: withKernel(kernel),
    }
  }
}

function* policies(trial: Trial): Iterable<Candidate> {
  const { plan } = trial
  for (const policy of POLICIES) {
    const kernel: KernelSpec = { patches: [], mode: 'strict', policy }
    if (policy === 'rfc2013' || policy === plan.kernel.policy || kernelComplaint(kernel) !== null)
      continue
    yield {
      text: kernelLine(kernel),
      command: runCommand(trial, kernel),
      change: withKernel(kernel),
    }
  }
}

/** Smaller alignments of the same call, the greatest first. */
function* alignments(trial: Trial): Iterable<Candidate> {
  const { actor: name, step } = trial.trouble
  const actor = trial.plan.scenario.actors.find((a) => a.name === name)
  const instruction = actor?.program[step]
  if (instruction?.op !== 'dmaAlloc') return
  for (let align = instruction.align - 1; align >= 0; align--) {
    yield {
      text: `alignment 2^${align} pages instead of 2^${instruction.align}`,
      command: `the request with align ${align} in a copy of the scenario`,
      change: withChange({ do: 'align', actor: name, step, align }),
    }
  }
}

/**
 * The area grown by parts of itself, up to four times its size, as far as the board has room: the same
 * program on another machine, as `fork grow` makes it. Boards whose free lists are given cannot grow one.
 */
function* areaSizes(trial: Trial, walk: Walk): Iterable<Candidate> {
  const { scenario } = trial.plan
  const area = scenario.machine.cma[walk.area]
  if (area === undefined) return
  const unit = 1 << Math.max(scenario.machine.maxOrder - 1, scenario.machine.pageblockOrder)
  const steps = [0.25, 0.5, 1, 2, 3].map((part) => Math.ceil((area.pages * part) / unit) * unit)
  for (const pages of new Set(steps)) {
    const change: PlanChange = { do: 'grow', area: area.name, pages }
    if (!changedPlan(scenario, [change]).ok) continue
    yield {
      text: `area ${area.name} larger by ${pagesText(pages)} (${pagesText(area.pages)} now)`,
      command: `pinscope debug ${scenario.id}: fork grow ${area.name} ${pages}`,
      change: withChange(change),
    }
  }
}
