/** What the window does with an explanation: which request first, which frames, which pin. Pure. */
import type { BlockingFrame, TroubleInfo, WhyReport } from '../../../shared/why'

/** The first request that failed; else the first that met trouble. */
export function firstTrouble(troubles: readonly TroubleInfo[]): TroubleInfo | null {
  return troubles.find((t) => t.ret < 0) ?? troubles[0] ?? null
}

/** Frames that stopped the request at any position, ascending and each once. */
export function blockingPfns({ walk }: Pick<WhyReport, 'walk'>): Uint32Array {
  const pfns = new Set(walk.flatMap((p) => p.blocking.map((frame) => frame.pfn)))
  return Uint32Array.from(pfns).toSorted()
}

export interface TakenPin {
  readonly pfn: number
  readonly event: number
}

/** The pin to go to: that of the selected frame if it is in the way, else the oldest one. */
export function pinToGoTo(
  { walk }: Pick<WhyReport, 'walk'>,
  selected: number | null,
): TakenPin | null {
  const pins = walk.flatMap((position) => position.blocking.flatMap(pinOf))
  const own = pins.find((pin) => pin.pfn === selected)
  return own ?? pins.reduce<TakenPin | null>(older, null)
}

function older(x: TakenPin | null, y: TakenPin): TakenPin {
  return x === null || y.event < x.event ? y : x
}

function pinOf(frame: BlockingFrame): TakenPin[] {
  const { pfn, ledger } = frame
  const events = ledger.flatMap((entry) => (entry.kind === 'pin' ? (entry.sinceEvent ?? []) : []))
  const event = events.length > 0 ? Math.min(...events) : null
  return event === null ? [] : [{ pfn, event }]
}
