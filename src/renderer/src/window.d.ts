import type { Pinscope } from '../../shared/contract'
import type { RunSummary } from '../../shared/run'
import type { DesktopShell } from '../../shared/shell'

/** What `--smoke` and the end-to-end tests read of a finished run. */
export type RunVerdict = Pick<
  RunSummary,
  'outcomes' | 'digest' | 'verdict' | 'expectation' | 'events' | 'simTimeNs'
>

export interface PinscopeVerdict {
  readonly a: RunVerdict | null
  readonly b: RunVerdict | null
}

declare global {
  interface Window {
    /** Present in the desktop application; the browser host's page has none and opens a socket. */
    readonly pinscope?: Pinscope
    /** What only the desktop application can do. */
    readonly pinscopeShell?: DesktopShell
    /** Set together with `data-comparison` on the document element. */
    pinscopeVerdict?: PinscopeVerdict
  }
}
