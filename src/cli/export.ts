/** `pinscope export` and `pinscope report`: a run, or two of them, in forms that other tools and people read. */
import { writeFileSync } from 'node:fs'
import {
  exported,
  exportedTrace,
  firstDivergence,
  ftraceHead,
  ftraceLines,
  mapOfTrouble,
  type KernelSpec,
  type Recording,
} from '../engine'
import { chromeTrace } from '../formats/chrome-trace'
import { compareCommand } from '../formats/command'
import { eventsCsv, seriesCsv } from '../formats/csv'
import type { Figure } from '../formats/figure'
import { importTexts, kindOf } from '../formats/import'
import { linuxMmText } from '../formats/linux-mm'
import { mapFigure, placedMapFigure } from '../formats/map-figure'
import { rasterise } from '../formats/raster'
import type { ReportData, ReportSide } from '../formats/report'
import { reportHtml } from '../formats/report-html'
import { reportMarkdown } from '../formats/report-markdown'
import { svgText } from '../formats/svg'
import { MAX_TEXT } from '../formats/text-lines'
import { timelineFigure } from '../formats/timeline-figure'
import type { ForeignTrace } from '../shared/foreign'
import { failure, success, type Result } from '../shared/result'
import { countText } from '../shared/text'
import { refuse, rowOf, runOne, type RunOptions, type Streams } from './commands'
import { parseKernel, parseSide } from './kernel-options'
import { findScenario } from './options'
import { pngBytes } from './png'
import { readText, writeWhole } from './write-out'

export const RUN_FORMATS = ['ftrace', 'chrome', 'csv', 'svg', 'png'] as const
export const REPORT_FORMATS = ['md', 'html', 'linux-mm'] as const
export const FORMATS = [...RUN_FORMATS, ...REPORT_FORMATS] as const
export type Format = (typeof FORMATS)[number]
type ReportFormat = (typeof REPORT_FORMATS)[number]
type RunFormat = (typeof RUN_FORMATS)[number]

/** What of a run is told, where a form has a choice; the first is the default. */
const PARTS: Readonly<Record<RunFormat, readonly string[]>> = {
  ftrace: [],
  chrome: [],
  csv: ['events', 'series'],
  svg: ['timeline', 'map'],
  png: ['timeline', 'map'],
}

export interface ExportOptions extends Omit<RunOptions, 'events'> {
  readonly format: Format
  readonly output?: string
  readonly what?: string
  readonly a?: string
  readonly b?: string
}

/** Columns of exported value tracks. */
const COLUMNS = 1000

/** Pieces of a file, made one after the other. */
type Content = Iterable<string | Uint8Array>

export async function exportCommand(
  io: Streams,
  which: string,
  options: ExportOptions,
): Promise<number> {
  const complaint = usage(options)
  if (complaint !== null) return refuse(io, { code: 'bad-input', message: complaint })
  const made = isReport(options.format)
    ? await reportContent(io, which, options, options.format)
    : await runContent(io, which, options, options.format)
  if (!made.ok) return refuse(io, made.error)
  return finish(io, made.value, options)
}

function isReport(format: Format): format is ReportFormat {
  return (REPORT_FORMATS as readonly string[]).includes(format)
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
  const parts = PARTS[format]
  if (what !== undefined && !parts.includes(what)) {
    const allowed =
      parts.length === 0
        ? `${format} has no parts to choose from`
        : `${format} has ${parts.join(' and ')}`
    return `--what: no part "${what}"; ${allowed}`
  }
  const isBinary = format === 'png' && (output === undefined || output === '-')
  return isBinary ? 'png is no text; name a file with -o' : null
}

