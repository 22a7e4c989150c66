/**
 * `npm run bench [-- --short] [-- --json]`: bundles the measurements into a temporary folder,
 * builds the C twin there when gcc exists, runs them in a process of their own, and removes the
 * folder. Results go to standard output, chatter to standard error. Exit 0 unless something breaks:
 * a figure beyond its budget is printed, not asserted.
 */
import { spawn, spawnSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { build, normalizePath } from 'vite'

const here = dirname(fileURLToPath(import.meta.url))
const root = resolve(here, '..')
const USAGE = 'usage: npm run bench -- [--short] [--json]'

const flags = process.argv.slice(2)
const unknown = flags.find((f) => f !== '--short' && f !== '--json')
if (unknown !== undefined) {
  process.stderr.write(`bench: unknown option ${unknown}; ${USAGE}\n`)
  process.exit(2)
}

/**
 * Puts bench/trace-off.ts in the place of the model's trace module.
 * @param {() => void} onReplaced
 * @returns {import('vite').Plugin}
 */
function withoutTrace(onReplaced) {
  const from = normalizePath(join(root, 'src/sim/machine/trace.ts'))
  const to = normalizePath(join(here, 'trace-off.ts'))
  return {
    name: 'without-trace',
    enforce: 'pre',
    async resolveId(source, importer) {
      if (!/(^|\/)trace$/.test(source)) return null
      const found = await this.resolve(source, importer, { skipSelf: true })
      if (found?.id !== from) return null
      onReplaced()
      return to
    },
  }
}

/**
 * One bundle, minified as little as the application's own.
 * @param {string} folder
 * @param {string} name
 * @param {string} entry
 * @param {import('vite').Plugin[]} plugins
 */
async function bundle(folder, name, entry, plugins) {
  await build({
    configFile: false,
    root,
    logLevel: 'error',
    plugins,
    ssr: { noExternal: true },
    build: {
      ssr: true,
      target: 'node20.19',
      minify: false,
      outDir: folder,
      emptyOutDir: false,
      rolldownOptions: {
        input: { [name]: join(here, entry) },
        output: {
          format: 'es',
          entryFileNames: '[name].mjs',
          chunkFileNames: `${name}-[hash].mjs`,
        },
      },
    },
  })
}

/**
 * Compiles the twin, plain and recording.
 * @param {string} folder
 * @returns {{ plain: string, recording: string, compiler: string } | null} null without gcc
 */
function compileTwin(folder) {
  const version = spawnSync('gcc', ['-dumpfullversion'], { encoding: 'utf8' })
  if (version.status !== 0) return null
  const twin = {
    plain: join(folder, 'twin'),
    recording: join(folder, 'twin-recording'),
    compiler: `gcc ${version.stdout.trim()} -O2`,
  }
  for (const [out, define] of [
    [twin.plain, []],
    [twin.recording, ['-DRECORD']],
  ]) {
    const args = ['-O2', '-Wall', '-Wextra', ...define, '-o', out, join(here, 'twin.c'), '-lm']
    const compiled = spawnSync('gcc', args, { encoding: 'utf8' })
    if (compiled.status !== 0) throw new Error(`gcc could not compile twin.c: ${compiled.stderr}`)
  }
  return twin
}

/**
 * @param {string} folder
 * @returns {Promise<number>} exit code
 */
async function main(folder) {
  let replaced = false
  const quiet = withoutTrace(() => (replaced = true))
  await bundle(folder, 'main', 'main.ts', [])
  await bundle(folder, 'travel', 'travel.ts', [])
  await bundle(folder, 'stream', 'stream.ts', [])
  await bundle(folder, 'stream-quiet', 'stream.ts', [quiet])
  if (!replaced) throw new Error('the bundle without events still has the trace module')
  const options = {
    short: flags.includes('--short'),
    json: flags.includes('--json'),
    travel: join(folder, 'travel.mjs'),
    stream: join(folder, 'stream.mjs'),
    streamQuiet: join(folder, 'stream-quiet.mjs'),
    twin: compileTwin(folder),
  }
  const args = ['--expose-gc', join(folder, 'main.mjs'), JSON.stringify(options)]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit'] })
  return new Promise((done, fail) => {
    child.once('error', fail)
    child.once('close', (code) => done(code ?? 1))
  })
}

const folder = await mkdtemp(join(tmpdir(), 'pinscope-bench-'))
try {
  process.exitCode = await main(folder)
} catch (error) {
  process.stderr.write(`bench: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
} finally {
  await rm(folder, { recursive: true, force: true })
}
