/** One side of the comparison: what was asked for, how far it is, and what it shows meanwhile. */
import type { BuildInfo } from '../../../shared/kernels'
import type { PageMapData } from '../../../shared/page-map'
import type { KernelChoice, RunSummary } from '../../../shared/run'
import type { ForeignInfo } from '../../../shared/interchange'
import type { Failure } from '../../../shared/result'

export const SIDES = ['a', 'b'] as const
export type SideName = (typeof SIDES)[number]

export function otherOf(name: SideName): SideName {
  return name === 'a' ? 'b' : 'a'
}

export type Phase = 'idle' | 'running' | 'done' | 'failed' | 'cancelled'

/** A finished run with the picture of its last state. */
export interface ShownRun {
  readonly summary: RunSummary
  readonly map: PageMapData
}

export interface SideState {
  /** The kernel that is selected; `shown` may still be of an earlier one. */
  readonly kernel: KernelChoice
  readonly phase: Phase
  readonly token: string | null
  readonly events: number
  /** 0..1, an estimate of the engine. */
  readonly fraction: number
  readonly failure: Failure | null
  readonly shown: ShownRun | null
}

export function idleSide(patches: readonly number[]): SideState {
  return {
    kernel: { patches, mode: 'strict' },
    phase: 'idle',
    token: null,
    events: 0,
    fraction: 0,
    failure: null,
    shown: null,
  }
}

/** The recording of another kernel that stands in the place of the side's run; null where it shows a run. */
export function foreignOf({ shown }: Pick<SideState, 'shown'>): ForeignInfo | null {
  return shown?.summary.foreign ?? null
}

/** True when what the side shows is not the result of what is selected. */
export function isOld(side: SideState): boolean {
  return side.shown !== null && side.phase !== 'done'
}

/** The subset with one patch switched over, ascending; of fixes as well. */
export function withPatchFlipped(patches: readonly number[], patch: number): number[] {
  return patches.includes(patch)
    ? patches.filter((p) => p !== patch)
    : [...patches, patch].toSorted((x, y) => x - y)
}

/** Index of a subset in `listBuilds`: P1 + 2 P2 + 4 P3 + 8 P4 + 16 P5 (gup-migration 6.6). */
export function subsetNumber(patches: readonly number[]): number {
  return patches.reduce((n, patch) => n | (1 << (patch - 1)), 0)
}

export function buildOf(
  builds: readonly BuildInfo[],
  patches: readonly number[],
): BuildInfo | undefined {
  return builds[subsetNumber(patches)]
}

/** `missing FOLL_DURABLE in patch 4, migrate_replace_page in patch 4`. */
export function missingText(build: BuildInfo): string {
  const parts = build.missing.map(({ patch, symbol }) => `${symbol} in patch ${patch}`)
  return `missing ${parts.join(', ')}`
}

/** True where the patches count: every other policy stands in their place. */
export function isSeries({ policy = 'rfc2013' }: KernelChoice): boolean {
  return policy === 'rfc2013'
}

/** Why a strict run of a subset cannot start, or null when it can (P0-1). The engine refuses the rest. */
export function refusal(build: BuildInfo | undefined, kernel: KernelChoice): Failure | null {
  if (build === undefined || build.builds || kernel.mode === 'lenient') return null
  if (!isSeries(kernel)) return null
  return { code: 'does-not-build', message: `does not build: ${missingText(build)}` }
}
