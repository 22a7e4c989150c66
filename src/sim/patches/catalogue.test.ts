import { expect, it } from 'vitest'
import { CALLERS, FIXES, POLICIES } from '../machine/types'
import { CALLER_LIST } from './callers'
import { FIX_LIST } from './fixes'
import { LATER_POLICIES } from './policies'
import { SERIES } from './series'

it('describes every fix, caller and later policy once, in the order of their names', () => {
  expect(FIX_LIST.map((f) => f.number)).toEqual([...FIXES])
  expect(CALLER_LIST.map((c) => c.name)).toEqual([...CALLERS])
  expect(LATER_POLICIES.map((p) => p.name)).toEqual(POLICIES.filter((p) => p !== 'rfc2013'))
})

it('says for every fix which defects it answers to and which patches it needs', () => {
  for (const fix of FIX_LIST) {
    expect(fix.defects.length, `FIX-${fix.number}`).toBeGreaterThan(0)
    expect(fix.needs.length).toBeGreaterThan(0)
    for (const n of fix.needs) expect(SERIES.some((p) => p.number === n)).toBe(true)
  }
})

it('describes everything in whole sentences', () => {
  const variants = LATER_POLICIES.flatMap((p) => Object.values(p.variants))
  for (const { summary } of [...FIX_LIST, ...CALLER_LIST, ...LATER_POLICIES, ...variants]) {
    expect(summary).toMatch(/^[A-Za-z].*\.$/)
  }
})
