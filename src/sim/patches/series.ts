/**
 * The series "Contiguous Memory Allocator and get_user_pages()" of 5 March 2013: what each patch is,
 * which subsets build, and what a subset amounts to (gup-migration 6.0, 6.6).
 */
import type { CallerName, KernelClass, KernelSpec, PolicyName, VariantName } from '../machine/types'
import { PATCH_1 } from './0001-mm-introduce-migrate_replace_page-for-migrating-page'
import { PATCH_2 } from './0002-mm-get_user_pages-use-static-inline'
import { PATCH_3 } from './0003-mm-get_user_pages-use-NON-MOVABLE-pages-when-FOLL_DU'
import { PATCH_4 } from './0004-mm-get_user_pages-migrate-out-CMA-pages-when-FOLL_DU'
import { PATCH_5 } from './0005-media-vb2-use-FOLL_DURABLE-and-__get_user_pages-to-a'
import type { Patch } from './patch'
import { policyOf } from './policies'

export const SERIES: readonly Patch[] = [PATCH_1, PATCH_2, PATCH_3, PATCH_4, PATCH_5]

/** A symbol a patch uses that no patch of the subset defines. */
export interface MissingSymbol {
  readonly patch: number
  readonly symbol: string
}

/** The kernel as the model reads it: which pieces are in effect. */
export interface Kernel {
  readonly spec: KernelSpec
  /** Faults under FOLL_DURABLE avoid CMA: F of P0-3. */
  readonly faultAvoidsCma: boolean
  /** CMA pages are replaced at pin time: M of P0-3. */
  readonly migratesAtPin: boolean
  readonly policy: PolicyName
  readonly variant: VariantName | null
  /** MOD-5: attempts after the first until a notified owner has let go. */
  readonly notifierPasses: number
  /** Numbers of the FIX-n in effect (gup-migration 6.10). */
  readonly fixes: ReadonlySet<number>
  /** Callers that pass the long-term flag; U of P0-3 is vb2 dma-contig among them (P0-4). */
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

/** Attempts after the first until an owner told by a notifier has let go, unless the kernel says. */
export const NOTIFIER_PASSES = 3

/** What the subset does in effect; a patch whose symbol is missing is inert (P0-3, P0-4). */
export function createKernel(spec: KernelSpec): Kernel {
  const policy = spec.policy ?? 'rfc2013'
  const converted = convertedCallers(spec)
  // Only under the series do the patches count; any other policy stands in its place.
  const has = (p: number): boolean => policy === 'rfc2013' && spec.patches.includes(p)
  const isUsed = converted.size > 0
  return {
    spec,
    faultAvoidsCma: has(3) && isUsed,
    migratesAtPin: has(3) && has(4) && has(1) && isUsed,
    policy,
    variant: spec.variant ?? null,
    notifierPasses: spec.notifierPasses ?? NOTIFIER_PASSES,
    fixes: new Set(spec.fixes),
    converted,
  }
}

/** Callers that pass the long-term flag. Without patch 3 the series has no such flag (P0-1). */
function convertedCallers(spec: KernelSpec): Set<CallerName> {
  const later = policyOf(spec.policy ?? 'rfc2013')
  if (later !== undefined) return new Set([...later.callers, ...(spec.converted ?? [])])
  if (!spec.patches.includes(3)) return new Set()
  const converted = new Set<CallerName>(spec.converted)
  if (spec.patches.includes(5)) converted.add('vb2-dma-contig')
  return converted
}

/** The class whose expectations a kernel has to meet: its policy's, or its subset's (6.6). */
export function kernelClass(spec: KernelSpec): KernelClass {
  const later = policyOf(spec.policy ?? 'rfc2013')
  if (later !== undefined) {
    const variant = spec.variant === undefined ? undefined : later.variants[spec.variant]
    return variant?.class ?? later.class
  }
  const kernel = createKernel(spec)
  // The classes are about the buffers of vb2 dma-contig.
  if (!kernel.converted.has('vb2-dma-contig') && !kernel.converted.has('every-gup')) return 'BASE'
  if (kernel.migratesAtPin) return 'FULL'
  return kernel.faultAvoidsCma ? 'FAULT' : 'BASE'
}

/** Why no such kernel exists, in words that name what to leave out; null when it does. */
export function kernelComplaint(spec: KernelSpec): string | null {
  const name = spec.policy ?? 'rfc2013'
  const later = policyOf(name)
  if (later !== undefined && spec.patches.length > 0) {
    return `policy ${name} takes the place of the series; leave the patches out`
  }
  if (later !== undefined && (spec.fixes ?? []).length > 0) {
    return `the fixes belong to the series; leave them out with policy ${name}`
  }
  if (spec.variant !== undefined && later?.variants[spec.variant] === undefined) {
    return `policy ${name} has no variant ${spec.variant}`
  }
  if (spec.notifierPasses !== undefined && name !== 'mmu-notifier') {
    return `a number of passes belongs to policy mmu-notifier, not to ${name}`
  }
  return null
}
