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
  /** Every frame the event names; left out where that is `a` alone or, without `aIsPfn`, none. */
  readonly frames?: readonly FrameExtent[]
}

/** One of an event's four numbers. */
export type EventColumn = 'a' | 'b' | 'c' | 'd'

/** Frames that an event names: one, a block of 2^order, or as many as another number says. */
export interface FrameExtent {
  /** Holds the first PFN; less than 0 stands for none. */
  readonly first: EventColumn
  /** Holds the order, in the eight bits from `shift` on. */
  readonly order?: EventColumn
  readonly shift?: number
  /** Holds the number of frames; its sign does not count. */
  readonly count?: EventColumn
  /** Holds the PFN behind the last frame. */
  readonly end?: EventColumn
  /** The frames are where something looked, and nothing was done to each of them. */
  readonly isRange?: boolean
}

/** What an event type says of frames, with what `frames` leaves out filled in. */
export function framesOf(type: EventType): readonly FrameExtent[] {
  return type.frames ?? (type.aIsPfn ? [{ first: 'a' }] : [])
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
