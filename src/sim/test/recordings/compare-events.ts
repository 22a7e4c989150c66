/** Compares the events of a window. */
import { accessesOf } from './evidence'
import { MEMORY_END, MEMORY_START } from './driver'
import { isForeign, withoutMark } from './events'
import type { RecordedEvent } from './format'
import { MODELLED_GFP, type Wanted } from './placement'
import type { Report } from './report'

/** Which frame an allocation gets: taken from the recording where it does not tell enough. */
const PLACEMENT = new Set<unknown>(['zl', 'xf', 'dr'])
/** Trace points of the page allocator. */
const TRACED = new Set<unknown>(['al', 'fr', 'fb', 'zl', 'xf', 'dr'])
/** FOLL_NUMA: set by every call without FOLL_FORCE; one node has no use for it (S-04). */
const FOLL_NUMA = 0x200

/** Allocations of a window in order, as the recorded kernel placed them. */
export function wantedOf(events: readonly RecordedEvent[]): Wanted[] {
  const allocs = events.filter((event) => event[0] === 'al' && Number(event[1]) > 0)
  if (allocs.length === 0) return targetsOf(events)
  return allocs.map((event) => ({
    pfn: Number(event[1]),
    order: Number(event[2]),
    gfp: Number(event[3]),
    type: Number(event[4]),
  }))
}

/** Migration targets, where the allocations themselves were not traced. */
function targetsOf(events: readonly RecordedEvent[]): Wanted[] {
  return events
    .filter((e) => e[0] === 'rt' && e[1] === 'alloc_migrate_target' && Number(e[2]) > 0)
    .map((e) => ({ pfn: Number(e[2]), order: 0, gfp: 0x200d8, type: 2 }))
}

/** The window shows that frames were allocated but has no event of the page allocator: not traced. */
export function isUntraced(recorded: readonly RecordedEvent[]): boolean {
  const allocated = recorded.some((e) => e[0] === 'rt' && e[1] === 'alloc_migrate_target')
  return allocated && !recorded.some(isTraced)
}

export function isTraced(event: RecordedEvent): boolean {
  return TRACED.has(event[0])
}

/** Recorded events without what the model leaves out on purpose. */
export function comparableEvents(
  events: readonly RecordedEvent[],
  label: string,
  report: Report,
): RecordedEvent[] {
  const own = ownFaults(events)
  if (own.size > 0) {
    report.rule(
      "faults of the recording program on its own memory (stack, data) after the operation; the model's program has none",
      `${label}: ${JSON.stringify(events[Math.min(...own)])}`,
    )
  }
  return events
    .filter((event, i) => !own.has(i) && !isForeignAlloc(event))
    .map((event) => normal(event, label, report))
}

/** An allocation the recording kernel makes for itself. */
export function isForeignAlloc(event: RecordedEvent): boolean {
  return event[0] === 'al' && !MODELLED_GFP.has(Number(event[3]))
}

function normal(event: RecordedEvent, label: string, report: Report): RecordedEvent {
  const plain = withoutMark(event)
  if (isForeign(event)) {
    report.rule(
      "another task's part of the operation (the worker of lru_add_drain_all): compared without the mark of the task",
      `${label}: ${JSON.stringify(event)}`,
    )
  }
  if (plain[0] !== 'fn' || plain[1] !== 'follow_page_mask') return plain
  const flags = Number(plain[3])
  if ((flags & FOLL_NUMA) === 0) return plain
  report.rule(
    'S-04: one node, so FOLL_NUMA (0x200) is not modelled',
    `${label}: 0x${flags.toString(16)}`,
  )
  return [plain[0], plain[1], plain[2] as string, `0x${(flags & ~FOLL_NUMA).toString(16)}`]
}

/** Places of fault pairs at addresses that are not under test. */
function ownFaults(events: readonly RecordedEvent[]): Set<number> {
  const places = new Set<number>()
  events.forEach((event, i) => {
    const access = accessesOf([event])[0]
    if (access === undefined) return
    if (access.vpn >= MEMORY_START && access.vpn < MEMORY_END) return
    places.add(i)
    let end = i + 1
    while (end < events.length && !isReturn(events[end])) places.add(end++)
    places.add(end)
  })
  return places
}

function isReturn(event: RecordedEvent | undefined): boolean {
  return event?.[0] === 'rt' && event[1] === 'handle_mm_fault'
}

/** Without the events that tell of lists the recording does not show. */
export function withoutPlacement(events: readonly RecordedEvent[]): RecordedEvent[] {
  return events.filter((event) => !PLACEMENT.has(event[0]))
}

/** The first place where two lists of events differ, with some of the context; null when none. */
export function firstDifference(
  recorded: readonly RecordedEvent[],
  model: readonly RecordedEvent[],
): { at: number; recorded: string; model: string } | null {
  const length = Math.max(recorded.length, model.length)
  for (let at = 0; at < length; at++) {
    const [a, b] = [eventText(recorded[at]), eventText(model[at])]
    if (a !== b) return { at, recorded: a, model: b }
  }
  return null
}

function eventText(event: RecordedEvent | undefined): string {
  return event === undefined ? 'nothing more' : JSON.stringify(event)
}
