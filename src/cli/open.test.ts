import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { openCommand } from './open'
import { streams } from './test/streams'

const folder = mkdtempSync(join(tmpdir(), 'pinscope-open-'))
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

it('starts the window with the file, by its whole path, and has its exit code', async () => {
  const start = join(folder, 'start.mjs')
  writeFileSync(
    start,
    `import { writeFileSync } from 'node:fs'
writeFileSync(${JSON.stringify(join(folder, 'told'))}, JSON.stringify(process.argv.slice(2)))
process.exit(3)`,
  )
  const told = (): unknown => JSON.parse(readFileSync(join(folder, 'told'), 'utf8'))
  expect(await openCommand(streams(), '-a b.pinscope', start)).toBe(3)
  expect(told()).toEqual([join(process.cwd(), '-a b.pinscope')])
  expect(await openCommand(streams(), null, start)).toBe(3)
  expect(told()).toEqual([])
})
