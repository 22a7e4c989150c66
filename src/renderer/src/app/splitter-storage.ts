/** Where splitters remember their sizes: one entry for all of them, so that a reset takes one step. */
import { isText, keep, membersThat, readKept } from '../stores/kept'

export interface SplitterStorage {
  readonly getItem: (name: string) => string | null
  readonly setItem: (name: string, value: string) => void
}

export function splitterStorage(key: string): SplitterStorage {
  return {
    getItem: (name) => read(key)[name] ?? null,
    setItem: (name, value) => {
      keep(key, { ...read(key), [name]: value })
    },
  }
}

function read(key: string): Record<string, string> {
  return membersThat(readKept(key), isText)
}
