/** What the keys of the console's line do; null is left to the field and to the window. */
import { keyName } from '../../app/key-names'

export interface InputMode {
  /** Something stands in the line. */
  readonly typed: boolean
  readonly searching: boolean
  /** A list of completions is open. */
  readonly offering: boolean
  /** Escape was pressed: Tab leaves the line. */
  readonly leaving: boolean
  /** Text of the line is selected. */
  readonly selecting: boolean
}

export type KeyAction =
  | 'enter'
  | 'complete'
  | 'offer-next'
  | 'offer-previous'
  | 'offer-close'
  | 'older'
  | 'newer'
  | 'search'
  | 'search-keep'
  | 'search-leave'
  | 'clear'
  | 'interrupt'
  | 'leave'

const ALWAYS: Readonly<Record<string, KeyAction>> = {
  Enter: 'enter',
  'Ctrl+R': 'search',
  'Ctrl+L': 'clear',
}
const OFFERING: Readonly<Record<string, KeyAction>> = {
  Tab: 'offer-next',
  'Shift+Tab': 'offer-previous',
  ArrowDown: 'offer-next',
  ArrowUp: 'offer-previous',
  Escape: 'offer-close',
}
const SEARCHING: Readonly<Record<string, KeyAction>> = {
  Escape: 'search-leave',
  'Ctrl+G': 'search-leave',
  Tab: 'search-keep',
  ArrowUp: 'search',
  ArrowLeft: 'search-keep',
  ArrowRight: 'search-keep',
}
const TYPING: Readonly<Record<string, KeyAction>> = {
  ArrowUp: 'older',
  ArrowDown: 'newer',
  Escape: 'leave',
}

export function keyActionOf(event: KeyboardEvent, mode: InputMode): KeyAction | null {
  if (event.isComposing) return null
  const key = keyName(event)
  if (key === null) return null
  const always = ALWAYS[key]
  if (always !== undefined) return always
  // With text selected it copies, as everywhere else.
  if (key === 'Ctrl+C') return mode.selecting ? null : 'interrupt'
  if (mode.searching) return SEARCHING[key] ?? null
  if (mode.offering && key in OFFERING) return OFFERING[key] ?? null
  // From an empty line Tab goes on to the next control.
  if (key === 'Tab') return mode.typed && !mode.leaving ? 'complete' : null
  return TYPING[key] ?? null
}
