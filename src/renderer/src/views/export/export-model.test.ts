import { describe, expect, it } from 'vitest'
import type { RunSummary } from '../../../../shared/run'
import { EXPORT_PARTS, RUN_FORMS } from '../../../../shared/export'
import {
  fileName,
  refusalOf,
  reportRefusal,
  REPORT_CHOICES,
  RUN_CHOICES,
  runLine,
} from './export-model'

const RUN = {
  recipe: { scenario: 'sc-01', seed: 1, set: {}, kernel: { patches: [], mode: 'strict' } },
  ...{ run: 1, events: 261_135, simTimeNs: 65_030_000 },
} as unknown as RunSummary
const TRACE = {
  ...RUN,
  foreign: { name: 'pin.trace', what: '', startNs: 0, cuts: [] },
} as RunSummary

describe('the forms of a run', () => {
  it('are all that the engine writes, each once, and no two files have one name', () => {
    const all = RUN_FORMS.flatMap((form) =>
      (EXPORT_PARTS[form].length === 0 ? [null] : EXPORT_PARTS[form]).map((part) => ({
        form,
        part,
      })),
    )
    const byText = (x: object, y: object): number =>
      JSON.stringify(x) < JSON.stringify(y) ? -1 : 1
    expect(RUN_CHOICES.map(({ wanted }) => wanted).toSorted(byText)).toEqual(all.toSorted(byText))
    const names = [...RUN_CHOICES, ...REPORT_CHOICES].map((choice) =>
      fileName('sc-01', 'a', choice),
    )
    expect(new Set(names).size).toBe(names.length)
    expect(names[0]).toBe('sc-01-a.trace')
  })

  it('are those of a recording but for what it is already and what it does not have', () => {
    const refused = RUN_CHOICES.filter((choice) => refusalOf(choice, TRACE) !== null)
    expect(refused.map(({ id }) => id)).toEqual(['ftrace', 'dmesg'])
    expect(RUN_CHOICES.every((choice) => refusalOf(choice, RUN) === null)).toBe(true)
  })
})

describe('the name that is offered', () => {
  it('is one that every system takes', () => {
    const [choice] = RUN_CHOICES
    if (choice === undefined) throw new Error('no choices')
    expect(fileName('a/b:c\u0000', 'b', choice)).toBe('a-b-c--b.trace')
    expect(fileName('', 'a', choice)).toBe('run-a.trace')
    expect(fileName('x'.repeat(300), 'a', choice).length).toBeLessThan(120)
  })
})

describe('runLine', () => {
  it('tells what is written, of a fork what it does otherwise', () => {
    expect(runLine(RUN)).toBe('sc-01, patches none: 261,135 events, 65.03 ms')
    const recipe = { ...RUN.recipe, interventions: [{ at: 812, do: 'drain' as const }] }
    expect(runLine({ ...RUN, recipe })).toBe(
      'sc-01, patches none, fork at event 812: drain: 261,135 events, 65.03 ms',
    )
    expect(runLine(TRACE)).toBe('pin.trace: 261,135 events, 65.03 ms')
  })
})

describe('a report', () => {
  it('needs two runs of one scenario', () => {
    expect(reportRefusal(RUN, RUN)).toBeNull()
    expect(reportRefusal(RUN, null)).toContain('needs both runs')
    expect(reportRefusal(TRACE, RUN)).toContain('A recording cannot be compared')
    const other = { ...RUN, recipe: { ...RUN.recipe, scenario: 'sc-02' } }
    expect(reportRefusal(RUN, other)).toContain('different scenarios')
  })
})
