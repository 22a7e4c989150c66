// The conformance report: every rule of the specifications is tested, left out with a reason, or a note.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  buildReport,
  citationFinder,
  idsOf,
  renderReport,
  SPECS,
  unaccounted,
} from '../scripts/lib/conformance.mjs'
import { commentsOf, testTitlesOf } from '../scripts/lib/source-text.mjs'

const root = join(import.meta.dirname, '..')
const report = buildReport(root)

function read(path: string): string {
  return readFileSync(join(root, path), 'utf8')
}

describe('the conformance report', () => {
  it('has a row for every id of both specifications and the errata', () => {
    const written = read('docs/CONFORMANCE.md')
    const rendered = renderReport(report.rows)
    for (const spec of SPECS) {
      const ids = Object.keys(idsOf(root, spec))
      expect(ids.length).toBeGreaterThan(350)
      for (const text of [written, rendered]) {
        expect(ids.filter((id) => !text.includes(`\n| ${id} | `))).toEqual([])
      }
    }
  })

  it('knows every invariant, example, simplification and micro-example by number', () => {
    const ids = new Set(report.rows.map((row) => row.id))
    const series = (prefix: string, last: number): string[] =>
      Array.from({ length: last }, (_, i) => `${prefix}-${String(i + 1).padStart(2, '0')}`)
    const examples = series('EX', 51).filter((id) => id !== 'EX-21' && id !== 'EX-33')
    const all = [...series('INV', 35), ...examples, ...series('S', 20), ...series('ME', 43)]
    expect([...all, ...series('SC', 17)].filter((id) => !ids.has(id))).toEqual([])
  })

  it('leaves no id unaccounted for', () => {
    expect(unaccounted(report.rows)).toEqual([])
  })

  it('is written from accounts that name ids and tests that exist', () => {
    expect(report.wrong).toEqual([])
  })

  it('gives a reason and a cost for whatever is left out', () => {
    const out = report.rows.flatMap((row) => row.leftOut ?? [])
    expect(out.length).toBeGreaterThan(0)
    expect(out.filter((it) => it.reason.length < 10 || it.cost.length < 4)).toEqual([])
  })
})

describe('an id that nothing accounts for', () => {
  it('is reported', () => {
    const row = report.rows.find((r) => r.id === 'EX-01')!
    expect(unaccounted([row])).toEqual([])
    expect(unaccounted([{ ...row, tests: [] }])).toEqual(['EX-01'])
  })
})

describe('citations', () => {
  const known = [...SPECS.flatMap((spec) => Object.keys(idsOf(root, spec)))]
  const cited = citationFinder(known)

  it.each([
    ['frees a block (EX-02, EX-03)', ['EX-02', 'EX-03']],
    [
      'works for all (REF-29..33, INV-5)',
      ['REF-29', 'REF-30', 'REF-31', 'REF-32', 'REF-33', 'INV-05'],
    ],
    ['the second case (EX-38 d)', ['EX-38']],
    ['busy later page (EX-33a)', ['EX-33a']],
    ['switches (FIX-1, 3 and 5)', ['FIX-1', 'FIX-3', 'FIX-5']],
    ['takes 3 pages (EX-27), 5 times', ['EX-27']],
    ['gives up (7.2.2, 10.5.4)', ['7.2.2', '10.5.4']],
    ['the sub-step (7.2.2.3)', ['7.2.2']],
    ['a range of rules (7.4.1..3)', ['7.4.1', '7.4.2', '7.4.3']],
    ['the slow path (5.6.4) and its event (5.6.1)', ['5.6 step 4', '5.6.1']],
    ['offline steps 5-7 of 11.2', ['11.2 step 5', '11.2 step 6', '11.2 step 7']],
    ['errata 5 and erratum 11', ['erratum 5', 'erratum 11']],
    ['as in v3.12, longterm-5.4 and 3.9.6', []],
  ])('of "%s" are found', (text, ids) => {
    expect([...cited(text)].toSorted()).toEqual(ids.toSorted())
  })
})

describe('titles of tests', () => {
  it('are found with their rows, and comments without strings', () => {
    const text = [
      "it('one', () => {})",
      "it.each<{ a: () => void }>([{ name: 'two' }])('case $name', () => {})",
      'const ROWS: readonly (readonly [string, (m: Machine) => void])[] = [',
      "  ['three', (m) => (m.a = 1)],",
      ']',
      "it.each(ROWS)('rows: %s', () => {})",
      "const s = '// four'",
      '/* five */ // six',
    ].join('\n')
    expect(testTitlesOf(text)).toEqual(['one', 'two', 'case $name', 'three', 'rows: %s'])
    expect(commentsOf(text)).toBe('/* five */\n// six')
  })
})
