/** The shipped scenarios as files, and the table of them in the documentation. */
import { readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { OP_NAMES } from './scenario-ops'
import { shippedScenarios } from './shipped'
import { scenariosDoc } from './test/scenarios-doc'

describe('shipped scenarios', () => {
  const shipped = shippedScenarios()

  it.each(shipped.map((s) => [s.info.id, s] as const))(
    '%s asks one question and has ids',
    (_id, s) => {
      expect(s.info.question.endsWith('?')).toBe(true)
      expect(s.info.description.length).toBeGreaterThan(200)
      const { spec, expect: expected } = s.body as { spec?: string[]; expect: object }
      expect(spec?.length).toBeGreaterThan(0)
      expect(Object.keys(expected)).toEqual(expect.arrayContaining(['BASE', 'FAULT', 'FULL']))
    },
  )

  it('are all in docs/scenarios.md, as that page would be written now (UPDATE_DOCS=1 writes it)', () => {
    const path = 'docs/scenarios.md'
    const page = scenariosDoc(shipped)
    if (process.env.UPDATE_DOCS === '1') writeFileSync(path, page)
    expect(readFileSync(path, 'utf8')).toBe(page)
  })
})

describe('docs/scenario-format.md', () => {
  it.each(OP_NAMES)('describes the instruction %s', (op) => {
    expect(readFileSync('docs/scenario-format.md', 'utf8')).toContain(`\`${op}\``)
  })
})
