/** Kernel words in sentences, and short forms of what is long. */

export interface TextPart {
  readonly text: string
  /** A line must not end within it. */
  readonly whole: boolean
}

/** A sentence by parts: errnos, and numbers with their unit, are not to be torn apart. */
export function partsOf(sentence: string): readonly TextPart[] {
  return sentence
    .split(/(\(?-E[A-Z0-9]+\)?:?|\d[\d.,]* (?:ns|us|ms|s)\b\S*)/)
    .map((text, i) => ({ text, whole: i % 2 === 1 }))
    .filter(({ text }) => text !== '')
}

/** `9f3a…c2e1`: enough of a digest to tell two runs apart at a glance. */
export function shortDigest(digest: string): string {
  return `${digest.slice(0, 4)}…${digest.slice(-4)}`
}

/** `1, 3, 4`, or `none`. */
export function patchesText(patches: readonly number[]): string {
  return patches.length === 0 ? 'none' : patches.join(', ')
}

/** Outermost first, as a call is read. */
export function pathText(path: readonly string[]): string {
  return path.map((name) => `${name}()`).join(' › ')
}
