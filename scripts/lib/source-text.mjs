/** Titles of tests and comments, read from TypeScript text without a compiler. */

/**
 * Index behind the string, comment or single character that starts at `i`.
 * @param {string} text
 * @param {number} i
 */
function skip(text, i) {
  const c = text[i]
  if (c === '"' || c === "'" || c === '`') return endOfString(text, i)
  if (c === '/' && text[i + 1] === '/') {
    const end = text.indexOf('\n', i)
    return end < 0 ? text.length : end
  }
  if (c === '/' && text[i + 1] === '*') {
    const end = text.indexOf('*/', i + 2)
    return end < 0 ? text.length : end + 2
  }
  return i + 1
}

/**
 * @param {string} text
 * @param {number} start at the opening quote
 */
function endOfString(text, start) {
  const quote = text[start]
  let i = start + 1
  while (i < text.length && text[i] !== quote) i += text[i] === '\\' ? 2 : 1
  return i + 1
}

/**
 * Index behind the bracket that closes the one at `start`.
 * @param {string} text
 * @param {number} start
 */
function closing(text, start) {
  let depth = 0
  for (let i = start; i < text.length; i = skip(text, i)) {
    const c = text[i] ?? ''
    if ('([{'.includes(c)) depth++
    else if (')]}'.includes(c) && --depth === 0) return i + 1
  }
  return text.length
}

/**
 * Every string literal of a piece of text, without its quotes.
 * @param {string} text
 */
function stringsIn(text) {
  /** @type {string[]} */
  const found = []
  for (let i = 0; i < text.length; i = skip(text, i)) {
    const c = text[i] ?? ''
    if ('"\'`'.includes(c))
      found.push(text.slice(i + 1, endOfString(text, i) - 1).replace(/\\(.)/g, '$1'))
  }
  return found
}

/**
 * Index behind the type arguments that start at `start`.
 * @param {string} text
 * @param {number} start
 */
function behindTypes(text, start) {
  let depth = 0
  for (let i = start; i < text.length; i = skip(text, i)) {
    if (text[i] === '<') depth++
    else if (text[i] === '>' && text[i - 1] !== '=' && --depth === 0) return i + 1
  }
  return text.length
}

const CALL = /\b(?:it|test|describe)((?:\.\w+)*)\s*(?=[(<])/g

/**
 * Titles of `it`, `test` and `describe`. For `it.each(rows)(title)` the strings of the rows are titles
 * too, because they are printed in its place; `rows` may be a constant of the same file.
 * @param {string} text
 * @returns {string[]}
 */
export function testTitlesOf(text) {
  /** @type {string[]} */
  const titles = []
  for (const match of text.matchAll(CALL)) {
    let open = match.index + match[0].length
    if (text[open] === '<') open = behindTypes(text, open)
    if (text[open] !== '(') continue
    if (match[1]?.endsWith('.each')) {
      const end = closing(text, open)
      titles.push(...rowStrings(text, text.slice(open + 1, end - 1)))
      if (text[end] !== '(') continue
      open = end
    }
    const quote = text.slice(open + 1).search(/\S/) + open + 1
    if ('"\'`'.includes(text[quote] ?? ' ')) {
      titles.push(text.slice(quote + 1, endOfString(text, quote) - 1).replace(/\\(.)/g, '$1'))
    }
  }
  return titles
}

/**
 * @param {string} text the whole file
 * @param {string} rows what stands in `.each( )`
 */
function rowStrings(text, rows) {
  const name = /^\s*(\w+)\s*,?\s*$/.exec(rows)?.[1]
  if (name === undefined) return stringsIn(rows)
  const at = text.search(new RegExp(`\\bconst ${name}\\b`))
  if (at < 0) return []
  const open = text.indexOf('= [', at) + 2
  return open < 2 ? [] : stringsIn(text.slice(open, closing(text, open)))
}

/**
 * All comments of a file, one after the other.
 * @param {string} text
 */
export function commentsOf(text) {
  /** @type {string[]} */
  const found = []
  for (let i = 0; i < text.length;) {
    const end = skip(text, i)
    if (text[i] === '/' && end > i + 1) found.push(text.slice(i, end).replace(/\n\s*\*/g, '\n'))
    i = end
  }
  return found.join('\n')
}
