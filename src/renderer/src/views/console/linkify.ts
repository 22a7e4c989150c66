/** Finds the frames and events that a text of the console names, so that they can be links. */
import type { Place } from '../../../../shared/place'

export type TextPart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'pfn'; readonly text: string; readonly pfn: number }
  | { readonly kind: 'event'; readonly text: string; readonly at: Place }

/** Frames of the machine the text is about. */
export interface FrameRange {
  readonly start: number
  /** Exclusive. */
  readonly end: number
}

const HEX = String.raw`\b0x[0-9a-f]{1,16}\b`
/** The kernel's own tracepoints print PFNs in decimal. */
const DECIMAL = String.raw`(?<=\bpfn=)\d+\b`
/** `event 10,942`, `events 204583 to 261134`. */
const NAMED_EVENT = String.raw`(?<=\bevents? (?:[\d,]+ to )?)(?:\d{1,3}(?:,\d{3})+|\d+)\b`
/** `206863.1 · 57.22 ms`, as every stop prints its place. */
const PLACE = String.raw`(?<![\d.])\d+(?:\.\d+)?(?= · [\d.]+ (?:ns|us|ms|s)\b)`
/** `> 204568  54.72 ms  camera`, a row of events; `entered at 204583.1`. */
const ROW = String.raw`(?<=^[> ]{1,9})\d+(?= {2}[\d.]+ (?:ns|us|ms|s)\b)|(?<=\bentered at )\d+(?:\.\d+)?`
const LINKS = new RegExp([HEX, DECIMAL, NAMED_EVENT, PLACE, ROW].join('|'), 'gim')

/** What a hexadecimal number behind it is when it is no frame. */
const NO_FRAME = /(?:flags|address|addr|userptr|vaddr|index|mapping|physical|at)[ =:]$/i
const SURE = /pfn[ =]$/i
/** Smaller numbers are flags, sizes and indices unless they are called PFNs. */
const LEAST = 0x1000

/** The parts of a text in their order; put together they are the text again. */
export function linkParts(text: string, frames: FrameRange | null): TextPart[] {
  const parts: TextPart[] = []
  let from = 0
  for (const found of text.matchAll(LINKS)) {
    const part = linkPart(found[0], text.slice(Math.max(0, found.index - 10), found.index), frames)
    if (part === null) continue
    if (found.index > from) parts.push({ kind: 'text', text: text.slice(from, found.index) })
    parts.push(part)
    from = found.index + found[0].length
  }
  if (from < text.length) parts.push({ kind: 'text', text: text.slice(from) })
  return parts
}

function linkPart(text: string, before: string, frames: FrameRange | null): TextPart | null {
  const sure = SURE.test(before)
  if (!sure && !/^0x/i.test(text)) {
    const [event = '', step = '0'] = text.replaceAll(',', '').split('.')
    return { kind: 'event', text, at: { event: Number(event), step: Number(step) } }
  }
  const pfn = Number(text)
  if (frames === null || pfn < frames.start || pfn >= frames.end || NO_FRAME.test(before)) {
    return null
  }
  return sure || pfn >= LEAST ? { kind: 'pfn', text, pfn } : null
}
