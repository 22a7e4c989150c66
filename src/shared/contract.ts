/**
 * The one contract between the views and the engine: what may be asked (calls) and what is told
 * unasked (news). The Electron bridge, the WebSocket and the engine's port all derive from
 * CALL_NAMES and NEWS_NAMES; a name that is missing there does not compile. The calls are in `calls/` by
 * area, what they take and answer is in the files beside this one.
 *
 * Everything here is plain data that structured clone can carry. PFNs are page frame numbers,
 * times are nanoseconds of virtual time, event numbers count from 0.
 */
import { COMPARE_CALLS, type CompareCalls } from './calls/compare'
import { DEBUG_CALLS, type DebugCalls } from './calls/debug'
import { EVENT_CALLS, type EventCalls } from './calls/events'
import { EXPORT_CALLS, type ExportCalls } from './calls/exports'
import { FOREIGN_CALLS, type ForeignCalls } from './calls/foreign'
import { LOOK_CALLS, type LookCalls } from './calls/look'
import { RUN_CALLS, type RunCalls } from './calls/runs'
import { SESSION_CALLS, type SessionCalls } from './calls/session'
import { TIMELINE_CALLS, type TimelineCalls } from './calls/timeline'

/** What may be asked. Every call answers with a Result; none throws across the border. */
export interface Calls
  extends
    RunCalls,
    TimelineCalls,
    LookCalls,
    EventCalls,
    CompareCalls,
    DebugCalls,
    SessionCalls,
    ForeignCalls,
    ExportCalls {}

export interface Progress {
  readonly token: string
  readonly events: number
  /** 0..1 of the actors' programs that are done; an estimate. */
  readonly fraction: number
}

/** What is told unasked. */
export interface News {
  onDidProgress: Progress
  /** The engine process ended and was started again; every run is gone. */
  onDidLoseEngine: { readonly reason: string }
  /** The shell asks the page to do something the user chose in a native menu. */
  onDidChooseCommand: { readonly command: string }
}

export const CALL_NAMES = {
  ...RUN_CALLS,
  ...TIMELINE_CALLS,
  ...LOOK_CALLS,
  ...EVENT_CALLS,
  ...COMPARE_CALLS,
  ...DEBUG_CALLS,
  ...SESSION_CALLS,
  ...FOREIGN_CALLS,
  ...EXPORT_CALLS,
} satisfies Record<keyof Calls, true>

export const NEWS_NAMES = {
  onDidProgress: true,
  onDidLoseEngine: true,
  onDidChooseCommand: true,
} satisfies Record<keyof News, true>

export type CallName = keyof Calls
export type NewsName = keyof News

/** What a view holds: the calls, and one typed way to listen that returns its own undo. */
export interface Pinscope extends Calls {
  readonly listen: <K extends NewsName>(news: K, listener: (value: News[K]) => void) => () => void
}
