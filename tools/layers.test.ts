import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cruise, type IReporterOutput } from 'dependency-cruiser'
import { ESLint } from 'eslint'
import cruiserConfig from '../.dependency-cruiser.js'
import { root } from '../scripts/lib/paths.mjs'
import { LAYERS } from './layers.js'

const LINT_RULES = ['no-restricted-imports', '@typescript-eslint/no-restricted-imports']

/** One planted import per line: file, import, and whether it is allowed there. */
const PLANTED: readonly [file: string, statement: string, allowed: boolean][] = [
  [
    'src/sim/mm/planted.ts',
    "import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'",
    true,
  ],
  ['src/sim/mm/planted.ts', "import { readFileSync } from 'node:fs'", false],
  ['src/sim/mm/planted.ts', "import { ref } from 'vue'", false],
  ['src/sim/mm/planted.ts', "import { x } from '../../shared/planted'", false],
  ['src/shared/planted.ts', "import type { X } from '../sim/index'", true],
  ['src/shared/planted.ts', "import { x } from '../sim/index'", false],
  ['src/shared/planted.ts', "import type { X } from '../sim/mm/planted'", false],
  ['src/shared/planted.ts', "import { EventEmitter } from 'node:events'", false],
  ['src/engine/planted.ts', "import { x } from '../sim/index'", true],
  ['src/engine/planted.ts', "import { x } from '../sim/mm/planted'", false],
  ['src/engine/planted.ts', "import { x } from '../formats/planted'", false],
  ['src/engine/planted.ts', "import { readFileSync } from 'node:fs'", false],
  ['src/formats/planted.ts', "import * as v from 'valibot'", true],
  ['src/formats/planted.ts', "import { x } from '../engine/planted'", false],
  ['src/host/planted.ts', "import { WebSocketServer } from 'ws'", true],
  ['src/host/planted.ts', "import { app } from 'electron'", false],
  ['src/host/planted.ts', "import { x } from '../sim/index'", false],
  ['src/main/planted.ts', "import { app } from 'electron'", true],
  ['src/main/planted.ts', "import { x } from '../cli/planted'", false],
  ['src/cli/planted.ts', "import { Command } from 'commander'", true],
  ['src/cli/planted.ts', "import { app } from 'electron'", false],
  ['src/cli/planted.ts', "import { x } from '../main/planted'", false],
  ['src/preload/planted.ts', "import { contextBridge } from 'electron'", true],
  ['src/preload/planted.ts', "import { x } from '../engine/planted'", false],
  ['src/renderer/src/planted.ts', "import { ref } from 'vue'", true],
  ['src/renderer/src/planted.ts', "import { x } from '../../shared/planted'", true],
  ['src/renderer/src/planted.ts', "import { x } from '../../engine/planted'", false],
  ['src/renderer/src/planted.ts', "import { readFileSync } from 'node:fs'", false],
]

/** The names a statement brings, used once so that nothing is pruned. */
function source(statement: string): string {
  const name = /\{ (\w+) \}|\* as (\w+)/.exec(statement)
  const used = name?.[1] ?? name?.[2] ?? ''
  return statement.includes('import type')
    ? `${statement}\nexport type Used = ${used}\n`
    : `${statement}\nexport const used = ${used}\n`
}

describe('the layer table in the editor (ESLint)', () => {
  // Only the import rules: without type information a file need not exist.
  let eslint: ESLint
  beforeAll(() => {
    eslint = new ESLint({
      cwd: root,
      overrideConfig: { languageOptions: { parserOptions: { projectService: false } } },
      ruleFilter: ({ ruleId }) => LINT_RULES.includes(ruleId),
    })
  })

  it.each(PLANTED)('%s: %s (allowed: %s)', async (file, statement, allowed) => {
    const [result] = await eslint.lintText(source(statement), { filePath: join(root, file) })
    const refused = result?.messages.filter((m) => m.ruleId && LINT_RULES.includes(m.ruleId)) ?? []
    const broken = result?.messages.filter((m) => m.fatal) ?? []
    expect(broken).toEqual([])
    expect(refused.length > 0).toBe(!allowed)
  })

  it('bans clock and chance in the model', async () => {
    const lint = new ESLint({
      cwd: root,
      overrideConfig: { languageOptions: { parserOptions: { projectService: false } } },
      ruleFilter: ({ ruleId }) => ruleId.startsWith('no-restricted-'),
    })
    const text =
      'export const a = [Math.random(), Date.now(), setTimeout, process, window, console]\n'
    const [result] = await lint.lintText(text, { filePath: join(root, 'src/sim/mm/planted.ts') })
    expect(result?.messages).toHaveLength(6)
  })
})

describe('the layer table on the whole graph (dependency-cruiser)', () => {
  let folder = ''
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pinscope-layers-'))
    await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  /** Names of the rules that a tree of planted files breaks, orphans aside. */
  async function broken(files: Readonly<Record<string, string>>): Promise<string[]> {
    await rm(join(folder, 'src'), { recursive: true, force: true })
    for (const [file, text] of Object.entries(files)) {
      await mkdir(dirname(join(folder, file)), { recursive: true })
      await writeFile(join(folder, file), text)
    }
    const before = process.cwd()
    process.chdir(folder)
    try {
      const { forbidden, options } = cruiserConfig
      const { tsConfig, ...rest } = options
      const result: IReporterOutput = await cruise(['src'], {
        ...rest,
        ruleSet: { forbidden },
        validate: true,
      } as never)
      const { summary } = result.output as { summary: { violations: { rule: { name: string } }[] } }
      return summary.violations.map((v) => v.rule.name).filter((name) => name !== 'no-orphans')
    } finally {
      process.chdir(before)
    }
  }

  const BASE = {
    'src/sim/index.ts': 'export const x = 1\nexport type X = number\n',
    'src/sim/mm/planted.ts': 'export const x = 1\nexport type X = number\n',
    'src/shared/planted.ts': 'export const x = 1\n',
    'src/engine/planted.ts': 'export const x = 1\n',
    'src/formats/planted.ts': 'export const x = 1\n',
    'src/cli/planted.ts': 'export const x = 1\n',
    'src/main/planted.ts': 'export const x = 1\n',
  }

  it.each(PLANTED)('%s: %s (allowed: %s)', async (file, statement, allowed) => {
    const rules = await broken({ ...BASE, [file]: source(statement) })
    expect(rules.length > 0, rules.join(', ')).toBe(!allowed)
  })

  it('refuses a circle', async () => {
    const rules = await broken({
      'src/sim/a.ts': "import { b } from './b'\nexport const a = (): number => b()\n",
      'src/sim/b.ts': "import { a } from './a'\nexport const b = (): number => a()\n",
    })
    expect(rules).toContain('no-circular')
  })
})

it('knows every folder of src', () => {
  expect(Object.keys(LAYERS).sort()).toEqual(
    ['cli', 'engine', 'formats', 'host', 'main', 'preload', 'renderer', 'shared', 'sim'].sort(),
  )
})
