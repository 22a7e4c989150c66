/**
 * npm run properties [-- --commands N] [--base SEED] [--jobs N]
 * npm run properties -- --shape NAME --seed N     one history again
 * npm run soak                                    ten times as many, from a random seed
 *
 * Random commands to machines of several shapes, each followed by a check of the whole machine. A
 * history that breaks something is made short and printed with its seed. Exit 1 when one did.
 */
import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { parseArgs } from 'node:util'
import { bundleTool } from './lib/bundle.mjs'
import { reasonOf, say, seconds } from './lib/say.mjs'

const DEFAULT_COMMANDS = 1_000_000
const DEFAULT_BASE = 20130305
const MAX_JOBS = 4

const OPTIONS = /** @type {const} */ ({
  commands: { type: 'string' },
  base: { type: 'string' },
  jobs: { type: 'string' },
  shape: { type: 'string' },
  seed: { type: 'string' },
  soak: { type: 'boolean', default: false },
})

/**
 * @typedef {{ done: number, end?: boolean, shape?: string, failure?: string, shapes?: string[] }} Line
 */

/**
 * Runs the tool and hands over each line it prints.
 * @param {string} file
 * @param {string[]} args
 * @param {(line: Line) => void} take
 * @returns {Promise<void>}
 */
function start(file, args, take) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--enable-source-maps', file, ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let rest = ''
    child.stdout.setEncoding('utf8').on('data', (/** @type {string} */ text) => {
      const lines = (rest + text).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) take(JSON.parse(line))
    })
    child.once('error', reject)
    child.once('close', (code) => {
      if (code === 0) resolve()
      else reject(new Error(`a worker ended with code ${code}`))
    })
  })
}

/**
 * @param {string} name
 * @param {string | undefined} text
 * @param {number} otherwise
 */
function whole(name, text, otherwise) {
  if (text === undefined) return otherwise
  if (!/^\d+$/.test(text)) throw new Error(`--${name} needs a whole number, got "${text}"`)
  return Number(text)
}

/** @param {number} n */
const count = (n) => n.toLocaleString('en-US')

async function main() {
  const { values } = parseArgs({ options: OPTIONS })
  const scratch = await mkdtemp(join(tmpdir(), 'pinscope-properties-'))
  try {
    const file = await bundleTool(scratch, 'properties', 'tools/properties/main.ts')
    return values.shape === undefined
      ? await all(file, values)
      : await one(file, values.shape, whole('seed', values.seed, DEFAULT_BASE))
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

/**
 * @param {string} file
 * @param {string} shape
 * @param {number} seed
 */
async function one(file, shape, seed) {
  let failed = false
  await start(file, ['one', shape, String(seed)], (line) => {
    failed ||= line.failure !== undefined
    process.stdout.write(`${line.failure ?? `${shape}, seed ${seed}: nothing broken`}\n`)
  })
  return failed ? 1 : 0
}

/**
 * @param {string} file
 * @param {{ commands?: string, base?: string, jobs?: string, soak: boolean }} values
 */
async function all(file, values) {
  const commands = whole('commands', values.commands, DEFAULT_COMMANDS * (values.soak ? 10 : 1))
  const random = Math.floor(Math.random() * 0x3fffffff)
  const base = whole('base', values.base, values.soak ? random : DEFAULT_BASE)
  const jobs = whole('jobs', values.jobs, Math.min(MAX_JOBS, availableParallelism()))
  const began = Date.now()
  /** @type {string[]} */
  let shapes = []
  await start(file, ['shapes'], (line) => (shapes = line.shapes ?? []))
  say(`${count(commands)} commands, seeds from ${base}, ${jobs} processes`)
  const done = new Array(jobs).fill(0)
  const total = () => done.reduce((sum, n) => sum + n, 0)
  /** @type {Map<string, string>} */
  const failures = new Map()
  let told = began
  /** @param {number} job */
  const listen = (job) => (/** @type {Line} */ line) => {
    done[job] = line.done
    if (line.failure !== undefined && line.shape !== undefined) {
      failures.set(line.shape, line.failure)
      process.stdout.write(`${line.failure}\n`)
    }
    if (Date.now() - told < 10_000) return
    told = Date.now()
    say(`${count(total())} of ${count(commands)} after ${seconds(told - began)}`)
  }
  await Promise.all(
    done.map((_, job) =>
      start(file, ['share', job, jobs, commands, base].map(String), listen(job)),
    ),
  )
  const took = seconds(Date.now() - began)
  process.stdout.write(
    `${count(total())} commands over ${shapes.length} shapes in ${took}: ` +
      `${shapes.length - failures.size} passed, ${failures.size} failed\n`,
  )
  return failures.size > 0 ? 1 : 0
}

process.exitCode = await main().catch((error) => {
  say(reasonOf(error))
  return 2
})
