/** The pixel columns of a stretch of time, and where among the events they begin. */
import type { EventLog } from './event-log'
import { partitionPoint } from './partition-point'

/** What part of a run is drawn, and how many pixel columns it has. */
export interface Window {
  readonly fromNs: number
  readonly toNs: number
  readonly columns: number
}

/** Which column a time within the window lies in. */
export function columnOf({ fromNs, toNs, columns }: Window, timeNs: number): number {
  return Math.min(columns - 1, Math.floor(((timeNs - fromNs) * columns) / (toNs - fromNs || 1)))
}

/** Column i holds events [edges[i], edges[i + 1]); the last one also those at the very end. */
export function columnEdges(log: EventLog, { fromNs, toNs, columns }: Window): Uint32Array {
  const edges = new Uint32Array(columns + 1)
  const width = (toNs - fromNs) / columns
  let from = 0
  for (let column = 0; column <= columns; column++) {
    const start = column === columns ? toNs + 1 : fromNs + column * width
    const low = from
    from = low + partitionPoint(log.length - low, (i) => log.timeAt(low + i) < start)
    edges[column] = from
  }
  return edges
}
