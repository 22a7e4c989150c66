/**
 * The series "Contiguous Memory Allocator and get_user_pages()" of 5 March 2013: what each patch is,
 * which subsets build, and what a subset amounts to (gup-migration 6.0, 6.6).
 */
import type { CallerName, KernelClass, KernelSpec, PolicyName } from '../machine/types'
import { PATCH_1 } from './0001-mm-introduce-migrate_replace_page-for-migrating-page'
import { PATCH_2 } from './0002-mm-get_user_pages-use-static-inline'
import { PATCH_3 } from './0003-mm-get_user_pages-use-NON-MOVABLE-pages-when-FOLL_DU'
import { PATCH_4 } from './0004-mm-get_user_pages-migrate-out-CMA-pages-when-FOLL_DU'
import { PATCH_5 } from './0005-media-vb2-use-FOLL_DURABLE-and-__get_user_pages-to-a'
import type { Patch } from './patch'

export const SERIES: readonly Patch[] = [PATCH_1, PATCH_2, PATCH_3, PATCH_4, PATCH_5]

/** A symbol a patch uses that no patch of the subset defines. */
export interface MissingSymbol {
  readonly patch: number
  readonly symbol: string
}

/** The kernel as the model reads it: which pieces are in effect. */
export interface Kernel {
  readonly spec: KernelSpec
  /** vb2 dma-contig passes FOLL_DURABLE: U of P0-3. */
  readonly durableUser: boolean
  /** Faults under FOLL_DURABLE avoid CMA: F of P0-3. */
  readonly faultAvoidsCma: boolean
  /** CMA pages are replaced at pin time: M of P0-3. */
  readonly migratesAtPin: boolean
  readonly policy: PolicyName
  /** Numbers of the FIX-n in effect (gup-migration 6.10). */
  readonly fixes: ReadonlySet<number>
  /** Callers that pass the long-term flag, patch 5's included (P0-4). */
  readonly converted: ReadonlySet<CallerName>
}

/** Symbols the subset uses without defining, sorted by patch, then symbol (P0-1; spec 6.6 a-c). */
export function missingSymbols(patches: readonly number[]): MissingSymbol[] {
  const has = new Set(patches)
  const defined = new Set(SERIES.filter((p) => has.has(p.number)).flatMap((p) => p.defines))
  return SERIES.filter((p) => has.has(p.number)).flatMap((p) =>
    p.uses
      .filter((symbol) => !defined.has(symbol))
      .toSorted()
      .map((symbol) => ({ patch: p.number, symbol })),
  )
}

/** n of the truth table: P1 + 2*P2 + 4*P3 + 8*P4 + 16*P5. */
export function subsetNumber(patches: readonly number[]): number {
  return patches.reduce((n, p) => n | (1 << (p - 1)), 0)
}

/** The patches of subset n, ascending. */
export function subsetPatches(n: number): number[] {
  return [1, 2, 3, 4, 5].filter((p) => (n & (1 << (p - 1))) !== 0)
}

/** What the subset does in effect; a patch whose symbol is missing is inert (P0-3). */
export function createKernel(spec: KernelSpec): Kernel {
  const has = (p: number): boolean => spec.patches.includes(p)
  const durableUser = has(5) && has(3)
  const converted = new Set<CallerName>(spec.converted)
  if (durableUser) converted.add('vb2-dma-contig')
  return {
    spec,
    durableUser,
    faultAvoidsCma: durableUser,
    migratesAtPin: durableUser && has(4) && has(1),
    policy: spec.policy ?? 'rfc2013',
    fixes: new Set(spec.fixes),
    converted,
  }
}

const CLASS_OF_POLICY: Readonly<Record<Exclude<PolicyName, 'rfc2013'>, KernelClass>> = {
  'gup-nm': 'GUPNM',
  'aio-callback': 'AIOCB',
  'unpin-callback': 'UNPIN',
  'mmu-notifier': 'NOTIFIER',
  'longterm-5.1': 'L51',
  'longterm-5.13': 'L513',
}

/** The class whose expectations a kernel has to meet: its policy's, or its subset's (6.6). */
export function kernelClass(spec: KernelSpec): KernelClass {
  const kernel = createKernel(spec)
  if (kernel.policy !== 'rfc2013') return CLASS_OF_POLICY[kernel.policy]
  if (kernel.migratesAtPin) return 'FULL'
  return kernel.faultAvoidsCma ? 'FAULT' : 'BASE'
}
