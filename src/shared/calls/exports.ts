/** Runs and comparisons in forms for other tools, piece by piece. */
import type { ExportId, ExportInfo, ExportPiece, ReportForm, RunExport } from '../export'
import type { Result } from '../result'
import type { RunId } from '../run'

export interface ExportCalls {
  /** Begins to write a run in a form for other tools; its pieces are asked for one after the other. */
  readonly exportRun: (run: RunId, what: RunExport, token: string) => Promise<Result<ExportInfo>>
  /** As `exportRun`, a report that compares two runs of one scenario. */
  readonly exportReport: (
    a: RunId,
    b: RunId,
    form: ReportForm,
    token: string,
  ) => Promise<Result<ExportInfo>>
  /** The next piece of what was begun. Behind the last it is over. */
  readonly readExport: (id: ExportId) => Promise<Result<ExportPiece>>
  /** Gives up what was begun; nothing where it is over. */
  readonly closeExport: (id: ExportId) => Promise<Result<null>>
}

export const EXPORT_CALLS = {
  exportRun: true,
  exportReport: true,
  readExport: true,
  closeExport: true,
} satisfies Record<keyof ExportCalls, true>
