/** The kernels there are, and what one is before anything runs on it. */
import type { KernelChoice } from '../shared/run'
import type { KernelCatalogue, KernelCheck, PolicyInfo, VariantInfo } from '../shared/kernels'
import {
  CALLER_LIST,
  FIX_LIST,
  kernelComplaint,
  LATER_POLICIES,
  NOTIFIER_PASSES,
  VARIANTS,
  type Policy,
} from '../sim'
import { buildInfo } from './run'

const SERIES_POLICY: PolicyInfo = {
  name: 'rfc2013',
  when: 'March 2013',
  summary: 'The five patches above, each on or off.',
  rules: ['P0-1', 'P0-3', 'P0-4'],
  class: null,
  callers: [],
  variants: [],
  passes: null,
  refusal: { patches: null, fixes: null },
}

export function kernelCatalogue(): KernelCatalogue {
  return {
    policies: [SERIES_POLICY, ...LATER_POLICIES.map(policyInfo)],
    fixes: FIX_LIST,
    callers: CALLER_LIST,
  }
}

export function checkKernel(kernel: KernelChoice): KernelCheck {
  return { build: buildInfo(kernel), complaint: kernelComplaint(kernel) }
}

function policyInfo({ name, when, summary, rules, callers, ...policy }: Policy): PolicyInfo {
  const plain: KernelChoice = { patches: [], mode: 'strict', policy: name }
  return {
    ...{ name, when, summary, rules, callers },
    class: policy.class,
    variants: variantInfos(policy.variants),
    passes: name === 'mmu-notifier' ? NOTIFIER_PASSES : null,
    refusal: {
      patches: kernelComplaint({ ...plain, patches: [1] }),
      fixes: kernelComplaint({ ...plain, fixes: [1] }),
    },
  }
}

function variantInfos(variants: Policy['variants']): VariantInfo[] {
  return VARIANTS.flatMap((name) => {
    const variant = variants[name]
    return variant === undefined ? [] : [{ name, ...variant }]
  })
}
