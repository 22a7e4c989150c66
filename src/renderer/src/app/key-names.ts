/** Keys by the names the table of actions has for them: `Ctrl+Shift+P`, `Alt+F10`, `.`, `?`, `W`. */

const MODIFIERS: ReadonlySet<string> = new Set(['Control', 'Shift', 'Alt', 'Meta'])

/** What a key event is called; null for a modifier alone. Ctrl stands for Command as well. */
export function keyName(event: KeyboardEvent): string | null {
  const { key, altKey, code } = event
  if (MODIFIERS.has(key)) return null
  const ctrl = event.ctrlKey || event.metaKey
  const commanding = ctrl || altKey
  // A sign such as ? has its Shift in it already.
  const shift = event.shiftKey && (commanding || key.length > 1 || /^[a-z]$/i.test(key))
  const base = (commanding ? digitOf(code) : null) ?? ownName(key)
  return [
    ...(ctrl ? ['Ctrl'] : []),
    ...(altKey ? ['Alt'] : []),
    ...(shift ? ['Shift'] : []),
    base,
  ].join('+')
}

/** The digit of a key in the digit row, whatever its layout makes of it. */
function digitOf(code: string): string | null {
  return /^Digit(\d)$/.exec(code)?.[1] ?? null
}

function ownName(key: string): string {
  if (key === ' ') return 'Space'
  return key.length === 1 ? key.toUpperCase() : key
}

/** True for keys that write into a field: without Ctrl, Alt, and no F-number. */
export function isTyping(name: string): boolean {
  return !/^(?:Ctrl|Alt)\+|^(?:Shift\+)?F\d+$/.test(name)
}

/** True for an element whose own keys write text. */
export function takesText(element: EventTarget | null): boolean {
  if (!(element instanceof HTMLElement)) return false
  if (element.isContentEditable) return true
  if (element instanceof HTMLInputElement) {
    return !['checkbox', 'radio', 'button', 'range', 'submit'].includes(element.type)
  }
  return element instanceof HTMLTextAreaElement || element instanceof HTMLSelectElement
}
