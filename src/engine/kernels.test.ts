import { describe, expect, it } from 'vitest'
import { KERNEL_CLASSES } from '../sim'
import { checkKernel, kernelCatalogue } from './kernels'

describe('the list of kernels', () => {
  it('says of every later policy why it goes with neither patches nor fixes', () => {
    for (const { name, refusal } of kernelCatalogue().policies) {
      if (name === 'rfc2013') expect(refusal).toEqual({ patches: null, fixes: null })
      else {
        expect(refusal.patches).toBe(
          `policy ${name} takes the place of the series; leave the patches out`,
        )
        expect(refusal.fixes).toContain('the fixes belong to the series')
      }
    }
  })

  it('gives every class beside those of the series to a policy or a variant', () => {
    const classes = kernelCatalogue().policies.flatMap((p) => [
      ...(p.class === null ? [] : [p.class]),
      ...p.variants.map((x) => x.class),
    ])
    const later = KERNEL_CLASSES.filter((c) => !['BASE', 'FAULT', 'FULL'].includes(c))
    expect([...new Set(classes)].toSorted()).toEqual(later.toSorted())
  })

  it('gives a number of passes to the policy that has one, and to no other', () => {
    const passes = kernelCatalogue().policies.filter((p) => p.passes !== null)
    expect(passes.map((p) => [p.name, p.passes])).toEqual([['mmu-notifier', 3]])
  })
})

describe('a kernel that is only looked at', () => {
  it('has the class of its policy, of its variant, or of what is converted', () => {
    const classes = [
      { patches: [], policy: 'gup-nm' },
      { patches: [], policy: 'gup-nm', variant: 'cma' },
      { patches: [1, 3, 4] },
      { patches: [1, 3, 4], converted: ['every-gup'] },
    ] as const
    expect(classes.map((k) => checkKernel({ ...k, mode: 'strict' }).build.class)).toEqual([
      'GUPNM',
      'GUPNMCMA',
      'BASE',
      'FULL',
    ])
  })

  it('is refused with what to leave out', () => {
    const kernel = { patches: [1], mode: 'strict', policy: 'longterm-5.1' } as const
    expect(checkKernel(kernel).complaint).toBe(
      'policy longterm-5.1 takes the place of the series; leave the patches out',
    )
    expect(checkKernel({ ...kernel, policy: 'rfc2013' }).complaint).toBeNull()
  })
})
