/**
 * npm run fuzz [-- --files N] [--seed N]
 *
 * Opens session files that were changed at random. Exit 1 when one makes the reader throw, hang, take
 * too much memory, or refuse without a reason. A fault names its seed: --files 1 --seed N does it again.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { parseArgs } from 'node:util'
import { bundleTool } from './lib/bundle.mjs'
import { run } from './lib/run.mjs'
import { reasonOf, say, seconds } from './lib/say.mjs'

const DEFAULT_FILES = 100_000
const DEFAULT_SEED = 20130305
const LIMIT_MS = 30 * 60_000

/** @param {string | undefined} text @param {number} otherwise */
function whole(text, otherwise) {
  if (text === undefined) return otherwise
  if (!/^\d+$/.test(text)) throw new Error(`expected a whole number, got "${text}"`)
  return Number(text)
}

async function main() {
  const options = /** @type {const} */ ({ files: { type: 'string' }, seed: { type: 'string' } })
  const { values } = parseArgs({ options })
  const files = whole(values.files, DEFAULT_FILES)
  const seed = whole(values.seed, DEFAULT_SEED)
  const began = Date.now()
  const scratch = await mkdtemp(join(tmpdir(), 'pinscope-fuzz-'))
  try {
    const tool = await bundleTool(scratch, 'fuzz', 'tools/fuzz/main.ts')
    const args = ['--enable-source-maps', tool, String(files), String(seed)]
    const { code, stdout, stderr, stopped } = await run(process.execPath, args, {
      limitMs: LIMIT_MS,
    })
    if (code !== 0) throw new Error(`the reader ended: ${stopped ?? ''} ${stderr.slice(-2000)}`)
    const { faults, slowest, mb, scenario, events } = JSON.parse(stdout)
    for (const fault of faults) process.stdout.write(`${fault}\n`)
    const took = seconds(Date.now() - began)
    process.stdout.write(
      `${files.toLocaleString('en-US')} changed files of ${scenario} (${events} events) in ${took}, ` +
        `the slowest ${Math.ceil(slowest)} ms, ${mb} MB at most: ${faults.length === 0 ? 'nothing broken' : `${faults.length} faults`}\n`,
    )
    return faults.length === 0 ? 0 : 1
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

process.exitCode = await main().catch((error) => {
  say(reasonOf(error))
  return 2
})
