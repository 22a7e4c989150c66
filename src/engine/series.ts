/** The timeline of a run: value tracks per pixel column, and one bar per call of an actor. */
import type { SeriesData } from '../shared/contract'
import { callName, EV_sim_call, EV_sim_call_ret } from '../sim'
import type { Recording } from './run'

/** @param columns pixel columns wanted, at least 1 */
export function series(recording: Recording, columns: number): SeriesData {
  const toNs = recording.machine.now
  return {
    fromNs: 0,
    toNs,
    columns,
    tracks: recording.recorder.tracks.data(0, toNs, columns),
    bars: bars(recording),
  }
}

function bars({ machine, recorder }: Recording): SeriesData['bars'] {
  const log = recorder.log
  const out: SeriesData['bars'][number][] = []
  const open = new Map<number, { event: number; fromNs: number }>()
  for (const event of recorder.calls) {
    const row = log.row(event)
    if (row.type.id === EV_sim_call) {
      open.set(row.task, { event, fromNs: row.timeNs })
      continue
    }
    const start = open.get(row.task)
    if (row.type.id !== EV_sim_call_ret || start === undefined) continue
    open.delete(row.task)
    const actor = machine.tasks[row.task]?.comm ?? ''
    out.push({ actor, call: callName(row.a), ...start, toNs: row.timeNs, ret: row.c })
  }
  return out.toSorted((x, y) => x.event - y.event)
}
