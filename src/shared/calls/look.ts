/** The machine of a run at a place; null stands for the run as it ended. */
import type { EventRow } from '../events'
import type { PageInfo } from '../page'
import type { MapMode, PlacedMap } from '../page-map'
import type { Place } from '../place'
import type { Result } from '../result'
import type { RunId } from '../run'
import type { Aspect, AspectData } from '../sheet'
import type { AuditInfo } from '../why'

export interface LookCalls {
  /** The map, coloured by a mode. */
  readonly pageMap: (run: RunId, at: Place | null, mode: MapMode) => Promise<Result<PlacedMap>>
  /** One frame: its state, who holds it, the lists it is on. */
  readonly page: (run: RunId, pfn: number, at: Place | null) => Promise<Result<PageInfo>>
  /** Events that touched a frame, `limit` of them before (-1) or after (1) an event, ascending. */
  readonly pageHistory: (
    run: RunId,
    pfn: number,
    from: number,
    by: 1 | -1,
    limit: number,
  ) => Promise<Result<readonly EventRow[]>>
  /** A tab of the inspector, as tables. */
  readonly inspect: (run: RunId, aspect: Aspect, at: Place | null) => Promise<Result<AspectData>>
  /** Of every area: the frames that would stop a request made there, and what has them. */
  readonly audit: (run: RunId, at: Place | null) => Promise<Result<readonly AuditInfo[]>>
}

export const LOOK_CALLS = {
  pageMap: true,
  page: true,
  pageHistory: true,
  inspect: true,
  audit: true,
} satisfies Record<keyof LookCalls, true>
