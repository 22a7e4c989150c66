/** Compares what a result shows with what the input expects of it, member by member. */

/** Members that are compared whole: what is not expected there must not be there. */
const WHOLE: ReadonlySet<string> = new Set(['freeLists', 'lists', 'refs'])

/** Where they part, in words; null when every expected member is there. */
export function mismatch(expected: unknown, actual: unknown, at = ''): string | null {
  if (Array.isArray(expected)) return arrayMismatch(expected, actual, at)
  if (typeof expected === 'object' && expected !== null) {
    return objectMismatch(expected, actual, at)
  }
  const absent = expected === null && actual === undefined
  return absent || expected === actual ? null : differ(expected, actual, at)
}

function objectMismatch(expected: object, actual: unknown, at: string): string | null {
  if (typeof actual !== 'object' || actual === null || Array.isArray(actual)) {
    return differ(expected, actual, at)
  }
  const members = new Map<string, unknown>(Object.entries(actual))
  for (const [key, value] of Object.entries(expected)) {
    const place = at === '' ? key : `${at}.${key}`
    const found = members.get(key)
    const whole = WHOLE.has(key) ? mismatch(found, value) : null
    const wrong = mismatch(value, found, place)
    if (wrong !== null || whole !== null) return wrong ?? differ(value, found, place)
  }
  return null
}

function arrayMismatch(expected: readonly unknown[], actual: unknown, at: string): string | null {
  if (!Array.isArray(actual) || actual.length !== expected.length)
    return differ(expected, actual, at)
  for (const [i, value] of expected.entries()) {
    const wrong = mismatch(value, actual[i], `${at}[${i}]`)
    if (wrong !== null) return wrong
  }
  return null
}

function differ(expected: unknown, actual: unknown, at: string): string {
  return `${at === '' ? 'result' : at}: expected ${shown(expected)}, got ${shown(actual)}`
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) as string | undefined
  if (text === undefined) return 'nothing'
  return text.length > 200 ? `${text.slice(0, 197)}...` : text
}
