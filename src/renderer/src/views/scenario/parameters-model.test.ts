import { describe, expect, it } from 'vitest'
import type { ParameterInfo } from '../../../../shared/scenario'
import {
  changedOf,
  draftOf,
  formText,
  isDefault,
  problemOf,
  problemsOf,
  readingOf,
  refusedOf,
  sameDraft,
  seedOf,
} from './parameters-model'

const size: ParameterInfo = { name: 'cma', type: 'size', default: '16M', help: '' }
const int: ParameterInfo = {
  ...{ name: 'buffers', type: 'int', default: '4', help: '' },
  ...{ min: 1, max: 32 },
}
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
  it('take what their type and range allow', () => {
    for (const text of ['4096', '12m', ' 2M ', '0x1000', '0x10k']) {
      expect(problemOf(size, text), text).toBeNull()
    }
    for (const text of ['1', '32', '0x10']) expect(problemOf(int, text), text).toBeNull()
    expect([problemOf(bool, 'false'), problemOf(machine, 'exynos4-1g')]).toEqual([null, null])
  })

  it('say what was typed and what is allowed instead', () => {
    expect(problemOf(size, '12 MB')).toBe(
      '"12 MB" does not fit: give bytes, such as 2M, 960K or 4096.',
    )
    expect(problemOf(size, '0')).toContain('"0" does not fit')
    expect(problemOf(size, '99999999999G')).toContain('does not fit')
    expect(problemOf(int, '33')).toBe('"33" does not fit: give a whole number from 1 to 32.')
    expect(problemOf(int, '-1')).toContain('a whole number from 1 to 32')
    expect(problemOf(int, ' ')).toBe('Nothing is typed: give a whole number from 1 to 32.')
    expect(problemOf(bool, 'yes')).toContain('true or false')
    expect(problemOf(machine, 'toaster')).toContain('one of vexpress-128m, exynos4-1g')
  })

  it('say what may be typed before anything is wrong', () => {
    expect([size, int].map(formText)).toEqual([
      'bytes, such as 2M, 960K or 4096',
      'a whole number from 1 to 32',
    ])
  })

  it('read a size as pages, and a number in hex as one in decimal', () => {
    expect(['2M', '4097', 'x', '0'].map((text) => readingOf(size, text))).toEqual([
      '= 512 pages',
      '= 4,097 bytes',
      '',
      '',
    ])
    expect(['0x10', '16'].map((text) => readingOf(int, text))).toEqual(['= 16', ''])
    expect(readingOf(machine, 'exynos4-1g')).toBe('')
  })

  it('start from the applied values, and keep only what differs from the defaults', () => {
    const draft = draftOf(all, { buffers: '2' })
    expect(draft).toEqual({ cma: '16M', buffers: '2', iommu: 'true', machine: 'vexpress-128m' })
    expect(changedOf(all, { ...draft, cma: ' 24M ', buffers: '4' })).toEqual({ cma: '24M' })
    expect(problemsOf(all, { ...draft, cma: 'x' })).toHaveProperty('cma')
    expect([isDefault(size, ' 16M'), isDefault(size, '24M')]).toEqual([true, false])
  })

  it('are the same draft only when every value is', () => {
    expect(sameDraft({ a: '1' }, { a: '1' })).toBe(true)
    expect(sameDraft({ a: '1' }, { a: '1', b: '2' })).toBe(false)
  })
})

describe('what the engine refused', () => {
  const failure = { code: 'bad-input', message: 'larger than the zone', at: 'cma' } as const

  it('stands at the field it names, until that is changed', () => {
    const applied = { cma: '512M', buffers: '4' }
    expect(refusedOf([failure, null], applied, applied)).toEqual({
      cma: 'Refused: larger than the zone.',
    })
    expect(refusedOf([failure], { ...applied, cma: '16M' }, applied)).toEqual({})
  })

  it('stands at no field when it names none, or was no bad input', () => {
    const applied = { cma: '512M' }
    expect(refusedOf([{ ...failure, at: 'machine.cma' }], applied, applied)).toEqual({})
    expect(refusedOf([{ ...failure, code: 'internal' }], applied, applied)).toEqual({})
  })
})

describe('seedOf', () => {
  it('takes the whole numbers the engine takes', () => {
    expect([seedOf(' 7 '), seedOf('0'), seedOf('2147483647')]).toEqual([7, 0, 2_147_483_647])
    for (const text of ['', '1.5', '-1', '2147483648']) expect(seedOf(text), text).toBeNull()
  })
})
