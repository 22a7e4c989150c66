import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { VERBS } from './verbs'

describe('docs/debugging.md', () => {
  it('has a row for every verb with its usage, short forms and help', () => {
    const rows = readFileSync('docs/debugging.md', 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('| `'))
      .map((line) => line.replaceAll(/ +/g, ' '))
    for (const { usage, aliases, help } of VERBS) {
      const short = aliases.map((a) => `\`${a}\``).join(' ')
      const row = `| \`${usage.replaceAll('|', String.raw`\|`)}\` | ${short} | ${help} |`
      expect(rows).toContain(row.replaceAll(/ +/g, ' '))
    }
  })
})
