/** The timeline of a run: value tracks per pixel column, one lane per actor with its calls, marks. */
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
    lanes: lanes(recording, query.columns),
    marks: [],
  }
}

function lanes({ machine, recorder }: Recording, columns: number): ActorLane[] {
  const log = recorder.log
  const out = new Map<
    number,
    { actor: string; task: number; bars: CallBar[]; events: Uint32Array<ArrayBuffer> }
  >()
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
    const lane = out.get(row.task) ?? {
      actor,
      task: row.task,
      bars: [],
      events: new Uint32Array(columns),
    }
    out.set(row.task, lane)
    lane.bars.push({
      call: callName(row.a),
      ...start,
      toNs: row.timeNs,
      ret: row.c,
      retEvent: event,
      calls: 1,
    })
  }
  return [...out.values()]
}
