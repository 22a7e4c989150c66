/** What a kernel can be besides a subset of the series, with a sentence for each. Plain data. */
import type { CallerName, KernelClass, PolicyName, VariantName } from '../sim'

export interface VariantInfo {
  readonly name: VariantName
  readonly class: KernelClass
  readonly summary: string
}

export interface PolicyInfo {
  readonly name: PolicyName
  /** When and where it lived: kernel versions, or the proposal's date. */
  readonly when: string
  readonly summary: string
  /** Rules of the specification it follows. */
  readonly rules: readonly string[]
  /** Null for `rfc2013`, whose class is that of the subset. */
  readonly class: KernelClass | null
  /** Callers that follow it without being asked. */
  readonly callers: readonly CallerName[]
  readonly variants: readonly VariantInfo[]
  /** `notifierPasses` when the kernel gives none; null where the policy has no such number. */
  readonly passes: number | null
  /** Why it goes with no patches, or with no fixes; null where it does. */
  readonly refusal: { readonly patches: string | null; readonly fixes: string | null }
}

/** A what-if switch FIX-n: not part of the posted series. */
export interface FixInfo {
  readonly number: number
  readonly summary: string
  /** Patches without which it does nothing. */
  readonly needs: readonly number[]
  /** Numbers of the DEF-n it answers to. */
  readonly defects: readonly number[]
}

/** A caller of get_user_pages that can pass the long-term flag. */
export interface CallerInfo {
  readonly name: CallerName
  readonly summary: string
  /** The patch that converts it; null when none of the series does. */
  readonly patch: number | null
}

export interface KernelCatalogue {
  readonly policies: readonly PolicyInfo[]
  readonly fixes: readonly FixInfo[]
  readonly callers: readonly CallerInfo[]
}

/** A kernel before anything runs on it. */
export interface KernelCheck {
  readonly build: BuildInfo
  /** Why there is no such kernel, in words that name what to leave out; null when there is. */
  readonly complaint: string | null
}

export interface PatchInfo {
  readonly number: number
  readonly subject: string
  readonly files: readonly string[]
  readonly summary: string
  /** Numbers of the patches this one needs in order to build. */
  readonly needs: readonly number[]
}

/** What a patch subset is, without running anything. */
export interface BuildInfo {
  readonly patches: readonly number[]
  readonly builds: boolean
  readonly missing: readonly { readonly patch: number; readonly symbol: string }[]
  readonly class: KernelClass
}
