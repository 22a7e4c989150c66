/**
 * npm test: every check there is, one line each, and at last one line `N passed, N failed, N
 * skipped`. A static check counts as one test. What a check printed is shown only when it failed.
 *
 *   npm test -- --only unit,types      some of them (the names are those at the start of the lines)
 *
 * With CI=true nothing may be skipped.
 */
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ensureBuilt } from './build-if-stale.mjs'
import { resolveChromium } from './chromium.mjs'
import { DEBIAN_LIBRARIES, resolveElectron } from './electron-runtime.mjs'
import { missingDesktopTools } from './lib/desktop-tools.mjs'
import { hasDisplay, hasXvfb, onVirtualDisplay, XVFB_ADVICE } from './lib/display.mjs'
import { install } from './lib/npm.mjs'
import { root } from './lib/paths.mjs'
import { run } from './lib/run.mjs'
import { reasonOf, say, seconds } from './lib/say.mjs'

/**
 * @typedef {{ passed: number, failed: number, skipped: number, output?: string, note?: string, told?: string[] }} Outcome
 * @typedef {{ name: string, check: (scratch: string) => Promise<Outcome>, beside?: true }} Step
 *   `beside`: may run beside those next to it, as it leaves a core idle.
 */

const STEP_LIMIT_MS = 20 * 60_000

/** @param {string} name */
const bin = (name) => join('node_modules', name)

/**
 * Runs a program of ours with Node, or what `wrap` makes of that.
 * @param {string[]} args
 * @param {{ env?: Record<string, string>, wrap?: (command: string, args: string[]) => [string, string[]] }} [options]
 */
async function node(args, { env = {}, wrap = (c, a) => [c, a] } = {}) {
  const [command, all] = wrap(process.execPath, args)
  const result = await run(command, all, {
    cwd: root,
    env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0', ...env },
    limitMs: STEP_LIMIT_MS,
  })
  const output = `${result.stdout}\n${result.stderr}\n${result.stopped ?? ''}`.trim()
  return { ok: result.code === 0, output }
}

/**
 * A check that either holds or does not.
 * @param {string[]} args
 * @returns {Step['check']}
 */
function holds(...args) {
  return async () => {
    const { ok, output } = await node(args)
    return { passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0, output }
  }
}

/**
 * @param {string} file
 * @returns {Promise<any>}
 */
async function report(file) {
  try {
    return JSON.parse(await readFile(file, 'utf8'))
  } catch {
    return null
  }
}

