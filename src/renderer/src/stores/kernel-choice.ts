/** Changes of a kernel that is chosen: each gives a new one, without members that say nothing. */
import type { KernelChoice } from '../../../shared/run'
import type { CallerInfo, PolicyInfo } from '../../../shared/kernels'
import { withPatchFlipped } from './side'

type PolicyName = PolicyInfo['name']
type CallerName = CallerInfo['name']
type VariantName = NonNullable<KernelChoice['variant']>

/** The same kernel with other patches, as one of the series. */
export function withPatches(kernel: KernelChoice, patches: readonly number[]): KernelChoice {
  const { mode, fixes, converted } = kernel
  return tidy({ patches, mode, fixes, converted })
}

/**
 * Another policy, in its plain form. One of later takes the place of patches and fixes; the series comes
 * back with those of `series`.
 */
export function withPolicy(
  kernel: KernelChoice,
  policy: PolicyName,
  series: KernelChoice,
): KernelChoice {
  const { mode, converted } = kernel
  if (policy !== 'rfc2013') return tidy({ patches: [], mode, policy, converted })
  return tidy({ patches: series.patches, mode, fixes: series.fixes, converted })
}

export function withVariant(kernel: KernelChoice, variant: VariantName | null): KernelChoice {
  return tidy({ ...kernel, variant: variant ?? undefined })
}

export function withPasses(kernel: KernelChoice, notifierPasses: number): KernelChoice {
  return tidy({ ...kernel, notifierPasses })
}

export function withFixFlipped(kernel: KernelChoice, fix: number): KernelChoice {
  return tidy({ ...kernel, fixes: withPatchFlipped(kernel.fixes ?? [], fix) })
}

/** `order` is that in which callers are listed. */
export function withCallerFlipped(
  kernel: KernelChoice,
  caller: CallerName,
  order: readonly CallerName[],
): KernelChoice {
  const { converted = [] } = kernel
  const isOn = converted.includes(caller)
  const flipped = order.filter((name) => (name === caller ? !isOn : converted.includes(name)))
  return tidy({ ...kernel, converted: flipped })
}

function tidy(kernel: KernelChoice): KernelChoice {
  const { patches, mode, policy, variant, notifierPasses, fixes = [], converted = [] } = kernel
  return {
    patches,
    mode,
    ...(policy === undefined || policy === 'rfc2013' ? {} : { policy }),
    ...(variant === undefined ? {} : { variant }),
    ...(notifierPasses === undefined ? {} : { notifierPasses }),
    ...(fixes.length === 0 ? {} : { fixes }),
    ...(converted.length === 0 ? {} : { converted }),
  }
}
