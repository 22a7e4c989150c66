import { expect, test } from 'vitest'
import { DEFECTS } from './defects'
import { FIXES } from '../machine/types'

test('DEF-1 to DEF-20 are listed once each, in order; DEF-6, 14, 16, 18 and 19 are notes', () => {
  expect(DEFECTS.map((d) => d.number)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1))
  const notes = DEFECTS.filter((d) => d.shown === 'note').map((d) => d.number)
  expect(notes).toEqual([6, 14, 16, 18, 19])
})

test('FIX-1 to FIX-7 each answer to a defect', () => {
  const answered = new Set(DEFECTS.flatMap((d) => (d.fix === null ? [] : [d.fix])))
  expect([...answered].toSorted((a, b) => a - b)).toEqual([...FIXES])
})
