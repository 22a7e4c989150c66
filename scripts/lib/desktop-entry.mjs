/**
 * Values of a desktop entry, by the rules of its specification: every string is escaped, and the command
 * line of `Exec` is quoted before that, word by word.
 */

/** What no quoting can bring across: a line of the file ends there. */
// eslint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u001f\u007f]/

/**
 * A plain string value, such as a path.
 * @param {string} text
 */
export function stringValue(text) {
  refuseControl(text)
  return text.replaceAll('\\', '\\\\')
}

/**
 * The words of a command as the value of `Exec`; field codes such as %f are put behind it.
 * @param {readonly string[]} words
 */
export function execValue(words) {
  for (const word of words) refuseControl(word)
  return stringValue(words.map(quoted).join(' '))
}

/** @param {string} text */
function refuseControl(text) {
  if (!CONTROL.test(text)) return
  throw new Error(`a desktop entry cannot hold ${JSON.stringify(text)}: move it to a plain path`)
}

/** @param {string} word */
function quoted(word) {
  const plain = word.replaceAll('%', '%%')
  return /^[\w./+:@,%-]+$/.test(plain) ? plain : `"${plain.replaceAll(/["`$\\]/g, '\\$&')}"`
}
