/** What of runs and of comparisons is written out, and in which forms; docs/interchange.md. Plain data. */
import type { PlacedMap } from './page-map'
import type { RunSummary } from './run'
import type { ScenarioInfo } from './scenario'
import type { EventRow } from './events'
import type { Exported } from './exported'
import type { SeriesData } from './timeline'

/** Forms of one run. */
export const RUN_FORMS = ['ftrace', 'chrome', 'csv', 'svg', 'png', 'dmesg'] as const
export type RunForm = (typeof RUN_FORMS)[number]

/** Forms of a comparison. */
export const REPORT_FORMS = ['md', 'html', 'linux-mm'] as const
export type ReportForm = (typeof REPORT_FORMS)[number]

export type ExportPart = 'events' | 'series' | 'timeline' | 'map'

/** What of a run is told, where a form has a choice; the first is the default. */
export const EXPORT_PARTS: Readonly<Record<RunForm, readonly ExportPart[]>> = {
  ftrace: [],
  chrome: [],
  csv: ['events', 'series'],
  svg: ['timeline', 'map'],
  png: ['timeline', 'map'],
  dmesg: [],
}

/** A form of a run, with the part where it has a choice. */
export interface RunExport {
  readonly form: RunForm
  readonly part: ExportPart | null
}

/** Pieces of a file, made one after the other. */
export type Content = Iterable<string | Uint8Array>

/** A text, so that it is never taken for a run. */
export type ExportId = string

/** An export that an engine has begun. Its pieces are read until the last; then it is over. */
export interface ExportInfo {
  readonly id: ExportId
}

export interface ExportPiece {
  readonly bytes: Uint8Array<ArrayBuffer>
  /** 0..1 of what there is to be told. */
  readonly fraction: number
  readonly last: boolean
}

export interface ReportSide {
  readonly summary: Omit<RunSummary, 'run'>
  readonly series: SeriesData
  /** Where the last failed position was tried, or as the run ended. */
  readonly map: PlacedMap
}

export interface ReportData {
  readonly info: ScenarioInfo
  readonly a: ReportSide
  readonly b: ReportSide
  /** The first event in which the runs differ; null when they do not. */
  readonly divergence: { readonly a: EventRow; readonly b: EventRow } | null
  /** The scenario as it is named in the command that makes both runs again: an id or a file. */
  readonly which: string
}

/** What a figure shows. */
export type FigureData =
  | { readonly part: 'timeline'; readonly series: SeriesData; readonly title: string }
  | {
      readonly part: 'map'
      readonly map: PlacedMap
      readonly title: string
      /** The map of a trace: what its events tell. */
      readonly isTrace: boolean
    }

/** Who writes the forms for an engine. */
export interface ExportSource {
  readonly chromeText: (run: Exported) => Content
  readonly csvText: (run: Exported, part: 'events' | 'series') => Content
  readonly figure: (data: FigureData, form: 'svg' | 'png') => Content
  readonly report: (data: ReportData, form: ReportForm) => string
}
