/** The what-if switches (gup-migration 6.10): none is part of the posted series. */
import { DEFECTS } from './defects'
import type { FIXES } from '../machine/types'

export interface Fix {
  /** 1..7: FIX-n. */
  readonly number: (typeof FIXES)[number]
  /** What it changes, in one sentence. */
  readonly summary: string
  /** Patches it does nothing without: the one whose code it changes, and those by which that runs. */
  readonly needs: readonly number[]
  /** Numbers of the DEF-n it answers to. */
  readonly defects: readonly number[]
}

function fix(number: Fix['number'], needs: readonly number[], summary: string): Fix {
  const defects = DEFECTS.filter((d) => d.fix === number).map((d) => d.number)
  return { number, summary, needs, defects }
}

export const FIX_LIST: readonly Fix[] = [
  fix(1, [1, 4], 'Isolation is tried again after a drain, ten times in all.'),
  fix(2, [4], 'The vectors of all CPUs are flushed once per call, not once per CMA page.'),
  fix(3, [4], 'A failed replacement is an error, not a pin that stays in CMA.'),
  fix(4, [3], 'First writes to anonymous memory and swap-in honour the flag.'),
  fix(
    5,
    [1, 4],
    'A page found alone counts as freed only when it is unmapped, and its contents go along.',
  ),
  fix(6, [4], 'Huge pages are split before they are replaced.'),
  fix(7, [4], 'ZONE_MOVABLE counts as CMA does.'),
]
