// The table of functions: complete, and true about files and rules.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { VB2_OPS } from '../drivers/media/v4l2-core/videobuf2-core'
import { FUNCTIONS } from './functions'

const SIM = join(import.meta.dirname, '..')

const SOURCES = readdirSync(SIM, { recursive: true, encoding: 'utf8' })
  .map((name) => name.replaceAll('\\', '/'))
  .filter((name) => name.endsWith('.ts') && !/\.test\.ts$|(^|\/)test\//.test(name))

/** Kernel files whose functions the model keeps in a file of another name. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  'kernel/exit.c': 'machine/process.ts',
  'kernel/fork.c': 'machine/process.ts',
  'mm/madvise.c': 'mm/mmap.ts',
  'mm/truncate.c': 'mm/filemap.ts',
}

/** Every function that some source reports as a frame. */
function reported(): Set<string> {
  // Names that are put together.
  const found = new Set(VB2_OPS.map((op) => `vb2_${op}`))
  for (const driver of ['vb2_dma_sg', 'vb2_vmalloc']) {
    found.add(`${driver}_get_userptr`)
    found.add(`${driver}_put_userptr`)
  }
  for (const name of SOURCES) {
    const text = readFileSync(join(SIM, name), 'utf8')
    for (const [, fn] of text.matchAll(/\b(?:frameEnter|framed|enter)\(\s*m,\s*'(\w+)'/g)) {
      found.add(fn as string)
    }
  }
  return found
}

describe('the table of functions', () => {
  it('names exactly the functions that are reported', () => {
    expect(Object.keys(FUNCTIONS).sort()).toEqual([...reported()].sort())
  })

  it('names files that the model mirrors', () => {
    for (const [fn, { file }] of Object.entries(FUNCTIONS)) {
      const base = (ELSEWHERE[file] ?? file).replace(/\.(c|ts)$/, '')
      const mirrored = SOURCES.some((name) => name === `${base}.ts` || name.startsWith(`${base}_`))
      expect(mirrored, `${fn} of ${file}`).toBe(true)
    }
  })

  it('cites rules of the specifications', () => {
    const rules = ['allocator', 'gup-migration'].flatMap((name) =>
      Object.keys(
        JSON.parse(
          readFileSync(join(SIM, `../../tools/conformance/${name}.json`), 'utf8'),
        ) as object,
      ),
    )
    for (const [fn, { rule }] of Object.entries(FUNCTIONS)) expect(rules, fn).toContain(rule)
  })

  it('gives each argument and each local a name of its own', () => {
    for (const [fn, { args, locals }] of Object.entries(FUNCTIONS)) {
      for (const list of [args, locals]) {
        expect(new Set(list.map((v) => v.name)).size, fn).toBe(list.length)
      }
      expect(args.length, fn).toBeLessThanOrEqual(6)
    }
  })
})
