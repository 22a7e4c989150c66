/** Where splitters remember their sizes: one entry for all of them, so that a reset takes one step. */
export interface SplitterStorage {
  readonly getItem: (name: string) => string | null
  readonly setItem: (name: string, value: string) => void
}

export function splitterStorage(key: string): SplitterStorage {
  return {
    getItem: (name) => read(key)[name] ?? null,
    setItem: (name, value) => {
      window.localStorage.setItem(key, JSON.stringify({ ...read(key), [name]: value }))
    },
  }
}

function read(key: string): Record<string, string> {
  try {
    const value: unknown = JSON.parse(window.localStorage.getItem(key) ?? '{}')
    if (typeof value !== 'object' || value === null) return {}
    return Object.fromEntries(
      Object.entries(value).filter(
        (entry): entry is [string, string] => typeof entry[1] === 'string',
      ),
    )
  } catch {
    return {}
  }
}
