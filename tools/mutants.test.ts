// The list of deliberate faults stays usable: every line is where the list says, every test exists.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

interface Mutant {
  readonly says: string
  readonly file: string
  readonly from: string
  readonly to: string
  readonly tests: readonly string[]
  readonly short?: boolean
}

const root = join(import.meta.dirname, '..')
const mutants: readonly Mutant[] = JSON.parse(
  readFileSync(join(root, 'tools/mutants/list.json'), 'utf8'),
)

describe('the list of deliberate faults', () => {
  it('has at least 24, and a short form', () => {
    expect(mutants.length).toBeGreaterThanOrEqual(24)
    expect(mutants.filter((mutant) => mutant.short).length).toBeGreaterThanOrEqual(6)
  })

  it.each(mutants.map((mutant) => [mutant.says, mutant] as const))('can be made: %s', (_, m) => {
    const text = readFileSync(join(root, m.file), 'utf8')
    expect(text.split(m.from)).toHaveLength(2)
    expect(m.from).not.toBe(m.to)
    expect(m.tests.filter((file) => !existsSync(join(root, file)))).toEqual([])
  })
})
