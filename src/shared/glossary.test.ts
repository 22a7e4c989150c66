import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { GLOSSARY, glossaryMarkdown } from './glossary'

const conformance = readFileSync('docs/CONFORMANCE.md', 'utf8')
const known = new Set(
  Array.from(conformance.matchAll(/^\| ([A-Z\d][\w.-]*(?: step \d+)?) \|/gm), (found) => found[1]),
)

describe('glossary', () => {
  it('cites rules that there are', () => {
    expect(known.size).toBeGreaterThan(700)
    const unknown = GLOSSARY.flatMap((t) => t.rules.filter((rule) => !known.has(rule)))
    expect(unknown).toEqual([])
  })

  it('leads only to terms it has, each with an id of its own', () => {
    const ids = new Set(GLOSSARY.map((t) => t.id))
    expect(ids.size).toBe(GLOSSARY.length)
    expect(GLOSSARY.flatMap((t) => t.see.filter((id) => !ids.has(id)))).toEqual([])
  })

  it('is in the documents as it is in the window', async () => {
    await expect(glossaryMarkdown()).toMatchFileSnapshot('../../docs/glossary.md')
  })
})
