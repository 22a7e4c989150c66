/**
 * What the window remembers from one start to the next: entries of JSON in the browser's own store. Whatever is
 * there is read as if a stranger had written it, and where the store is full or denied nothing is remembered,
 * and nothing else happens.
 */

export type Members = Readonly<Partial<Record<string, unknown>>>

/** What was kept, unchecked; undefined where nothing readable was. */
export function readKept(key: string): unknown {
  try {
    const text = window.localStorage.getItem(key)
    return text === null ? undefined : JSON.parse(text)
  } catch {
    return undefined
  }
}

export function keep(key: string, value: unknown): void {
  attempt(() => window.localStorage.setItem(key, JSON.stringify(value)))
}

export function forgetKept(key: string): void {
  attempt(() => window.localStorage.removeItem(key))
}

function attempt(act: () => void): void {
  try {
    act()
  } catch {
    // What is on screen is as the user wants it; the next start begins as it did before.
  }
}

/** The members of an object; none of anything else. */
export function membersOf(value: unknown): Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}
}

/** The members of an object that are as they should be. */
export function membersThat<T>(
  value: unknown,
  fits: (member: unknown, name: string) => member is T,
): Record<string, T> {
  return Object.fromEntries(
    Object.entries(membersOf(value)).filter((entry): entry is [string, T] =>
      fits(entry[1], entry[0]),
    ),
  )
}

/** The texts of a list; none of anything else. */
export function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter(isText) : []
}

export function isText(value: unknown): value is string {
  return typeof value === 'string'
}
