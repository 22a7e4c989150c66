import type { CallerName, KernelClass, PolicyName, VariantName } from '../../machine/types'

/** A form of a policy beside its plain one. */
export interface PolicyVariant {
  readonly class: KernelClass
  /** What it does otherwise, in one sentence. */
  readonly summary: string
}

/**
 * What is known of one way in which pins and migration get along (gup-migration 8). Its code sits in
 * the mirrored functions, behind `m.kernel.policy`.
 */
export interface Policy {
  readonly name: PolicyName
  /** When and where it lived: kernel versions, or the proposal's date. */
  readonly when: string
  /** What it does, in one sentence. */
  readonly summary: string
  /** Rules of the specification it follows. */
  readonly rules: readonly string[]
  readonly class: KernelClass
  /** Callers that follow it without being asked; `converted` of the kernel adds others (P0-4). */
  readonly callers: readonly CallerName[]
  readonly variants: Readonly<Partial<Record<VariantName, PolicyVariant>>>
}
