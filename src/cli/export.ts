/** `pinscope export` and `pinscope report`: a run, or two of them, in forms that other tools and people read. */
import { writeFileSync } from 'node:fs'
import { reportContent, reportData, runContent, traceContent, type Making } from '../engine'
import { exportSource } from '../formats/exports'
import { importTexts, kindOf } from '../formats/import'
import { MAX_TEXT } from '../formats/text-lines'
import { pngBytes } from '../host/png'
import {
  EXPORT_PARTS,
  REPORT_FORMS,
  RUN_FORMS,
  type Content,
  type ReportForm,
  type RunExport,
  type RunForm,
} from '../shared/export'
import type { ForeignTrace } from '../shared/foreign'
import { failure, success, type Result } from '../shared/result'
import { countText } from '../shared/text'
import { refuse, runOne, type RunOptions, type Streams } from './commands'
import { parseKernel, parseSide } from './kernel-options'
import { findScenario } from './options'
import { readText, writeWhole } from './write-out'

export const FORMATS = [...RUN_FORMS, ...REPORT_FORMS] as const
export type Format = (typeof FORMATS)[number]

/** Who writes the forms; the window's engine has the same. */
const SOURCE = exportSource(pngBytes)

export interface ExportOptions extends Omit<RunOptions, 'events'> {
  readonly format: Format
  readonly output?: string
  readonly what?: string
  readonly a?: string
  readonly b?: string
}

export async function exportCommand(
  io: Streams,
  which: string,
  options: ExportOptions,
): Promise<number> {
  const complaint = usage(options)
  if (complaint !== null) return refuse(io, { code: 'bad-input', message: complaint })
  const made = isReport(options.format)
    ? await contentOfReport(io, which, options, options.format)
    : await contentOfRun(io, which, options, options.format)
  if (!made.ok) return refuse(io, made.error)
  return finish(io, made.value.content, options)
}

function isReport(format: Format): format is ReportForm {
  return (REPORT_FORMS as readonly string[]).includes(format)
}

/** Options that do not go together; null when all do. */
function usage({ format, what, a, b, patches, policy, output }: ExportOptions): string | null {
  if (isReport(format)) {
    if (what !== undefined) return `--what: ${format} is a whole report; leave it out`
    const single = patches !== 'none' || policy !== undefined
    return single
      ? `--patches, --policy: ${format} compares two kernels; name them with --a and --b`
      : null
  }
  if (a !== undefined || b !== undefined) {
    return `--a, --b: ${format} is of one run; choose its kernel with --patches or --policy`
  }
  const parts = EXPORT_PARTS[format]
  if (what !== undefined && partOf(format, what) === null) {
    const allowed =
      parts.length === 0
        ? `${format} has no parts to choose from`
        : `${format} has ${parts.join(' and ')}`
    return `--what: no part "${what}"; ${allowed}`
  }
  const isBinary = format === 'png' && (output === undefined || output === '-')
  return isBinary ? 'png is no text; name a file with -o' : null
}

function partOf(format: RunForm, what: string | undefined): RunExport['part'] {
  return EXPORT_PARTS[format].find((part) => part === what) ?? null
}

async function contentOfRun(
  io: Streams,
  which: string,
  options: ExportOptions,
  form: RunForm,
): Promise<Result<Making>> {
  const wanted = { form, part: partOf(form, options.what) }
  const foreign = traceIn(which)
  if (foreign !== null) return foreign.ok ? contentOfTrace(foreign.value, wanted) : foreign
  const recording = await runOne(io, which, parseKernel(options), options)
  return recording.ok ? await runContent(recording.value, wanted, SOURCE) : recording
}

/** What a trace cannot give is the format's fault here. */
function contentOfTrace(trace: ForeignTrace, wanted: RunExport): Result<Making> {
  const made = traceContent(trace, wanted, SOURCE)
  return made.ok ? made : failure('bad-input', `--format: ${made.error.message}`)
}

/** The trace in a file; null when it names a scenario, or a file that is none of a kernel's. */
function traceIn(which: string): Result<ForeignTrace> | null {
  if (!/[./\\]/.test(which) || which.endsWith('.json')) return null
  const text = readText(which, MAX_TEXT)
  if (!text.ok) return null
  const file = { name: which, text: text.value }
  const kind = kindOf(file)
  if (!kind.ok || kind.value !== 'ftrace') return null
  const read = importTexts([file])
  if (!read.ok) return read
  return read.value.trace === null ? null : success(read.value.trace)
}

async function contentOfReport(
  io: Streams,
  which: string,
  options: ExportOptions,
  form: ReportForm,
): Promise<Result<Making>> {
  if (traceIn(which) !== null) {
    const why = `${which} is a trace, which no kernel runs again; ${form} compares two runs`
    return failure('bad-input', `${why}: name a scenario, or choose chrome, csv, svg, png`)
  }
  const lenient = options.lenient === true
  const scenario = findScenario(which)
  if (!scenario.ok) return scenario
  const first = await runOne(io, which, parseSide(options.a ?? 'none', lenient), options)
  if (!first.ok) return first
  const second = await runOne(io, which, parseSide(options.b ?? 'all', lenient), options)
  if (!second.ok) return second
  const data = await reportData(scenario.value.info, which, first.value, second.value)
  return data.ok ? success(reportContent(data.value, form, SOURCE)) : data
}

function finish(io: Streams, content: Content, { output, json, format }: ExportOptions): number {
  if (output === undefined || output === '-') {
    for (const piece of content)
      io.out(typeof piece === 'string' ? piece : Buffer.from(piece).toString())
    return 0
  }
  let bytes = 0
  const written = writeWhole(output, '-o', (file) => {
    for (const piece of content) {
      writeFileSync(file, piece)
      bytes += typeof piece === 'string' ? Buffer.byteLength(piece) : piece.byteLength
    }
  })
  if (!written.ok) return refuse(io, written.error)
  if (json === true) {
    io.out(
      `${JSON.stringify({ format: 'pinscope/export@1', as: format, file: output, bytes }, null, 2)}\n`,
    )
  } else io.err(`${output}: ${format}, ${countText(bytes)} bytes\n`)
  return 0
}

export interface ReportOptions extends Omit<ExportOptions, 'patches' | 'what' | 'policy'> {
  readonly format: ReportForm
}

/** A report of a comparison: what `pinscope export` writes with --format md, html or linux-mm. */
export async function reportCommand(
  io: Streams,
  which: string,
  options: ReportOptions,
): Promise<number> {
  return await exportCommand(io, which, { ...options, patches: 'none' })
}
