/** Marks of the timeline: calls and positions that failed, and what somebody changed from outside. */
import type { TimelineMark } from '../shared/timeline'
import { pfnText, retText } from '../shared/text'
import { errnoName, EV_sim_intervention } from '../sim'
import { textOf } from './event-log'
import { groupBy } from './group-by'
import { columnOf, type Window } from './lanes'
import type { Recording } from './run'
import { troublesOf } from './why/why'

/** Marks within the window, by time; of several of one kind in a column the first, which says so. */
export function marks(recording: Recording, window: Window): TimelineMark[] {
  const all = [...failures(recording), ...positions(recording), ...interventions(recording)]
    .filter(({ timeNs }) => timeNs >= window.fromNs && timeNs <= window.toNs)
    .toSorted((x, y) => x.event - y.event)
  const groups = groupBy(all, ({ kind, timeNs }) => `${kind} ${columnOf(window, timeNs)}`)
  return [...groups.values()].flatMap(([first, ...more]) => {
    if (first === undefined) return []
    return more.length === 0
      ? [first]
      : [{ ...first, text: `${first.text} and ${more.length} more` }]
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
