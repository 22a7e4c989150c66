/** Events of the model in the form of the recordings. */
import type { Machine } from '../../machine/machine'
import {
  EV_mm_page_alloc,
  EV_mm_page_alloc_extfrag,
  EV_mm_page_alloc_zone_locked,
  EV_mm_page_free,
  EV_mm_page_free_batched,
  EV_mm_page_pcpu_drain,
} from '../../trace/events/kmem'
import { EV_mm_migrate_pages } from '../../trace/events/migrate'
import type { RecordedEvent } from './format'

/** An event as the recordings write it, null for events they do not have. */
function recordedForm(
  type: number,
  a: number,
  b: number,
  c: number,
  d: number,
): RecordedEvent | null {
  const pfn = Math.max(0, a)
  switch (type) {
    case EV_mm_page_alloc:
      return ['al', pfn, b, `0x${(d >>> 0).toString(16)}`, c]
    case EV_mm_page_free:
      return ['fr', pfn, b]
    case EV_mm_page_free_batched:
      return ['fb', pfn, b]
    case EV_mm_page_alloc_zone_locked:
      return ['zl', pfn, b, c]
    case EV_mm_page_pcpu_drain:
      return ['dr', pfn, b, c]
    case EV_mm_page_alloc_extfrag:
      return ['xf', pfn, b, (c >> 24) & 0xff, (c >> 8) & 0xff, c & 0xff]
    case EV_mm_migrate_pages:
      return ['mig', a, b, c, d]
    default:
      return null
  }
}

/** Collects the machine's events in the recordings' form; `take` empties the collection. */
export class EventTap {
  #events: RecordedEvent[] = []

  constructor(m: Machine) {
    m.trace.sink = {
      event: (type, _task, _timeNs, a, b, c, d) => {
        const event = recordedForm(type, a, b, c, d)
        if (event !== null) this.#events.push(event)
      },
    }
  }

  push(event: RecordedEvent): void {
    this.#events.push(event)
  }

  take(): RecordedEvent[] {
    const events = this.#events
    this.#events = []
    return events
  }
}

/** Who else caused an event, as the last element of a recorded one. */
const FOREIGN = new Set<unknown>(['other', 'irq'])

/** An event without the mark of the task that caused it. */
export function withoutMark(event: RecordedEvent): RecordedEvent {
  return isForeign(event) ? event.slice(0, -1) : event
}

export function isForeign(event: RecordedEvent): boolean {
  return event.length > 2 && FOREIGN.has(event.at(-1))
}
