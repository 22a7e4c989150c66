/** What a typed place of a run means. */
import { readTime } from '../../../../shared/text'

export type Goal =
  | { readonly kind: 'event'; readonly event: number }
  | { readonly kind: 'time'; readonly timeNs: number }
  | { readonly kind: 'end' }
  | { readonly kind: 'problem'; readonly text: string }

const FORMS = 'an event such as 204,552, a time such as 54.4 ms, start or end'

/** `204552`, `#204,552`, `54.4 ms`, `start`, `end`; what lies behind the end is a problem. */
export function goalOf(text: string, events: number, endNs: number): Goal {
  const typed = text.trim().toLowerCase()
  if (typed === '') return { kind: 'problem', text: `Type ${FORMS}.` }
  if (typed === 'start') return { kind: 'time', timeNs: 0 }
  if (typed === 'end') return { kind: 'end' }
  const event = /^#?(\d{1,3}(?:,\d{3})+|\d+)$/.exec(typed)?.[1]
  if (event !== undefined) return eventGoal(Number(event.replaceAll(',', '')), events)
  const timeNs = readTime(typed)
  if (timeNs === null) return { kind: 'problem', text: `“${text.trim()}” is not ${FORMS}.` }
  return timeNs > endNs
    ? { kind: 'problem', text: `The run ended at ${endNs / 1e6} ms.` }
    : { kind: 'time', timeNs }
}

function eventGoal(event: number, events: number): Goal {
  return event < events
    ? { kind: 'event', event }
    : { kind: 'problem', text: `The last event is ${events - 1}.` }
}
