/**
 * What of an area others had when a request failed. First fit goes up the area, so what a request did not try was
 * not free: below its first position, between two of them, and, where it failed in the end, behind the last.
 */
import type { LoggedRequest } from './dmesg'

export interface Run {
  readonly start: number
  readonly end: number
}

/** A piece of an area, to be allocated in turn so that the pieces that are kept lie where they lay. */
export interface Piece extends Run {
  readonly keep: boolean
}

const ENOMEM = 12

/** @param tried the positions of the request, inside of the area, as they are to fail */
export function takenRuns(
  { ret, free }: Pick<LoggedRequest, 'ret' | 'free'>,
  tried: readonly Run[],
  area: Run,
): Run[] {
  const told = free?.map(({ at, pages }) => ({
    start: area.start + at,
    end: area.start + at + pages,
  }))
  const isIn = (run: Run, runs: readonly Run[]): boolean =>
    runs.some(({ start, end }) => run.start >= start && run.end <= end)
  if (told?.every((run) => isIn(run, [area])) === true) {
    if (tried.every((run) => isIn(run, told))) return gapsOf(told, area)
  }
  const failed = ret !== null && ret < 0
  if (tried.length === 0) return ret === -ENOMEM ? [area] : []
  const last = tried.reduce((end, run) => Math.max(end, run.end), area.start)
  return gapsOf(tried, failed ? area : { start: area.start, end: last })
}

/** What of an area is in none of the runs. */
export function gapsOf(runs: readonly Run[], { start, end }: Run): Run[] {
  const gaps: Run[] = []
  let at = start
  for (const run of runs.toSorted((x, y) => x.start - y.start)) {
    if (run.start > at) gaps.push({ start: at, end: Math.min(run.start, end) })
    at = Math.max(at, run.end)
  }
  if (at < end) gaps.push({ start: at, end })
  return gaps
}

/** First fit: where requests that were granted came to lie; one that finds no room is left out. */
export function placed(
  requests: readonly Pick<LoggedRequest, 'pages' | 'align'>[],
  area: Run,
): Run[] {
  const runs: Run[] = []
  for (const { pages, align } of requests) {
    const step = 2 ** (align ?? Math.min(8, Math.ceil(Math.log2(pages))))
    for (const gap of gapsOf(runs, area)) {
      const start = area.start + Math.ceil((gap.start - area.start) / step) * step
      if (start + pages > gap.end) continue
      runs.push({ start, end: start + pages })
      break
    }
  }
  return runs
}

/** Pieces of what is free, upwards, as far as the last that is kept. */
export function piecesOf(taken: readonly Run[], granted: readonly Run[], area: Run): Piece[] {
  const kept = gapsOf([...gapsOf(taken, area), ...granted], area)
  const between = gapsOf([...kept, ...granted], area)
  const pieces = [
    ...kept.map((run) => ({ ...run, keep: true })),
    ...between.map((run) => ({ ...run, keep: false })),
  ].toSorted((x, y) => x.start - y.start)
  return pieces.slice(0, pieces.findLastIndex(({ keep }) => keep) + 1)
}
