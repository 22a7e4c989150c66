/** The calls about the event log and the kernel log. */
import type { EventCalls } from '../../shared/calls/events'
import { failure, success } from '../../shared/result'
import { completeFilter } from '../filter'
import { dmesgLines, eventLine, eventsText } from '../event-lines'
import { eventsOf } from '../match-lists'
import type { Kept } from './kept'
import type { Work } from './work'

/** Lines of a text at most. */
const MOST_LINES = 100_000

export function eventCalls(kept: Kept, work: Work): EventCalls {
  return {
    dmesg: (id) => kept.with(id, ({ recording }) => success(dmesgLines(recording))),
    checkFilter: (id, filter) => kept.with(id, ({ matches }) => success(matches.problem(filter))),
    completeFilter: (id, filter, cursor) =>
      kept.with(id, ({ recording }) => success(completeFilter(recording.machine, filter, cursor))),
    filterEvents: (id, filter, token) =>
      kept.with(id, async ({ matches, recording }) => {
        return await work.under(token, async (hooks) => {
          const found = await matches.of(filter, hooks)
          if (!found.ok) return found
          const pfns = await matches.pfnsOf(found.value, hooks)
          if (!pfns.ok) return pfns
          const events = recording.recorder.log.length
          return success({ filter, matches: found.value.count, events, pfns: pfns.value })
        })
      }),
    events: (id, filter, from, count) =>
      kept.with(id, async ({ matches, recording: { machine, recorder } }) => {
        const found = await matches.of(filter, work.plain)
        if (!found.ok) return found
        const lines = eventsOf(found.value, from, from + count).map((event) =>
          eventLine(machine, recorder.log, event),
        )
        return success({ from, lines })
      }),
    eventIndex: (id, filter, event) =>
      kept.with(id, async ({ matches }) => {
        const found = await matches.of(filter, work.plain)
        return found.ok ? success(found.value.indexOf(event)) : found
      }),
    eventsText: (id, filter, from, to, form) =>
      kept.with(id, async ({ matches, recording }) => {
        if (to - from > MOST_LINES) {
          return failure('bad-input', `at most ${MOST_LINES} events at once; choose fewer`)
        }
        const found = await matches.of(filter, work.plain)
        if (!found.ok) return found
        return success(eventsText(recording, eventsOf(found.value, from, to), form))
      }),
  }
}
