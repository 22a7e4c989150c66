/** What is looked at without being run: texts of other kernels, and recorded events of a session. */
import type { ImportAnswer, ImportFile } from '../interchange'
import type { Result } from '../result'
import type { RunSummary } from '../run'
import type { SessionSide } from '../session'

export interface ForeignCalls {
  /**
   * Reads texts of other kernels: a scenario is made of /proc files and kernel logs, a trace is kept and
   * answers what is asked of a run, as far as it can. The fraction that is read is told under `token`.
   */
  readonly importTexts: (
    files: readonly ImportFile[],
    token: string,
  ) => Promise<Result<ImportAnswer>>
  /** The recorded events of a file, kept to be looked at as a trace is. */
  readonly openArchive: (
    bytes: Uint8Array,
    side: SessionSide,
    token: string,
  ) => Promise<Result<RunSummary>>
}

export const FOREIGN_CALLS = {
  importTexts: true,
  openArchive: true,
} satisfies Record<keyof ForeignCalls, true>
