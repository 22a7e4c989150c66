import type { TroubleInfo } from '../../../shared/why'

/** Event at which the next or previous failed request returned, seen from an event; null when none did. */
export function nextTrouble(
  troubles: readonly Pick<TroubleInfo, 'retEvent'>[],
  event: number,
  by: 1 | -1,
): number | null {
  let next: number | null = null
  for (const { retEvent } of troubles) {
    const isNearer = next === null || (by > 0 ? retEvent < next : retEvent > next)
    if ((by > 0 ? retEvent > event : retEvent < event) && isNearer) next = retEvent
  }
  return next
}
