import type { TroubleInfo } from '../../../shared/why'

/** Event at which the next or previous failed request returned, seen from an event; null when none did. */
export function nextTrouble(
  troubles: readonly Pick<TroubleInfo, 'retEvent'>[],
  event: number,
  by: 1 | -1,
): number | null {
  const events = troubles.map((t) => t.retEvent).filter((e) => (by > 0 ? e > event : e < event))
  if (events.length === 0) return null
  return by > 0 ? Math.min(...events) : Math.max(...events)
}
