/** Kept work in words. */
import type { LeftWork } from '../../../shared/recovery'
import { countText } from '../../../shared/text'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

/** What it is called where one line is all there is. */
export function labelOf({ name, scenario }: LeftWork): string {
  if (name !== '') return name
  return scenario === '' ? 'work without a name' : `work on ${scenario.toUpperCase()}`
}

/** `SC-01 · A baseline · B full series · 2 forks`; what there is none of is left out. */
export function contentOf(work: LeftWork): string {
  const { name, scenario, kernels, forks, bookmarks, stops } = work
  const counted = [
    [forks, 'fork', 'forks'],
    [bookmarks, 'bookmark', 'bookmarks'],
    [stops, 'breakpoint or watch', 'breakpoints and watches'],
  ] as const
  return [
    // Without a name it is called by its scenario already.
    ...(scenario === '' || name === '' ? [] : [scenario.toUpperCase()]),
    ...(kernels === '' ? [] : [kernels]),
    ...counted
      .filter(([n]) => n > 0)
      .map(([n, one, many]) => `${countText(n)} ${n === 1 ? one : many}`),
  ].join(' · ')
}

/** `3 minutes ago`. */
export function agoText(atMs: number, nowMs: number): string {
  const ms = nowMs - atMs
  if (ms < MINUTE_MS) return 'less than a minute ago'
  const [unit, text] =
    ms < HOUR_MS ? [MINUTE_MS, 'minute'] : ms < DAY_MS ? [HOUR_MS, 'hour'] : [DAY_MS, 'day']
  const n = Math.floor(ms / unit)
  return `${countText(n)} ${text}${n === 1 ? '' : 's'} ago`
}
