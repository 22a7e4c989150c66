/** What went wrong in a run and why; where two runs part. */
import type { Divergence } from '../compare'
import type { PlaceAt } from '../place'
import type { Result } from '../result'
import type { RunId } from '../run'
import type { TroubleInfo, WhyReport } from '../why'

export interface CompareCalls {
  /** Requests that met trouble, in the order of their returns. */
  readonly troubles: (run: RunId) => Promise<Result<readonly TroubleInfo[]>>
  /** Explains one of them, by its number; with remedies other runs are made, which takes a while. */
  readonly why: (
    run: RunId,
    n: number,
    remedies: boolean,
    token: string,
  ) => Promise<Result<WhyReport>>
  /** Where two runs part, and how their machines differ there; null where they do not. */
  readonly divergence: (a: RunId, b: RunId, token: string) => Promise<Result<Divergence | null>>
  /** The event of run `to` that has the place of an event of run `from`, aligned by cause. */
  readonly align: (from: RunId, to: RunId, event: number) => Promise<Result<PlaceAt | null>>
}

export const COMPARE_CALLS = {
  troubles: true,
  why: true,
  divergence: true,
  align: true,
} satisfies Record<keyof CompareCalls, true>
