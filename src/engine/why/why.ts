/** Why a request failed: the walk it made, what was in the way, and what would have helped. */
import type { WhyReport } from '../../shared/why'
import { failure, success, type Result } from '../../shared/result'
import { errnoName } from '../../sim'
import type { Recording } from '../run'
import type { PlayHooks } from '../tape'
import { paragraphOf } from './paragraph'
import { remediesOf, type Remedies } from './remedies'
import { contiguityCause, roomCause, sumOf, unfilledCause } from './sums'
import { troublesOf, type Trouble } from './troubles'
import { walkOf, type Walk } from './walk'

export { troublesOf, type Trouble } from './troubles'

const CANCELLED = failure('cancelled', 'the explanation was cancelled')

/**
 * Explains the n-th troubled request of a recording, from 1. `remedies` false leaves out what takes
 * runs of its own.
 */
export async function why(
  recording: Recording,
  n: number,
  remedies: boolean,
  hooks: PlayHooks,
): Promise<Result<WhyReport>> {
  const troubles = troublesOf(recording)
  const trouble = troubles[n - 1]
  if (trouble === undefined) {
    const known = troubles.length === 0 ? 'none met trouble' : `there are ${troubles.length}`
    return failure('not-found', `no request ${n} to explain: of this run's requests ${known}`)
  }
  const { tape, recorder } = recording
  const { set } = recording.summary.recipe
  const walk = await walkOf(tape, recorder, trouble, hooks)
  if (walk === null) return CANCELLED
  // A call that succeeded, after busy positions, needs no remedy.
  const found =
    remedies && (trouble.ret < 0 || trouble.call === 'device reads')
      ? await remediesOf({ plan: tape.plan, set, log: recorder.log, trouble, hooks }, walk)
      : NO_REMEDIES
  if (found === null) return CANCELLED
  return success(reportOf(recording, n, trouble, walk, found))
}

const NO_REMEDIES: Remedies = { remedies: [], tried: [] }

function reportOf(
  recording: Recording,
  n: number,
  trouble: Trouble,
  walk: Walk,
  { remedies, tried }: Remedies,
): WhyReport {
  const causes = causesOf(recording, trouble, walk)
  const { outcome, actor, call, ret, callEvent, retEvent } = trouble
  const errno = errnoName(ret)
  return {
    ...{ n, outcome, actor, call, ret, errno, callEvent, retEvent },
    timeNs: recording.recorder.log.row(retEvent).timeNs,
    walk: walk.positions,
    causes,
    paragraph: paragraphOf(trouble, walk, causes, errno),
    remedies,
    tried,
  }
}

function causesOf(recording: Recording, trouble: Trouble, walk: Walk) {
  const frames = sumOf(walk.positions.filter((p) => p.ret < 0))
  if (frames.length > 0) return frames
  const { iommu } = recording.tape.plan.scenario.machine
  const special = [...contiguityCause(walk, trouble, iommu), ...unfilledCause(walk, trouble)]
  return special.length > 0 ? special : roomCause(walk, trouble)
}