/** @type {Step['check']} */
async function unit(scratch) {
  const file = join(scratch, 'vitest.json')
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`]
  const { ok, output } = await node([bin('vitest/vitest.mjs'), 'run', ...reporters])
  const json = await report(file)
  const failed = json?.numFailedTests ?? 0
  const skipped = (json?.numPendingTests ?? 0) + (json?.numTodoTests ?? 0)
  const note = skipped === 0 ? null : missingDesktopTools()
  return {
    passed: json?.numPassedTests ?? 0,
    // A file that does not load has no failed test, yet it failed.
    failed: ok ? failed : Math.max(1, failed),
    skipped,
    output,
    ...(note !== null && { note }),
  }
}

/**
 * @param {string} project
 * @param {string} scratch
 * @param {{ list?: boolean, wrap?: (command: string, args: string[]) => [string, string[]] }} [options]
 * @returns {Promise<Outcome>}
 */
async function playwright(project, scratch, { list = false, wrap } = {}) {
  const file = join(scratch, `${project}.json`)
  const args = [bin('@playwright/test/cli.js'), 'test', `--project=${project}`]
  args.push('--pass-with-no-tests', '--reporter=list,json', ...(list ? ['--list'] : []))
  const env = { PLAYWRIGHT_JSON_OUTPUT_FILE: file }
  const { ok, output } = await node(args, { env, ...(wrap && { wrap }) })
  const json = await report(file)
  const { expected = 0, unexpected = 0, flaky = 0, skipped = 0 } = json?.stats ?? {}
  const failed = unexpected + flaky
  // What was measured on the way is worth seeing also where all passed.
  const told = Array.from(output.matchAll(/^measured: (.*)$/gm), (line) => line[1] ?? '')
  return { passed: expected, failed: ok ? failed : Math.max(1, failed), skipped, output, told }
}

/**
 * @param {string} project
 * @param {string} scratch
 * @param {string} note why, and what would enable them
 * @returns {Promise<Outcome>}
 */
async function skip(project, scratch, note) {
  const { passed, skipped } = await playwright(project, scratch, { list: true })
  return { passed: 0, failed: 0, skipped: Math.max(1, passed + skipped), note }
}

/** @type {Step['check']} */
async function electron(scratch) {
  if (!hasDisplay() && !hasXvfb()) {
    const way = `${XVFB_ADVICE} ${DEBIAN_LIBRARIES}`
    return skip('electron', scratch, `neither a display nor Xvfb; to enable: ${way}`)
  }
  const found = await resolveElectron()
  if (!found.ok) return skip('electron', scratch, found.reason)
  return playwright('electron', scratch, hasDisplay() ? {} : { wrap: onVirtualDisplay })
}

/** @type {Step['check']} */
async function chromium(scratch) {
  const found = await resolveChromium()
  return found.ok ? playwright('chromium', scratch) : skip('chromium', scratch, found.reason)
}

/** @type {Step['check']} */
async function build() {
  const built = await ensureBuilt()
  return built.ok
    ? { passed: 1, failed: 0, skipped: 0 }
    : { passed: 0, failed: 1, skipped: 0, output: built.reason }
}

/** @type {Step[]} */
const STEPS = [
  { name: 'lint', check: holds(bin('eslint/bin/eslint.js'), '--quiet', '.'), beside: true },
  { name: 'types', check: holds('scripts/typecheck.mjs'), beside: true },
  { name: 'format', check: holds(bin('prettier/bin/prettier.cjs'), '--check', '.'), beside: true },
  {
    name: 'borders',
    check: holds(
      bin('dependency-cruiser/bin/dependency-cruise.mjs'),
      '--config',
      '.dependency-cruiser.js',
      'src',
    ),
    beside: true,
  },
  { name: 'unused', check: holds(bin('knip/bin/knip.js'), '--no-progress'), beside: true },
  { name: 'build', check: build },
  { name: 'unit', check: unit },
  { name: 'properties', check: properties, beside: true },
  { name: 'fuzz', check: fuzz, beside: true },
  { name: 'mutants', check: mutants, beside: true },
  { name: 'chromium', check: chromium },
  { name: 'electron', check: electron },
]

/** @type {Step['check']} */
async function properties() {
  const { ok, output } = await node(['scripts/properties.mjs'])
  const [, passed = 0, failed = 0] = /: (\d+) passed, (\d+) failed/.exec(output) ?? []
  const note = /^[\d,]+ commands/m.exec(output)?.[0] ?? ''
  return {
    passed: Number(passed),
    failed: ok ? Number(failed) : Math.max(1, Number(failed)),
    skipped: 0,
    output,
    note,
  }
}

/** @type {Step['check']} */
async function fuzz() {
  const { ok, output } = await node(['scripts/fuzz.mjs', '--files', '10000'])
  const note = /^[\d,]+ changed files.*/m.exec(output)?.[0] ?? ''
  return { passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0, output, note }
}

/** @type {Step['check']} */
async function mutants() {
  const { ok, output } = await node(['scripts/mutants.mjs', '--short'])
  const [, passed = 0, failed = 0] = /: (\d+) caught, (\d+) not/.exec(output) ?? []
  return {
    passed: Number(passed),
    failed: ok ? Number(failed) : Math.max(1, Number(failed)),
    skipped: 0,
    output,
    note: 'deliberate faults, each caught by a test',
  }
}

/** Shown behind a bar, so that no line of it can be taken for one of ours. */
function indented(/** @type {string} */ text) {
  return text.replace(/^/gm, '  | ')
}

/** @param {string[]} argv */
function selected(argv) {
  if (argv.length === 0) return STEPS
  const names = argv[0] === '--only' ? (argv[1] ?? '').split(',') : []
  const wanted = names.flatMap((name) => (name === 'e2e' ? ['chromium', 'electron'] : [name]))
  const known = STEPS.map((step) => step.name)
  if (wanted.length === 0 || argv.length > 2 || !wanted.every((name) => known.includes(name))) {
    say(`usage: npm test -- [--only ${known.join(',')}]`)
    return null
  }
  return STEPS.filter((step) => wanted.includes(step.name))
}

/**
 * @param {Step} step
 * @param {string} scratch
 * @returns {Promise<Outcome & { ms: number }>}
 */
async function timed(step, scratch) {
  const started = Date.now()
  const outcome = await step.check(scratch).catch(
    /** @returns {Outcome} */
    (error) => ({ passed: 0, failed: 1, skipped: 0, output: reasonOf(error) }),
  )
  return { ...outcome, ms: Date.now() - started }
}

/** Steps that may run beside each other, in one group; any other is a group of its own. */
function grouped(/** @type {Step[]} */ steps) {
  /** @type {Step[][]} */
  const groups = []
  for (const step of steps) {
    const last = groups.at(-1)
    if (step.beside && last?.[0]?.beside) last.push(step)
    else groups.push([step])
  }
  return groups
}

/**
 * Runs a group, two steps at a time, and tells of each when it and those before it have ended.
 * @param {Step[]} group
 * @param {string} scratch
 */
async function take(group, scratch) {
  const waiting = [...group]
  /** @type {Map<Step, Outcome & { ms: number }>} */
  const ended = new Map()
  let told = 0
  const work = async () => {
    for (let step = waiting.shift(); step !== undefined; step = waiting.shift()) {
      ended.set(step, await timed(step, scratch))
      for (let next = group[told]; next !== undefined; next = group[told]) {
        const outcome = ended.get(next)
        if (outcome === undefined) break
        tell(next, outcome)
        told++
      }
    }
  }
  await Promise.all([work(), work()])
  return group.map((step) => /** @type {Outcome} */ (ended.get(step)))
}

/**
 * @param {Step} step
 * @param {Outcome & { ms: number }} outcome
 */
function tell(step, { passed, failed, skipped, output, note, told = [], ms }) {
  const state = failed > 0 ? 'FAILED' : passed > 0 ? 'ok' : skipped > 0 ? 'skipped' : 'empty'
  const counts = [
    passed > 1 ? `${passed} ok` : '',
    failed > 0 && passed + failed > 1 ? `${failed} not` : '',
    skipped > 0 ? `${skipped} left out` : '',
    note ?? '',
  ]
  const detail = counts.filter((part) => part !== '').join('; ')
  const time = seconds(ms).padStart(8)
  process.stdout.write(
    `${step.name.padEnd(10)} ${state.padEnd(8)}${time}  ${detail}`.trimEnd() + '\n',
  )
  for (const line of told) process.stdout.write(`${''.padEnd(10)} measured        ${line}\n`)
  if (failed > 0 && output) process.stdout.write(`${indented(output)}\n`)
}

async function main() {
  const steps = selected(process.argv.slice(2))
  if (steps === null) return 2
  const total = { passed: 0, failed: 0, skipped: 0 }
  const broken = await install()
  if (broken !== null) {
    say(broken)
    total.failed = 1
  } else {
    const scratch = await mkdtemp(join(tmpdir(), 'pinscope-test-'))
    try {
      for (const group of grouped(steps)) {
        for (const { passed, failed, skipped } of await take(group, scratch)) {
          total.passed += passed
          total.failed += failed
          total.skipped += skipped
        }
        // Without a build there is nothing the tests of the whole could run.
        if (group[0]?.name === 'build' && !existsSync(join(root, 'out/.stamp'))) break
      }
    } finally {
      await rm(scratch, { recursive: true, force: true })
    }
  }
  process.stdout.write(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped\n`)
  const strict = process.env.CI === 'true' && total.skipped > 0
  if (strict) say('with CI=true nothing may be skipped')
  return total.failed > 0 || strict || total.passed + total.skipped === 0 ? 1 : 0
}

process.exitCode = await main()
