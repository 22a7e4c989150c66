/** What the kernel panel says of a kernel and of each of its switches. */
import type {
  BuildInfo,
  PatchInfo,
  CallerInfo,
  FixInfo,
  KernelCheck,
  PolicyInfo,
} from '../../../../shared/kernels'
import type { KernelChoice } from '../../../../shared/run'
import { countText } from '../../../../shared/text'
import { buildOf, isSeries, missingText, withPatchFlipped } from '../../stores/side'

/** Paths up to this length are shown whole. */
const SHORT_PATH = 20

export interface BuildState {
  readonly sign: 'good' | 'bad' | 'warn'
  readonly text: string
}

export function buildState(build: BuildInfo, mode: 'strict' | 'lenient'): BuildState {
  if (build.builds) return { sign: 'good', text: 'builds' }
  const missing = missingText(build)
  return mode === 'strict'
    ? { sign: 'bad', text: `does not build: ${missing}` }
    : { sign: 'warn', text: `would not build: ${missing}; runs with the broken patch inert` }
}

/** Whether there is such a kernel: what the engine refuses comes before what does not build. */
export function kernelState({ build, complaint }: KernelCheck, kernel: KernelChoice): BuildState {
  if (complaint !== null) return { sign: 'bad', text: complaint }
  return isSeries(kernel)
    ? buildState(build, kernel.mode)
    : { sign: 'good', text: `policy ${kernel.policy ?? ''}` }
}

/** `mm/memory.c +2`: the file of most weight and how many more; a long path keeps its name. */
export function filesText(files: readonly string[]): string {
  const path = files.at(-1) ?? ''
  const last = path.length > SHORT_PATH ? path.slice(path.lastIndexOf('/') + 1) : path
  return files.length <= 1 ? last : `${last} +${files.length - 1}`
}

/** How often the patch's own code ran in the run shown, or null when there is none. */
export function exercisedText(
  patch: number,
  exercised: Readonly<Record<number, number>> | null,
): string {
  if (exercised === null) return ''
  const times = exercised[patch] ?? 0
  return times === 0 ? 'not exercised' : `ran ${countText(times)}×`
}

export function needsText(patch: PatchInfo): string {
  return patch.needs.length === 0 ? 'needs none' : `needs ${patch.needs.join(', ')}`
}

/** The tags of a mail's subject line stand apart from what it says. */
export function subjectParts(subject: string): { readonly area: string; readonly text: string } {
  const area = /^(?:[\w/-]+: )+/.exec(subject)?.[0] ?? ''
  return { area, text: subject.slice(area.length) }
}

type Builds = readonly BuildInfo[]
type Missing = BuildInfo['missing'][number]

export interface SwitchNote {
  /** `bad`: it is so now; `warn`: it will be so when the switch is flipped. */
  readonly sign: 'bad' | 'warn'
  readonly text: string
}

/**
 * What is wrong at a patch's switch, or would be wrong when it is flipped: the symbol that is missing, and
 * the patch that has it. Null when nothing is (P0-1).
 */
export function switchNote(
  builds: Builds,
  patches: readonly number[],
  patch: number,
): SwitchNote | null {
  const now = buildOf(builds, patches)?.missing ?? []
  const here = now.filter((m) => m.patch === patch)
  if (here.length > 0) {
    const symbols = here.map((m) => symbolText(builds, patches, m))
    return { sign: 'bad', text: `missing ${symbols.join('; missing ')}` }
  }
  const flipped = withPatchFlipped(patches, patch)
  const then = buildOf(builds, flipped)?.missing ?? []
  const added = then.filter((m) => !now.some((n) => isSameSymbol(n, m)))
  if (added.length === 0) return null
  if (!patches.includes(patch)) {
    const symbols = added.map((m) => symbolText(builds, flipped, m))
    return { sign: 'warn', text: `on would miss ${symbols.join(' and ')}` }
  }
  const lost = added.map((m) => `patch ${m.patch} would miss ${m.symbol}`)
  return { sign: 'warn', text: `off, ${lost.join(' and ')}` }
}

function isSameSymbol(x: Missing, y: Missing): boolean {
  return x.patch === y.patch && x.symbol === y.symbol
}

/** `FOLL_DURABLE (patch 3 has it)`: found by trying which patch mends it. */
function symbolText(builds: Builds, patches: readonly number[], missing: Missing): string {
  const mender = [1, 2, 3, 4, 5].find((p) => {
    if (patches.includes(p)) return false
    const mended = buildOf(builds, withPatchFlipped(patches, p))
    return mended !== undefined && !mended.missing.some((m) => isSameSymbol(m, missing))
  })
  return mender === undefined ? missing.symbol : `${missing.symbol} (patch ${mender} has it)`
}

/** What keeps a fix from doing anything; empty when nothing does. */
export function fixNote(kernel: KernelChoice, fix: FixInfo): string {
  const lacking = fix.needs.filter((p) => !kernel.patches.includes(p))
  if (lacking.length === 0) return ''
  return `does nothing without patch ${lacking.join(' and ')}`
}

/** `answers to DEF-8 · acted 2,047×`: what a fix is for, and where it is on, how often it mattered. */
export function fixFacts(
  { number, defects }: FixInfo,
  on: boolean,
  exercised: Readonly<Record<number, number>> | null,
): string {
  const purpose = `answers to ${defects.map((d) => `DEF-${d}`).join(', ')}`
  if (!on || exercised === null) return purpose
  const times = exercised[number] ?? 0
  return `${purpose} · ${times === 0 ? 'never acted' : `acted ${countText(times)}×`}`
}

export interface CallerState {
  readonly on: boolean
  /** It is on by itself, so it cannot be switched. */
  readonly fixed: boolean
  readonly note: string
}

/** Whether a caller passes the long-term flag, and why it does or does not. */
export function callerState(
  kernel: KernelChoice,
  caller: CallerInfo,
  policy: PolicyInfo | undefined,
): CallerState {
  const on = kernel.converted?.includes(caller.name) === true
  if (!isSeries(kernel)) {
    const itself = policy?.callers.includes(caller.name) === true
    return { on: on || itself, fixed: itself, note: itself ? `part of ${policy.name}` : '' }
  }
  if (!kernel.patches.includes(3)) {
    return { on, fixed: false, note: on ? 'does nothing without patch 3 (FOLL_DURABLE)' : '' }
  }
  const itself = caller.patch !== null && kernel.patches.includes(caller.patch)
  return {
    on: on || itself,
    fixed: itself,
    note: itself ? `converted by patch ${caller.patch}` : '',
  }
}

/** `mmu-notifier`, `gup-nm/cma`, `mmu-notifier/9`: what a folded list of policies says. */
export function policyText({ policy = 'rfc2013', variant, notifierPasses }: KernelChoice): string {
  const detail = variant ?? notifierPasses
  return detail === undefined ? policy : `${policy}/${detail}`
}

const MOST_PASSES = 1000

/** A number of passes as typed; null when it is none. */
export function passesOf(text: string): number | null {
  const value = text.trim()
  if (!/^\d{1,4}$/.test(value)) return null
  return Number(value) <= MOST_PASSES ? Number(value) : null
}

export const PASSES_FORM = `a whole number from 0 to ${countText(MOST_PASSES)}`
