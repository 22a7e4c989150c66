import { describe, expect, it } from 'vitest'
import type { ParameterInfo } from '../../../../shared/contract'
import { changedOf, draftOf, problemOf, problemsOf, sameDraft, seedOf } from './parameters-model'

const size: ParameterInfo = { name: 'cma', type: 'size', default: '16M', help: '' }
const int: ParameterInfo = { name: 'buffers', type: 'int', default: '4', help: '' }
const bool: ParameterInfo = { name: 'iommu', type: 'bool', default: 'true', help: '' }
const machine: ParameterInfo = {
  name: 'machine',
  type: 'choice',
  default: 'vexpress-128m',
  choices: ['vexpress-128m', 'exynos4-1g'],
  help: '',
}
const all = [size, int, bool, machine]

describe('parameter fields', () => {
  it('take what their type allows and say what that is otherwise', () => {
    expect([problemOf(size, '4096'), problemOf(size, '12m'), problemOf(int, '0x10')]).toEqual([
      null,
      null,
      null,
    ])
    expect(problemOf(size, '12 MB')).toBe('a size, such as 2M or 4096')
    expect(problemOf(int, '-1')).toContain('whole number')
    expect(problemOf(bool, 'yes')).toBe('true or false')
    expect(problemOf(machine, 'toaster')).toBe('one of vexpress-128m, exynos4-1g')
  })

  it('start from the applied values, and keep only what differs from the defaults', () => {
    const draft = draftOf(all, { buffers: '2' })
    expect(draft).toEqual({ cma: '16M', buffers: '2', iommu: 'true', machine: 'vexpress-128m' })
    expect(changedOf(all, { ...draft, cma: ' 24M ', buffers: '4' })).toEqual({ cma: '24M' })
    expect(problemsOf(all, { ...draft, cma: 'x' })).toHaveProperty('cma')
  })

  it('are the same draft only when every value is', () => {
    expect(sameDraft({ a: '1' }, { a: '1' })).toBe(true)
    expect(sameDraft({ a: '1' }, { a: '1', b: '2' })).toBe(false)
  })
})

describe('seedOf', () => {
  it('takes whole numbers of 32 bits', () => {
    expect([seedOf(' 7 '), seedOf('4294967295')]).toEqual([7, 4_294_967_295])
    expect([seedOf(''), seedOf('1.5'), seedOf('-1'), seedOf('4294967296')]).toEqual([
      null,
      null,
      null,
      null,
    ])
  })
})
