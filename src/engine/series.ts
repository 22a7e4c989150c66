/** The timeline of a run: value tracks per pixel column, one lane per actor with its calls. */
import type { ActorLane, CallBar, SeriesData, SeriesQuery } from '../shared/timeline'
import { callName, EV_sim_call, EV_sim_call_ret } from '../sim'
import type { Recording } from './run'

/** What the query asks for; columns at least 1. */
export function series(recording: Recording, query: SeriesQuery): SeriesData {
  const endNs = recording.machine.now
  const toNs = query.toNs ?? endNs
  return {
    fromNs: query.fromNs,
    toNs,
    endNs,
    columns: query.columns,
    tracks: recording.recorder.tracks.data(query.fromNs, toNs, query.columns),
    lanes: lanes(recording, query.fromNs, toNs),
  }
}

/** A lane per actor, in the order of their first returns; calls outside the range are left out. */
function lanes({ machine, recorder }: Recording, fromNs: number, toNs: number): ActorLane[] {
  const log = recorder.log
  const out = new Map<number, { actor: string; task: number; bars: CallBar[] }>()
  const open = new Map<number, { event: number; fromNs: number }>()
  for (const event of recorder.calls) {
    const row = log.row(event)
    const { task, timeNs } = row
    if (row.type.id === EV_sim_call) {
      open.set(task, { event, fromNs: timeNs })
      continue
    }
    const start = open.get(task)
    if (row.type.id !== EV_sim_call_ret || start === undefined) continue
    open.delete(task)
    const lane = out.get(task) ?? { actor: machine.tasks[task]?.comm ?? '', task, bars: [] }
    out.set(task, lane)
    if (timeNs < fromNs || start.fromNs > toNs) continue
    lane.bars.push({ call: callName(row.a), ...start, toNs: timeNs, ret: row.c, retEvent: event })
  }
  return [...out.values()]
}
