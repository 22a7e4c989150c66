/**
 * Imports every text of a real kernel in a folder and proves what became of it: a machine has as many
 * free blocks of each order as the file says, a trace as many events as it has event lines, and what a
 * kernel log says of contiguous requests is counted apart.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import process from 'node:process'
import { importTexts, kindOf, type Imported } from '../../src/formats/import'
import { parseScenario, planScenario } from '../../src/formats/scenario'
import { record } from '../../src/engine'
import { check, frag_show } from '../../src/sim'

const NAMES = /(?:buddyinfo|pagetypeinfo|zoneinfo)(?:\.txt)?$|\.trace$|dmesg[^/]*\.txt$/
const HOOKS = {
  onProgress: () => undefined,
  isCancelled: () => false,
  breathe: () => Promise.resolve(),
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && NAMES.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted()
}

/** Blocks by zone and order of the machine that a scenario starts from. */
async function machineSums(text: string): Promise<string> {
  const scenario = parseScenario(text, 'imported')
  const plan = scenario.ok ? planScenario(scenario.value, {}) : scenario
  if (!plan.ok) return plan.error.message
  const empty = { ...plan.value, actors: [] }
  const kernel = { patches: [], mode: 'strict' } as const
  const recipe = { scenario: plan.value.id, seed: 1, set: {}, kernel }
  const run = await record(empty, recipe, HOOKS)
  if (!run.ok) return run.error.message
  const wrong = check(run.value.machine)
  if (wrong.length > 0) return `the machine is broken: ${JSON.stringify(wrong[0])}`
  return frag_show(run.value.machine)
    .trimEnd()
    .split('\n')
    .map((line) => line.trim().replaceAll(/\s+/g, ' '))
    .join('\n')
}

/** What the files say, in the same form. */
function fileSums({ zones }: Imported): string {
  return zones
    .map(({ node, zone, blocks }) => `Node ${node}, zone ${zone} ${blocks.join(' ')}`)
    .join('\n')
}

/** Lines that are events by a look of its own: `[cpu]` and a time. */
function eventLines(text: string): number {
  return text.split('\n').filter((line) => /\[\d+\] .*?\d+\.\d{6}: /.test(line)).length
}

async function verdict(path: string, text: string): Promise<string> {
  const file = { name: path, text }
  const kind = kindOf(file)
  if (!kind.ok) return `FAILED ${kind.error.message}`
  const imported = importTexts([file])
  if (!imported.ok) return `FAILED ${imported.error.message}`
  const { trace, scenario, files } = imported.value
  const unused = files.reduce((n, report) => n + report.unused.lines, 0)
  if (trace !== null) {
    const wanted = eventLines(text)
    const cuts = trace.cuts.map((cut) => `, cut at line ${cut.line} (${cut.lost ?? '?'})`).join('')
    const ok = trace.events === wanted ? 'ok' : `FAILED ${wanted} event lines:`
    return `${ok} ${trace.events} events${cuts}; ${unused} lines unused`
  }
  if (kind.value === 'dmesg') {
    const wanted = text
      .split('\n')
      .filter((line) => /alloc failed, req-size|PFNs busy/.test(line)).length
    const took = files[0]?.took.at(-1) ?? ''
    return `${took.startsWith(`${wanted} `) ? 'ok' : 'FAILED'} ${took}; ${unused} lines unused`
  }
  if (scenario?.ok !== true) return `FAILED ${scenario?.error.message ?? 'no scenario'}`
  const sums = await machineSums(scenario.value)
  if (kind.value === 'zoneinfo') return `ok as a machine: ${sums.replaceAll('\n', '; ')}`
  const wanted = fileSums(imported.value)
  return sums === wanted
    ? `ok ${imported.value.zones.map((z) => `${z.zone} ${z.freePages} pages free`).join(', ')}`
    : `FAILED the file says ${wanted}, the machine has ${sums}`
}

const [folder] = process.argv.slice(2)
if (folder === undefined) {
  process.stderr.write('import-check: name a folder of /proc texts, traces and kernel logs\n')
  process.exitCode = 2
} else {
  let failed = 0
  const files = filesBelow(folder)
  for (const path of files) {
    const said = await verdict(path, readFileSync(path, 'utf8'))
    if (said.startsWith('FAILED')) failed++
    process.stdout.write(`${relative(folder, path)}: ${said}\n`)
  }
  process.stdout.write(`${files.length} files, ${failed} failed\n`)
  process.exitCode = failed === 0 && files.length > 0 ? 0 : 1
}
