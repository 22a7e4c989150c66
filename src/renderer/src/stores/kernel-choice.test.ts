import { describe, expect, it } from 'vitest'
import type { KernelChoice } from '../../../shared/run'
import {
  withCallerFlipped,
  withFixFlipped,
  withPasses,
  withPatches,
  withPolicy,
  withVariant,
} from './kernel-choice'

const SERIES: KernelChoice = { patches: [1, 3, 4, 5], mode: 'strict', fixes: [1] }

describe('a policy', () => {
  it('takes the place of patches and fixes, and leaves converted callers', () => {
    const kernel = { ...SERIES, converted: ['aio'] } as const
    expect(withPolicy(kernel, 'longterm-5.1', kernel)).toEqual({
      patches: [],
      mode: 'strict',
      policy: 'longterm-5.1',
      converted: ['aio'],
    })
  })

  it('gives the series back as it was left', () => {
    const later = withPolicy(SERIES, 'gup-nm', SERIES)
    expect(withPolicy(later, 'rfc2013', SERIES)).toEqual(SERIES)
  })

  it('starts in its plain form, whatever form the one before had', () => {
    const cma = withVariant(withPolicy(SERIES, 'gup-nm', SERIES), 'cma')
    expect(cma.variant).toBe('cma')
    expect(withPolicy(cma, 'mmu-notifier', SERIES)).not.toHaveProperty('variant')
    expect(withVariant(cma, null)).not.toHaveProperty('variant')
    const passes = withPasses(withPolicy(cma, 'mmu-notifier', SERIES), 9)
    expect(passes.notifierPasses).toBe(9)
    expect(withPatches(passes, [1])).toEqual({ patches: [1], mode: 'strict' })
  })
})

describe('switches', () => {
  it('keep fixes ascending, and leave no empty list behind', () => {
    const two = withFixFlipped(withFixFlipped({ patches: [], mode: 'strict' }, 5), 2)
    expect(two.fixes).toEqual([2, 5])
    expect(withFixFlipped(withFixFlipped(two, 2), 5)).toEqual({ patches: [], mode: 'strict' })
  })

  it('keep callers in the order in which they are listed', () => {
    const order = ['vb2-dma-contig', 'aio', 'rdma'] as const
    const rdma = withCallerFlipped(SERIES, 'rdma', order)
    const both = withCallerFlipped(rdma, 'aio', order)
    expect(both.converted).toEqual(['aio', 'rdma'])
    expect(withCallerFlipped(both, 'aio', order)).toEqual(rdma)
  })
})
