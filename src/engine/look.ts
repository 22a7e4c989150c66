/** The calls of the contract that look at recorded runs: at their events, and at the machine at any place. */
import type { Calls, RunId } from '../shared/contract'
import { failure, success, type Result } from '../shared/result'
import type { Place, PlaceAt } from '../shared/place'
import { errnoName, pfn_to_page, pfn_valid, type Machine } from '../sim'
import { counterpart, divergenceOf } from './diverge'
import { eventRow, pageInfo } from './page-info'
import { pageMap } from './page-map'
import { comparePositions } from './position'
import type { Recording } from './run'
import { series } from './series'
import { troublesOf } from './why/why'

type WithRun = <T>(
  id: RunId,
  use: (recording: Recording) => Result<T> | Promise<Result<T>>,
) => Promise<Result<T>>

type LookCalls = Pick<
  Calls,
  | 'series'
  | 'eventAt'
  | 'neighbour'
  | 'events'
  | 'pageMap'
  | 'page'
  | 'troubles'
  | 'divergence'
  | 'align'
>

export function notKept(id: RunId): Result<never> {
  return failure('not-found', `run ${id} is not kept any more; run the scenario again`)
}

export function lookCalls(withRun: WithRun, kept: (id: RunId) => Recording | null): LookCalls {
  return {
    series: (id, query) =>
      withRun(id, (r) =>
        query.toNs !== null && query.toNs <= query.fromNs
          ? failure('bad-input', `the range ends at ${query.toNs} ns, before it begins`)
          : success(series(r, query)),
      ),
    eventAt: (id, timeNs) => withRun(id, (r) => success(eventAt(r, timeNs))),
    neighbour: (id, event, by, task) => withRun(id, (r) => success(neighbour(r, event, by, task))),
    events: (id, from, count) =>
      withRun(id, ({ machine, recorder: { log } }) => {
        const rows = Math.max(0, Math.min(count, log.length - from))
        return success(Array.from({ length: rows }, (_, i) => eventRow(machine, log, from + i)))
      }),
    pageMap: (id, at) => withRun(id, async (r) => await atPlace(r, at, (m) => success(pageMap(m)))),
    page: (id, pfn, at) =>
      withRun(id, async (r) => {
        if (!pfn_valid(r.machine, pfn)) {
          return failure('not-found', `pfn 0x${pfn.toString(16)} lies in no zone of this machine`)
        }
        return await atPlace(r, at, (m) =>
          success(pageInfo(m, r.recorder, pfn_to_page(m, pfn), at?.event ?? Infinity)),
        )
      }),
    troubles: (id) =>
      withRun(id, (r) =>
        success(
          troublesOf(r).map(({ outcome, actor, call, ret, callEvent, retEvent }, i) => ({
            ...{ n: i + 1, outcome, actor, call, ret, callEvent, retEvent },
            errno: errnoName(ret),
            timeNs: r.recorder.log.row(retEvent).timeNs,
          })),
        ),
      ),
    divergence: (a, b) =>
      withRun(a, async (x) => {
        const y = kept(b)
        return y === null ? notKept(b) : success(await divergenceOf(x, y))
      }),
    align: (from, to, event) =>
      withRun(from, (x) => {
        const y = kept(to)
        if (y === null) return notKept(to)
        const found = counterpart(x, y, event)
        return success(found === null ? null : placeOf(y, found))
      }),
  }
}

/** The machine at a place, made by playing the run; at the end it is there already. */
async function atPlace<T>(
  { machine, tape }: Recording,
  at: Place | null,
  use: (m: Machine) => T,
): Promise<T> {
  if (at === null || at.event >= tape.events) return use(machine)
  const see = (moment: Place): boolean => comparePositions(moment, at) >= 0
  const played = await tape.play(at.event, { frames: at.step > 0, see })
  const answer = use(played.run.machine)
  tape.recycle(played.run)
  return answer
}

function placeOf({ recorder: { log } }: Recording, event: number): PlaceAt {
  return { event, step: 0, timeNs: log.row(event).timeNs }
}

/** The last event at or before a time, found by halves: times never fall. */
function eventAt(r: Recording, timeNs: number): PlaceAt {
  const { log } = r.recorder
  let low = r.tape.firstEvent
  let high = log.length
  while (high - low > 1) {
    const middle = (low + high) >>> 1
    if (log.row(middle).timeNs <= timeNs) low = middle
    else high = middle
  }
  return placeOf(r, low)
}

function neighbour(r: Recording, event: number, by: 1 | -1, task: number | null): PlaceAt | null {
  const { log } = r.recorder
  const first = r.tape.firstEvent
  const found = task === null ? event + by : ofActor(r, event, by, task)
  return found === null || found < first || found >= log.length ? null : placeOf(r, found)
}

function ofActor({ recorder }: Recording, event: number, by: 1 | -1, task: number): number | null {
  const { index } = recorder
  return by === 1 ? index.nextOfActor(task, event) : index.prevOfActor(task, event)
}
