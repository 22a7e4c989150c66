/** `pinscope import`: texts of real kernels to a scenario to run, or to a trace to look at. */
import { importTexts, type Imported } from '../formats/import'
import { MAX_TEXT, type TextFile } from '../formats/text-lines'
import type { FileReport } from '../shared/interchange'
import { success, type Result } from '../shared/result'
import { countText, many } from '../shared/text'
import { refuse, type Streams } from './commands'
import { table } from './text'
import { readText, writeText } from './write-out'

export interface ImportOptions {
  readonly output?: string
  readonly json?: boolean
}

/** Reads the files, says what became of them, and writes the scenario where one is asked for. */
export function importCommand(
  io: Streams,
  files: readonly string[],
  { output, json = false }: ImportOptions,
): number {
  const texts = readAll(files)
  if (!texts.ok) return refuse(io, texts.error)
  const imported = importTexts(texts.value)
  if (!imported.ok) return refuse(io, imported.error)
  const written = output === undefined ? success(null) : writeScenario(io, imported.value, output)
  if (!written.ok) return refuse(io, written.error)
  const report = json
    ? `${JSON.stringify(importJson(imported.value), null, 2)}\n`
    : importText(imported.value, output)
  // The scenario has standard output when it is asked for there.
  if (output === '-') io.err(report)
  else io.out(report)
  return 0
}

function readAll(files: readonly string[]): Result<TextFile[]> {
  const texts: TextFile[] = []
  for (const path of files) {
    const text = readText(path, MAX_TEXT)
    if (!text.ok) return text
    texts.push({ name: path === '-' ? 'standard input' : path, text: text.value })
  }
  return success(texts)
}

function writeScenario(io: Streams, { scenario, trace }: Imported, path: string): Result<null> {
  if (scenario === null) {
    const message = `${trace?.name ?? 'a trace'} is no machine and no program, so there is no scenario to write; look at it in the window, or use pinscope export`
    return { ok: false, error: { code: 'bad-input', message: `-o: ${message}` } }
  }
  if (!scenario.ok) {
    const message = `-o: no scenario could be made: ${scenario.error.message}`
    return { ok: false, error: { ...scenario.error, message } }
  }
  if (path !== '-') return writeText(path, '-o', scenario.value)
  io.out(scenario.value)
  return success(null)
}

/** `pinscope/import@1` */
function importJson({ files, took, guessed, unused, zones, scenario, trace }: Imported): object {
  return {
    format: 'pinscope/import@1',
    files,
    took,
    guessed,
    unused,
    zones,
    scenario: scenario?.ok === true ? (JSON.parse(scenario.value) as unknown) : null,
    noScenario: scenario?.ok === false ? scenario.error.message : null,
    trace: trace && {
      events: trace.events,
      fromNs: trace.timeNs[0] ?? null,
      toNs: trace.timeNs.at(-1) ?? null,
      kinds: kindsOf(trace),
      tasks: trace.tasks,
      cpus: trace.cpus,
      cuts: trace.cuts,
    },
  }
}

function kindsOf(trace: NonNullable<Imported['trace']>): Record<string, number> {
  const counts = new Map<number, number>()
  for (const type of trace.type) counts.set(type, (counts.get(type) ?? 0) + 1)
  return Object.fromEntries(
    [...counts]
      .toSorted(([i, x], [j, y]) => y - x || i - j)
      .map(([type, n]) => [trace.typeNames[type] ?? '', n]),
  )
}

function importText(imported: Imported, output: string | undefined): string {
  const { files, took, guessed, unused, zones, scenario, trace } = imported
  const orders = Math.max(0, ...zones.map((z) => z.blocks.length))
  const head = ['node', 'zone', ...Array.from({ length: orders }, (_, i) => `o${i}`), 'free pages']
  const rows = zones.map(({ node, zone, blocks, freePages }) => {
    return [String(node), zone, ...blocks.map(countText), countText(freePages)]
  })
  return [
    ...files.map(fileText),
    listText('took', took),
    listText('guessed', guessed),
    listText('could not use', unused),
    zones.length === 0 ? '' : `\n${table([head, ...rows])}`,
    trace === null
      ? ''
      : `\n${table(Object.entries(kindsOf(trace)).map(([name, n]) => [countText(n), name]))}`,
    `\n${endText(scenario, output)}\n`,
  ].join('')
}

function fileText({ file, kind, lines, took, guessed, unused }: FileReport): string {
  const left = unused.first.map(({ line, text, why }) => `line ${line}: ${why}: ${text}`)
  const more = unused.lines - left.length
  return [
    `${file}: ${kind}, ${many(lines, 'line')}\n`,
    listText('took', took),
    listText('guessed', guessed),
    listText('could not use', more > 0 ? [...left, many(more, 'more line')] : left),
  ].join('')
}

function listText(what: string, sentences: readonly string[]): string {
  return sentences.length === 0 ? '' : `${what}\n${sentences.map((s) => `  ${s}\n`).join('')}`
}

function endText(scenario: Imported['scenario'], output: string | undefined): string {
  if (scenario === null) {
    return 'A recording of another kernel: it can be looked at, not stepped through or run again.'
  }
  if (!scenario.ok) return `No scenario: ${scenario.error.message}`
  if (output === '-') return 'The scenario is on standard output.'
  return output === undefined
    ? 'A scenario can be made of it: pinscope import ... -o FILE.json'
    : `The scenario is in ${output}: pinscope run ${output}`
}
