/** Keys by the names the table of actions has for them: `Ctrl+Shift+P`, `Alt+F10`, `.`, `?`, `W`. */

/** What a key event is called; null for a modifier alone. Ctrl stands for Command as well. */
export function keyName(event: KeyboardEvent): string | null {
  const { key } = event
  if (key === 'Control' || key === 'Shift' || key === 'Alt' || key === 'Meta') return null
  const commanding = event.ctrlKey || event.metaKey || event.altKey
  const digit = /^Digit(\d)$/.exec(event.code)?.[1]
  const base =
    commanding && digit !== undefined ? digit : key.length === 1 ? key.toUpperCase() : key
  // A sign such as ? has its Shift in it already.
  const shift = event.shiftKey && (commanding || key.length > 1 || /^[a-z]$/i.test(key))
  return [
    ...(event.ctrlKey || event.metaKey ? ['Ctrl'] : []),
    ...(event.altKey ? ['Alt'] : []),
    ...(shift ? ['Shift'] : []),
    base === ' ' ? 'Space' : base,
  ].join('+')
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
