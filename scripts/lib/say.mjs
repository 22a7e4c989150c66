/** Chatter and progress: standard error only, so that standard output holds results alone. */

/** @param {string} text */
export function say(text) {
  process.stderr.write(`pinscope: ${text}\n`)
}

/** @param {number} ms */
export function seconds(ms) {
  return `${(ms / 1000).toFixed(1)} s`
}

/**
 * An error in the words of its own first line, without the stack.
 * @param {unknown} error
 */
export function reasonOf(error) {
  const text = error instanceof Error ? error.message : String(error)
  return text.split('\n', 1)[0] ?? text
}
