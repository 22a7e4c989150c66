import { describe, expect, it } from 'vitest'
import {
  createKernel,
  kernelClass,
  missingSymbols,
  SERIES,
  subsetNumber,
  subsetPatches,
} from './series'

/** Rows of the truth table that do not build, with their causes (spec 6.6: a, b, c). */
const BROKEN: Readonly<Record<number, string>> = {
  8: 'ab',
  9: 'a',
  10: 'ab',
  11: 'a',
  12: 'b',
  14: 'b',
  16: 'c',
  17: 'c',
  18: 'c',
  19: 'c',
  24: 'abc',
  25: 'ac',
  26: 'abc',
  27: 'ac',
  28: 'b',
  30: 'b',
}
const CAUSE = {
  a: { patch: 4, symbol: 'FOLL_DURABLE' },
  b: { patch: 4, symbol: 'migrate_replace_page' },
  c: { patch: 5, symbol: 'FOLL_DURABLE' },
} as const

describe('series', () => {
  it('numbers subsets as the truth table does', () => {
    expect(subsetPatches(29)).toEqual([1, 3, 4, 5])
    for (let n = 0; n < 32; n++) expect(subsetNumber(subsetPatches(n))).toBe(n)
  })

  it('names the missing symbols of every one of the 32 subsets (P0-1, 6.6)', () => {
    for (let n = 0; n < 32; n++) {
      const causes = (BROKEN[n] ?? '').split('') as (keyof typeof CAUSE)[]
      expect(missingSymbols(subsetPatches(n)), `n = ${n}`).toEqual(causes.map((c) => CAUSE[c]))
    }
  })

  it('lets 16 subsets build, of which only 29 and 31 are FULL and 20-23 FAULT (P0-5)', () => {
    const building = Array.from({ length: 32 }, (_, n) => n).filter(
      (n) => missingSymbols(subsetPatches(n)).length === 0,
    )
    expect(building).toHaveLength(16)
    const ofClass = (c: string): number[] =>
      building.filter((n) => kernelClass({ patches: subsetPatches(n), mode: 'lenient' }) === c)
    expect(ofClass('FULL')).toEqual([29, 31])
    expect(ofClass('FAULT')).toEqual([20, 21, 22, 23])
  })

  it('makes a patch without its symbols inert in lenient mode (P0-3)', () => {
    const kernel = createKernel({ patches: [4, 5], mode: 'lenient' })
    expect(kernel).toMatchObject({
      converted: new Set(),
      faultAvoidsCma: false,
      migratesAtPin: false,
    })
    expect(kernelClass({ patches: [3, 4, 5], mode: 'lenient' })).toBe('FAULT')
  })

  it('states for every patch the patches that define what it uses', () => {
    for (const patch of SERIES) {
      const defined = new Set(
        SERIES.filter((p) => patch.needs.includes(p.number)).flatMap((p) => p.defines),
      )
      for (const symbol of patch.uses)
        expect(defined.has(symbol), `${patch.number} ${symbol}`).toBe(true)
    }
  })
})
