/** How an event type describes itself: numbers in, names and print format out. */
export interface EventType {
  readonly id: number
  /** Kernel tracepoint name, or ours with the prefix sim_. */
  readonly name: string
  /** trace subsystem: kmem, compaction, migrate, vmscan; `sim` for ours. */
  readonly system: string
  /** Payload as named values, in print order. PFN fields are called pfn or end in _pfn. */
  readonly fields: (
    a: number,
    b: number,
    c: number,
    d: number,
  ) => Readonly<Record<string, EventValue>>
  /** Payload in the kernel's own format (allocator 12.2); ours as name=value pairs. */
  readonly text: (a: number, b: number, c: number, d: number) => string
  /** True when `a` is the PFN the event is about. */
  readonly aIsPfn: boolean
}

export type EventValue = number | string

/** A page as `%p` prints it on a 32-bit kernel; ftraceLine widens it where pointers are wider. */
export function pageText(pfn: number): string {
  return pfn < 0 ? '  (null)' : (0xc0000000 + (pfn & 0xfffff) * 32).toString(16).padStart(8, '0')
}

/** `name=value` pairs, numbers in decimal: the form of our own events. */
export function pairs(fields: Readonly<Record<string, EventValue>>): string {
  return Object.entries(fields)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ')
}
