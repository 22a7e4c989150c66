/**
 * `npm run replay-recordings [-- OPTIONS] [-- DIR_OR_FILE...]`: bundles the replay of real recordings
 * (src/sim/test/recordings) into a temporary folder and runs it there. Without paths it replays the
 * recordings kept in the repository. Relative paths count from where npm was started.
 */
import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { build } from 'vite'
import { inRoot, root } from './lib/paths.mjs'
import { reasonOf } from './lib/say.mjs'

const SOURCES = inRoot('src/sim/test/recordings')

/**
 * @param {string} folder
 * @returns {Promise<string>} the bundle
 */
async function bundle(folder) {
  await build({
    configFile: false,
    root,
    logLevel: 'error',
    ssr: { noExternal: true },
    build: {
      ssr: true,
      target: 'node20.19',
      minify: false,
      outDir: folder,
      emptyOutDir: false,
      rolldownOptions: {
        input: { replay: join(SOURCES, 'main.ts') },
        output: { format: 'es', entryFileNames: '[name].mjs' },
      },
    },
  })
  return join(folder, 'replay.mjs')
}

/**
 * @param {string} entry
 * @returns {Promise<number>} exit code
 */
function run(entry) {
  const args = [entry, join(SOURCES, 'linux-3.9'), ...process.argv.slice(2)]
  const cwd = process.env.INIT_CWD ?? process.cwd()
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit'], cwd })
  return new Promise((done, fail) => {
    child.once('error', fail)
    child.once('close', (code) => done(code ?? 1))
  })
}

const folder = await mkdtemp(join(tmpdir(), 'pinscope-replay-'))
try {
  process.exitCode = await run(await bundle(folder))
} catch (error) {
  process.stderr.write(`replay-recordings: ${reasonOf(error)}\n`)
  process.exitCode = 2
} finally {
  await rm(folder, { recursive: true, force: true })
}
