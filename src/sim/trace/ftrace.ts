/** A line of the trace file as v3.9's ftrace prints it (allocator 12.1). */
import { eventType } from './catalogue'
import { pagePointer } from './pointer'

/** The last line of the header; its columns are those of a line. */
export function ftraceHeader(): string {
  return '#           TASK-PID   CPU#  ||||    TIMESTAMP  FUNCTION'
}

/** Events that come from under the zone lock with interrupts off. */
const UNDER_ZONE_LOCK: ReadonlySet<string> = new Set([
  'mm_page_alloc_zone_locked',
  'mm_page_alloc_extfrag',
  'mm_page_pcpu_drain',
])

/** irqs-off, need-resched, hard or soft interrupt, preempt depth: as far as the model knows them. */
export function ftraceFlags(eventName: string): string {
  return UNDER_ZONE_LOCK.has(eventName) ? 'd..1' : '....'
}

export interface FtraceEvent {
  readonly comm: string
  readonly pid: number
  readonly cpu: number
  /** Virtual time; printed in microseconds, truncated. */
  readonly timeNs: number
  /** Event number of the catalogue. */
  readonly type: number
  readonly a: number
  readonly b: number
  readonly c: number
  readonly d: number
}

/** Comm, PID, CPU, flags, time, event and payload; `bits` decides how wide pointers are (12.1.1). */
export function ftraceLine(event: FtraceEvent, bits: 32 | 64 = 32): string {
  const type = eventType(event.type)
  const payload = type.text(event.a, event.b, event.c, event.d)
  const who = `${event.comm.padStart(16)}-${String(event.pid).padEnd(5)}`
  const cpu = `[${String(event.cpu).padStart(3, '0')}]`
  const micros = Math.floor(event.timeNs / 1000)
  const seconds = String(Math.floor(micros / 1e6)).padStart(5)
  const fraction = String(micros % 1e6).padStart(6, '0')
  const text = bits === 64 ? widePagePointer(payload, event.a) : payload
  return `${who} ${cpu} ${ftraceFlags(type.name)} ${seconds}.${fraction}: ${type.name}: ${text}`
}

/** The catalogue prints pages of a 32-bit kernel; only the first field is ever a pointer. */
function widePagePointer(payload: string, pfn: number): string {
  return payload.replace(/^page=(?: *\(null\)|[0-9a-f]{8})/, () => `page=${pagePointer(pfn, 64)}`)
}
