/** The kernel log as the window shows it: its lines, where the cursor is, and what a search finds. */
import type { DmesgLine } from '../../../../shared/events'
import { countText } from '../../../../shared/text'

/** `[    0.012481] `: seconds with six digits behind the point, as the kernel prints them. */
export function stampText(timeNs: number): string {
  const us = Math.floor(timeNs / 1_000)
  const seconds = String(Math.floor(us / 1e6)).padStart(5)
  return `[${seconds}.${String(us % 1e6).padStart(6, '0')}] `
}

/** The whole log, as `dmesg` prints it. */
export function logText(lines: readonly DmesgLine[]): string {
  return lines.map(({ timeNs, text }) => `${stampText(timeNs)}${text}\n`).join('')
}

/** The last line that the kernel had printed at an event; -1 before the first. Null stands for the end. */
export function lineAtEvent(lines: readonly DmesgLine[], event: number | null): number {
  if (event === null) return lines.length - 1
  return lines.findLastIndex((line) => line.event <= event)
}

/** Where a text stands in the lines, upper and lower case alike; all of none without a text. */
export function foundLines(lines: readonly DmesgLine[], wanted: string): number[] {
  const text = wanted.trim().toLowerCase()
  if (text === '') return []
  return lines.flatMap((line, i) => (line.text.toLowerCase().includes(text) ? [i] : []))
}

/** The next found line from a row on, around the ends; null when nothing was found. */
export function nextFound(found: readonly number[], row: number, by: 1 | -1): number | null {
  const next = by === 1 ? found.find((i) => i > row) : found.findLast((i) => i < row)
  return next ?? (by === 1 ? found[0] : found.at(-1)) ?? null
}

/** A line in parts, every second one being what was searched for. */
export function partsFound(text: string, wanted: string): string[] {
  const needle = wanted.trim().toLowerCase()
  const parts: string[] = []
  let done = 0
  for (let at = find(text, needle, 0); at >= 0; at = find(text, needle, done)) {
    parts.push(text.slice(done, at), text.slice(at, at + needle.length))
    done = at + needle.length
  }
  return [...parts, text.slice(done)]
}

function find(text: string, needle: string, from: number): number {
  return needle === '' ? -1 : text.toLowerCase().indexOf(needle, from)
}

/** `3 of 12`, `12 found`, `not found`; nothing without a search. */
export function foundText(found: readonly number[], row: number | null, wanted: string): string {
  if (wanted.trim() === '') return ''
  if (found.length === 0) return 'not found'
  const nth = row === null ? -1 : found.indexOf(row)
  return nth < 0
    ? `${countText(found.length)} found`
    : `${countText(nth + 1)} of ${countText(found.length)}`
}
