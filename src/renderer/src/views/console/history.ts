/** Lines typed before, as a shell has them: up and down go through them, and they can be searched. */
import { keep, readKept, textsOf } from '../../stores/kept'

const KEY = 'pinscope.console.history'
const MOST = 1000

/** A walk through the lines; `at` is `lines.length` on the line that is being typed. */
export interface Walk {
  readonly at: number
  /** What was typed before the walk began. */
  readonly draft: string
}

/** The lines with one more: a line said again moves to the end, and blank ones are not kept. */
export function remembered(lines: readonly string[], line: string): readonly string[] {
  if (line.trim() === '') return lines
  return [...lines.filter((l) => l !== line), line].slice(-MOST)
}

/** One line further back (-1) or forward (1); null where there is none. */
export function walked(
  lines: readonly string[],
  walk: Walk | null,
  by: -1 | 1,
  typed: string,
): { readonly walk: Walk; readonly line: string } | null {
  const from = walk ?? { at: lines.length, draft: typed }
  const at = from.at + by
  if (at < 0 || at > lines.length) return null
  return { walk: { ...from, at }, line: lines[at] ?? from.draft }
}

/** Index of the last line before `below` that has the text in it; -1 without one. */
export function foundBefore(lines: readonly string[], text: string, below: number): number {
  if (text === '') return -1
  return lines.slice(0, below).findLastIndex((line) => line.includes(text))
}

export function readHistory(): readonly string[] {
  return textsOf(readKept(KEY))
}

export function keepHistory(lines: readonly string[]): void {
  keep(KEY, lines)
}