async function runContent(
  io: Streams,
  which: string,
  options: ExportOptions,
  format: RunFormat,
): Promise<Result<Content>> {
  const foreign = traceIn(which)
  if (foreign !== null) return foreign.ok ? traceContent(foreign.value, options, format) : foreign
  const recording = await runOne(io, which, parseKernel(options), options)
  if (!recording.ok) return recording
  const part = options.what ?? PARTS[format][0] ?? ''
  switch (format) {
    case 'ftrace':
      return success(ftraceContent(recording.value))
    case 'chrome':
      return success(chromeTrace([exported(recording.value, COLUMNS)]))
    case 'csv': {
      const run = exported(recording.value, COLUMNS)
      return success(part === 'series' ? seriesCsv(run) : eventsCsv(run))
    }
    case 'svg':
      return success([svgText(await figureOf(recording.value, part))])
    case 'png':
      return success([pngBytes(rasterise(await figureOf(recording.value, part)))])
  }
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

function traceContent(
  trace: ForeignTrace,
  options: ExportOptions,
  format: RunFormat,
): Result<Content> {
  if (format === 'ftrace') {
    return failure(
      'bad-input',
      `--format: ${trace.name} is ftrace text already; choose another form`,
    )
  }
  const { exported: run, map } = exportedTrace(trace, COLUMNS)
  if (format === 'chrome') return success(chromeTrace([run]))
  if (format === 'csv') return success(options.what === 'series' ? seriesCsv(run) : eventsCsv(run))
  const title = `${run.title}: what its events tell of frames`
  const figure =
    options.what === 'map' ? mapFigure(map, title) : timelineFigure(run.series, run.title)
  return success([format === 'svg' ? svgText(figure) : pngBytes(rasterise(figure))])
}

const BATCH = 4096

function* ftraceContent(recording: Recording): Generator<string> {
  const { length } = recording.recorder.log
  yield ftraceHead(recording)
  for (let from = 0; from < length; from += BATCH) {
    yield ftraceLines(recording, from, Math.min(length, from + BATCH))
  }
}

async function figureOf(recording: Recording, part: string): Promise<Figure> {
  const { title, series } = exported(recording, COLUMNS)
  if (part !== 'map') return timelineFigure(series, title)
  return placedMapFigure(await mapOfTrouble(recording), title)
}

async function reportContent(
  io: Streams,
  which: string,
  options: ExportOptions,
  format: ReportFormat,
): Promise<Result<Content>> {
  if (traceIn(which) !== null) {
    const why = `${which} is a trace, which no kernel runs again; ${format} compares two runs`
    return failure(
      'bad-input',
      `${why}: name a scenario, or choose ${RUN_FORMATS.filter((form) => form !== 'ftrace').join(', ')}`,
    )
  }
  const lenient = options.lenient === true
  const data = await reportData(io, which, options, [
    parseSide(options.a ?? 'none', lenient),
    parseSide(options.b ?? 'all', lenient),
  ])
  if (!data.ok) return data
  const write = { md: reportMarkdown, html: reportHtml, 'linux-mm': linuxMmText }[format]
  return success([write(data.value)])
}

async function reportData(
  io: Streams,
  which: string,
  options: ExportOptions,
  [kernelA, kernelB]: readonly [Result<KernelSpec>, Result<KernelSpec>],
): Promise<Result<ReportData>> {
  const scenario = findScenario(which)
  if (!scenario.ok) return scenario
  const a = await runOne(io, which, kernelA, options)
  if (!a.ok) return a
  const b = await runOne(io, which, kernelB, options)
  if (!b.ok) return b
  const at = firstDivergence(a.value, b.value)
  return success({
    info: scenario.value.info,
    a: await sideOf(a.value),
    b: await sideOf(b.value),
    divergence: at && { a: rowOf(a.value, at.a), b: rowOf(b.value, at.b) },
    command: compareCommand(which, a.value.summary.recipe, b.value.summary.recipe),
  })
}

async function sideOf(recording: Recording): Promise<ReportSide> {
  const { series } = exported(recording, COLUMNS)
  return { summary: recording.summary, series, map: await mapOfTrouble(recording) }
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
  readonly format: ReportFormat
}

/** A report of a comparison: what `pinscope export` writes with --format md, html or linux-mm. */
export async function reportCommand(
  io: Streams,
  which: string,
  options: ReportOptions,
): Promise<number> {
  return await exportCommand(io, which, { ...options, patches: 'none' })
}
