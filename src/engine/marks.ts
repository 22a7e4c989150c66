/** Marks of the timeline: calls and positions that failed, and what somebody changed from outside. */
import type { TimelineMark } from '../shared/timeline'
import { pfnText, retText } from '../shared/text'
import { errnoName, EV_sim_intervention } from '../sim'
import { columnOf, type Window } from './columns'
import { textOf } from './event-log'
import { groupBy } from './group-by'
import { partitionPoint } from './partition-point'
import type { Recording } from './run'
import { troublesOf } from './why/why'

/** All marks of a run, by event. */
export function marksOf(recording: Recording): TimelineMark[] {
  const all = [...failures(recording), ...positions(recording), ...interventions(recording)]
  return all.sort((x, y) => x.event - y.event)
}

/** Marks within the window; of several of one kind in a column the first, which says so. */
export function marks(all: readonly TimelineMark[], window: Window): TimelineMark[] {
  const first = partitionPoint(all.length, (i) => (all[i]?.timeNs ?? 0) < window.fromNs)
  const end = partitionPoint(all.length, (i) => (all[i]?.timeNs ?? 0) <= window.toNs)
  const shown = all.slice(first, end)
  const groups = groupBy(shown, ({ kind, timeNs }) => `${kind} ${columnOf(window, timeNs)}`)
  return [...groups.values()].flatMap(([one, ...more]) => {
    if (one === undefined) return []
    return more.length === 0 ? [one] : [{ ...one, text: `${one.text} and ${more.length} more` }]
  })
}

function failures(recording: Recording): TimelineMark[] {
  return troublesOf(recording)
    .filter(({ ret }) => ret < 0)
    .map(({ actor, ret, retEvent }) =>
      mark(recording, 'failure', retEvent, `${actor} ${retText(ret, errnoName(ret))}`),
    )
}

function positions(recording: Recording): TimelineMark[] {
  return recording.summary.requests.flatMap((request) =>
    request.positions
      .filter(({ ret }) => ret < 0)
      .map(({ startPfn, endPfn, ret, event }) => {
        const text = `${pfnText(startPfn)}-${pfnText(endPfn)} ${retText(ret, errnoName(ret))}`
        return mark(recording, 'position', event, text)
      }),
  )
}

function interventions(recording: Recording): TimelineMark[] {
  const { log, index } = recording.recorder
  const found: TimelineMark[] = []
  let event = index.nextOfType(EV_sim_intervention, -1)
  while (event !== null) {
    found.push(mark(recording, 'intervention', event, textOf(log.row(event))))
    event = index.nextOfType(EV_sim_intervention, event)
  }
  return found
}

function mark(
  { recorder: { log } }: Recording,
  kind: TimelineMark['kind'],
  event: number,
  text: string,
): TimelineMark {
  return { kind, timeNs: log.row(event).timeNs, event, text }
}
