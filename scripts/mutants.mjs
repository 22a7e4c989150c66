/**
 * npm run mutants [-- --short] [-- --only N,N]: deliberate faults of one line in the model, each tried in
 * a copy of the sources against the tests of the file it is in. A fault that no test notices survives:
 * exit 1, as when a fault's line is not there any more, or the tests fail without a fault.
 */
import { cp, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { parseArgs } from 'node:util'
import { root } from './lib/paths.mjs'
import { run } from './lib/run.mjs'
import { reasonOf, say, seconds } from './lib/say.mjs'

/**
 * @typedef {object} Mutant
 * @property {string} says what the fault does
 * @property {string} file
 * @property {string} from the text it replaces; there exactly once
 * @property {string} to
 * @property {string[]} tests
 * @property {boolean} [short] part of the short form
 */

const COPIED = /^(src|tools|package\.json|vitest\.config\.ts|tsconfig.*\.json)$/
const LIMIT_MS = 5 * 60_000

/** @param {string} copy */
async function makeCopy(copy) {
  for (const name of await readdir(root)) {
    if (COPIED.test(name)) await cp(join(root, name), join(copy, name), { recursive: true })
  }
  await symlink(join(root, 'node_modules'), join(copy, 'node_modules'), 'junction')
}

/**
 * Tests that fail, -1 when they could not be run to an end.
 * @param {string} copy
 * @param {string[]} tests
 */
async function failingTests(copy, tests) {
  const report = join(copy, 'report.json')
  await rm(report, { force: true })
  const args = ['node_modules/vitest/vitest.mjs', 'run', '--project', 'sim', '--reporter=json']
  const { stopped } = await run(process.execPath, [...args, `--outputFile=${report}`, ...tests], {
    cwd: copy,
    env: { ...process.env, NO_COLOR: '1' },
    limitMs: LIMIT_MS,
  })
  // A fault that makes a test run for ever is noticed too.
  if (stopped !== null && stopped.startsWith('took longer')) return 1
  try {
    const { numFailedTests, numTotalTests } = JSON.parse(await readFile(report, 'utf8'))
    return numTotalTests > 0 ? numFailedTests : -1
  } catch {
    return -1
  }
}

/**
 * @param {string} copy
 * @param {Mutant} mutant
 * @returns {Promise<'caught' | 'survived' | 'not there' | 'no tests'>}
 */
async function tryMutant(copy, { file, from, to, tests }) {
  const path = join(copy, file)
  const text = await readFile(path, 'utf8')
  if (text.split(from).length !== 2) return 'not there'
  await writeFile(
    path,
    text.replace(from, () => to),
  )
  const failed = await failingTests(copy, tests)
  await writeFile(path, text)
  if (failed < 0) return 'no tests'
  return failed > 0 ? 'caught' : 'survived'
}

/**
 * @param {Mutant[]} all
 * @param {{ short: boolean, only?: string }} values
 */
function chosen(all, { short, only }) {
  if (only === undefined) return short ? all.filter((mutant) => mutant.short) : all
  return only.split(',').map((n) => {
    const mutant = all[Number(n) - 1]
    if (mutant === undefined)
      throw new Error(`there is no mutant ${n}; they are 1 to ${all.length}`)
    return mutant
  })
}

async function main() {
  const { values } = parseArgs({
    options: { short: { type: 'boolean', default: false }, only: { type: 'string' } },
  })
  /** @type {Mutant[]} */
  const all = JSON.parse(await readFile(join(root, 'tools/mutants/list.json'), 'utf8'))
  const mutants = chosen(all, values)
  const copy = await mkdtemp(join(tmpdir(), 'pinscope-mutants-'))
  const began = Date.now()
  try {
    await makeCopy(copy)
    const tests = [...new Set(mutants.flatMap((mutant) => mutant.tests))]
    say(`${mutants.length} faults; first ${tests.length} test files without one`)
    if ((await failingTests(copy, tests)) !== 0) {
      say('these tests fail, or do not run, without any fault')
      return 1
    }
    let caught = 0
    for (const mutant of mutants) {
      const result = await tryMutant(copy, mutant)
      if (result === 'caught') caught++
      const n = String(all.indexOf(mutant) + 1).padStart(2)
      process.stdout.write(`${n} ${result.padEnd(9)} ${mutant.file}: ${mutant.says}\n`)
    }
    const took = seconds(Date.now() - began)
    process.stdout.write(
      `${mutants.length} faults in ${took}: ${caught} caught, ${mutants.length - caught} not\n`,
    )
    return caught === mutants.length ? 0 : 1
  } finally {
    await rm(copy, { recursive: true, force: true })
  }
}

process.exitCode = await main().catch((error) => {
  say(reasonOf(error))
  return 2
})
