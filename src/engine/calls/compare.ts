/** The calls that set one run beside others, and that explain one by running others. */
import type { CompareCalls } from '../../shared/calls/compare'
import { failure, success } from '../../shared/result'
import type { TroubleInfo } from '../../shared/why'
import { errnoName } from '../../sim'
import { withScenarioNamed } from '../../shared/why-text'
import type { PlanSource } from '../engine'
import { alignment, divergenceOf } from '../diverge'
import { placeOf } from '../places'
import type { Recording } from '../run'
import { troublesOf, why } from '../why/why'
import type { Kept } from './kept'
import type { Work } from './work'

export function compareCalls(
  source: Pick<PlanSource, 'list'>,
  kept: Kept,
  work: Work,
): CompareCalls {
  return {
    troubles: (id) => kept.with(id, ({ recording }) => success(troubleInfos(recording))),
    why: (id, n, remedies, token) =>
      kept.with(id, ({ recording }) =>
        work.under(token, async (hooks) => {
          const report = await why(recording, n, remedies, hooks)
          const id = recording.summary.recipe.scenario
          const isOwn = source.list().some((info) => info.id === id && info.own === true)
          return report.ok && isOwn
            ? success(withScenarioNamed(report.value, id, `${id}.json`))
            : report
        }),
      ),
    divergence: (a, b, token) =>
      kept.withBoth(a, b, (x, y) =>
        work.under(token, async (hooks) => {
          const found = await divergenceOf(x.recording, y.recording, hooks)
          return hooks.isCancelled()
            ? failure('cancelled', 'the comparison was cancelled')
            : success(found)
        }),
      ),
    align: (from, to, event) =>
      kept.withBoth(from, to, (x, y) => {
        const counterparts = kept.alignment(x, y, () => alignment(x.recording, y.recording))
        const found = counterparts[event] ?? -1
        return success(found < 0 ? null : placeOf(y.recording, found))
      }),
  }
}

function troubleInfos(recording: Recording): TroubleInfo[] {
  return troublesOf(recording).map(({ outcome, actor, call, ret, callEvent, retEvent }, i) => ({
    ...{ n: i + 1, outcome, actor, call, ret, callEvent, retEvent },
    errno: errnoName(ret),
    timeNs: recording.recorder.log.row(retEvent).timeNs,
  }))
}
