/** `pinscope exec`: runs a list of kernel calls and prints what each returned. */
import { readFileSync } from 'node:fs'
import { execute, type ExecReport } from '../engine'
import { parseExec } from '../formats/exec'
import type { Streams } from './commands'

export interface ExecOptions {
  /** One line without blanks. */
  readonly compact?: boolean
}

/** Standard input as a file descriptor. */
const STDIN = 0

function refuse(io: Streams, message: string): number {
  io.err(`pinscope: ${message}\n`)
  return 2
}

/**
 * Runs the calls of a file, or of standard input for `-`. 0 when every call could be made, whatever it
 * returned; 1 when a result is not what its `expect` says; 2 when the input is at fault.
 */
export function exec(io: Streams, file: string, options: ExecOptions): number {
  const name = file === '-' ? 'standard input' : file
  let source: string
  try {
    source = readFileSync(file === '-' ? STDIN : file, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable'
    return refuse(io, `cannot read ${name} (${code}); name a file, or - for standard input`)
  }
  return execText(io, source, name, options)
}

/** As `exec`, for a text that was read already. */
export function execText(io: Streams, source: string, name: string, options: ExecOptions): number {
  const plan = parseExec(source, name)
  if (!plan.ok) return refuse(io, plan.error.message)
  const report = execute(plan.value, name)
  if (!report.ok) return refuse(io, report.error.message)
  io.out(reportText(report.value, options.compact === true))
  for (const { index, message } of report.value.failures) {
    io.err(`pinscope: ${name}: call ${index}: ${message}\n`)
  }
  return report.value.failures.length === 0 ? 0 : 1
}

/** The report as JSON: one result a line, or all in one line. */
function reportText({ results, digest }: ExecReport, compact: boolean): string {
  if (compact) return `${JSON.stringify({ results, digest })}\n`
  const lines = results.map((result) => `    ${JSON.stringify(result)}`)
  const list = lines.length === 0 ? '[]' : `[\n${lines.join(',\n')}\n  ]`
  return `{\n  "results": ${list},\n  "digest": ${JSON.stringify(digest)}\n}\n`
}
