/**
 * `npm run replay-recordings [-- --patches LIST] [-- --verbose] [-- DIR_OR_FILE...]`: feeds recordings
 * of the real kernel to the model. Exit 0 without a difference, 1 with one, 2 for input that cannot be
 * replayed.
 */
import { findRecordings, parsePatches, patchesOf, readRecording, type Patches } from './files'
import { FormatError } from './format'
import { replayRecording } from './replay'
import { clip, type Report } from './report'

interface Options {
  readonly patches: Patches | null
  readonly verbose: boolean
  readonly paths: readonly string[]
}

const USAGE = 'usage: npm run replay-recordings -- [--patches LIST] [--verbose] [DIR_OR_FILE...]'

function readOptions(args: readonly string[], fallback: string): Options | string {
  const paths: string[] = []
  let patches: Patches | null = null
  let verbose = false
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] as string
    if (arg === '--verbose') verbose = true
    else if (arg === '--patches' || arg.startsWith('--patches=')) {
      const list = arg === '--patches' ? args[++i] : arg.slice('--patches='.length)
      const numbers = list === undefined ? null : parsePatches(list)
      if (numbers === null)
        return `--patches wants numbers 1 to 5 or "none", got ${list ?? 'nothing'}`
      patches = { numbers, from: '--patches' }
    } else if (arg.startsWith('--')) return `unknown option ${arg}; ${USAGE}`
    else paths.push(arg)
  }
  return { patches, verbose, paths: paths.length > 0 ? paths : [fallback] }
}

function patchesText({ numbers, from }: Patches): string {
  return `${numbers.length === 0 ? 'none' : numbers.join(',')} (${from})`
}

function reportLines(path: string, patches: Patches, report: Report, verbose: boolean): string[] {
  const { operations, differences, found, rules } = report
  const lines = [
    `${path}: ${operations} operations, ${differences} differences`,
    `  patches: ${patchesText(patches)}`,
  ]
  for (const difference of verbose ? found : found.slice(0, 1)) {
    lines.push(
      `  ${found[0] === difference ? 'first difference' : 'difference'}: ${difference.where}`,
      `    recorded: ${clip(difference.recorded)}`,
      `    model:    ${clip(difference.model)}`,
    )
  }
  if (verbose) {
    for (const [rule, { count, example }] of rules) {
      lines.push(`  by rule, ${count} times: ${rule}`, `    as in ${clip(example)}`)
    }
  }
  return lines
}

/** Where results and complaints go, a line at a time. */
export interface Output {
  readonly out: (line: string) => void
  readonly err: (line: string) => void
}

/** Replays everything asked for, `fallback` without paths; the exit code. */
export function replayCommand(args: readonly string[], fallback: string, to: Output): number {
  const options = readOptions(args, fallback)
  if (typeof options === 'string') {
    to.err(`replay-recordings: ${options}`)
    return 2
  }
  const totals = { differences: 0, broken: 0, files: 0 }
  for (const given of options.paths) {
    const found = findRecordings(given)
    if (found.length === 0) {
      to.err(`replay-recordings: ${given}: no *.jsonl or *.jsonl.gz`)
      totals.broken++
    }
    for (const path of found) replayFile(path, options, to, totals)
  }
  if (totals.files > 1) {
    to.out(`${totals.files} recordings, ${totals.differences} differences`)
  }
  if (totals.broken > 0) return 2
  return totals.differences > 0 ? 1 : 0
}

function replayFile(
  path: string,
  options: Options,
  to: Output,
  totals: { differences: number; broken: number; files: number },
): void {
  try {
    const recording = readRecording(path)
    const patches = options.patches ?? patchesOf(path)
    const report = replayRecording(recording, patches.numbers)
    totals.files++
    totals.differences += report.differences
    reportLines(path, patches, report, options.verbose).forEach(to.out)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    const what = error instanceof FormatError ? why : `${path}:1: cannot be replayed: ${why}`
    to.err(`replay-recordings: ${what.split('\n')[0]}`)
    totals.broken++
  }
}
