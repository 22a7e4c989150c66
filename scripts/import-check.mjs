/**
 * `npm run import-check -- DIR`: imports every /proc text, trace and kernel log below a folder and
 * prints what became of each, with the sums of the file beside those of the machine made of it.
 */
import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { bundleTool } from './lib/bundle.mjs'
import { reasonOf } from './lib/say.mjs'

const folder = await mkdtemp(join(tmpdir(), 'pinscope-import-'))
try {
  const entry = await bundleTool(folder, 'import-check', 'tools/import-check/main.ts')
  const cwd = process.env.INIT_CWD ?? process.cwd()
  const args = [entry, ...process.argv.slice(2)]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit'], cwd })
  process.exitCode = await new Promise((done, fail) => {
    child.once('error', fail)
    child.once('close', (code) => done(code ?? 1))
  })
} catch (error) {
  process.stderr.write(`import-check: ${reasonOf(error)}\n`)
  process.exitCode = 2
} finally {
  await rm(folder, { recursive: true, force: true })
}
