/** What later lines of a recording tell about steps that it does not list. */
import type { FramesLine, FrameState, NumberedLine, RecordedEvent } from './format'

/** A page that somebody looked at: its address and the frame then found, 0 for none. */
export interface Look {
  readonly vpn: number
  readonly pfn: number
}

const vpnOf = (text: unknown): number => Math.floor(Number(text) / 4096)

/** The looks of get_user_pages in a window, in order. */
export function looksOf(events: readonly RecordedEvent[]): Look[] {
  const looks: Look[] = []
  events.forEach((event, i) => {
    if (event[0] !== 'fn' || event[1] !== 'follow_page_mask') return
    const back = events[i + 1]
    const pfn = back?.[0] === 'rt' && back[1] === 'follow_page_mask' ? Number(back[2]) : 0
    looks.push({ vpn: vpnOf(event[2]), pfn })
  })
  return looks
}

/** Accesses by the program: faults outside get_user_pages. */
export function accessesOf(events: readonly RecordedEvent[]): { vpn: number; flags: number }[] {
  return events
    .filter((event) => event[0] === 'fn' && event[1] === 'handle_mm_fault')
    .map((event) => ({ vpn: vpnOf(event[2]), flags: Number(event[3]) }))
}

/** Every address a window names. */
export function addressesOf(lines: readonly NumberedLine[]): number[] {
  return lines.flatMap(({ line }) =>
    line.type === 'events'
      ? [...looksOf(line.ev).map((look) => look.vpn), ...accessesOf(line.ev).map((a) => a.vpn)]
      : [],
  )
}

/** Does anything after line `from` name the frame? */
export function isNamedLater(lines: readonly NumberedLine[], from: number, pfn: number): boolean {
  return lines.slice(from + 1).some(({ line }) => {
    switch (line.type) {
      case 'pages':
      case 'frames':
      case 'pinned':
        return line.pages.some((frame) => frame.pfn === pfn)
      case 'events':
        return line.ev.some((event) => event[1] === pfn || event[2] === pfn)
      case 'call':
        return line.pfn === pfn || line.pfn0 === pfn
      default:
        return false
    }
  })
}

/** The address at which a later window finds a frame; null when none does. */
export function addressLater(
  lines: readonly NumberedLine[],
  from: number,
  pfn: number,
): number | null {
  for (const { line } of lines.slice(from)) {
    if (line.type !== 'events') continue
    const look = looksOf(line.ev).find((l) => l.pfn === pfn)
    if (look !== undefined) return look.vpn
  }
  return null
}

const has = (frame: FrameState, flag: string): boolean => frame.flags.split('|').includes(flag)

/** The frame looks as after a first write: nobody pinned, moved or wrote it out since. */
export function isFresh(frame: FrameState): boolean {
  const touched = has(frame, 'dirty') || has(frame, 'arch1') || has(frame, 'referenced')
  const waiting = frame.count - frame.mapcount
  return frame.kind === 'anon' && frame.mapcount > 0 && waiting >= 0 && waiting < 2 && !touched
}

export function isLocked(frame: FrameState): boolean {
  return frame.kind === 'anon' && has(frame, 'mlocked')
}

/** A page of tmpfs as after a first write. */
export function isShmem(frame: FrameState): boolean {
  return frame.kind === 'file' && has(frame, 'swapbacked') && !has(frame, 'referenced')
}

export function isOnLru(frame: FrameState): boolean {
  return has(frame, 'lru')
}

/** The next line that shows frames, before anything but drains and texts; its place, or -1. */
export function nextShown(lines: readonly NumberedLine[], from: number): number {
  for (let i = from; i < lines.length; i++) {
    const line = lines[i]?.line
    if (line === undefined) return -1
    if (line.type === 'pages' || line.type === 'events' || line.type === 'pfns') return i
    const passes =
      line.type === 'stats' ||
      line.type === 'dmesg' ||
      line.type === 'note' ||
      line.type === 'state' ||
      (line.type === 'call' && (line.fn === 'drain' || line.fn === 'isolate_lru_page'))
    if (!passes) return -1
  }
  return -1
}

/** The pages of the pin a window makes, if the recording lists them. */
export function pinnedAfter(lines: readonly NumberedLine[], from: number): FramesLine | null {
  for (const { line } of lines.slice(from, from + 4)) {
    if (line.type === 'pinned') return line
  }
  return null
}
