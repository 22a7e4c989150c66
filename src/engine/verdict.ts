/** The verdict: one sentence that says what became of the run, and whether it is good. */
import { countText, pagesText, retText, timeText } from '../shared/text'
import { errnoName, type Outcome, type RunCounters } from '../sim'
import type { Blocker } from './blockers'
import type { FollowedRequest } from './requests'

export interface Verdict {
  readonly sentence: string
  readonly good: boolean
}

/** Calls that make a contiguous request of their own. */
const REQUESTING = new Set(['VIDIOC_REQBUFS', 'dma_alloc_from_contiguous'])

/**
 * A run is judged by its last call that failed, or else by its last call. Where that call asked for
 * contiguous memory, the sentence tells of the request.
 */
export function verdictOf(
  requests: readonly FollowedRequest[],
  outcomes: readonly Outcome[],
  counters: RunCounters,
  lastLog: string | null,
): Verdict {
  const outcome = outcomes.findLast((o) => o.ret < 0) ?? outcomes.at(-1)
  if (outcome === undefined) return { sentence: 'Nothing was asked for.', good: true }
  if (outcome.message !== undefined) return { sentence: `${outcome.message}.`, good: false }
  const request = requests.findLast((r) => r.request.actor === outcome.actor)
  if (request !== undefined && REQUESTING.has(outcome.call))
    return requestVerdict(request, counters)
  const what = `${outcome.actor}'s ${outcome.call}`
  if (outcome.ret >= 0)
    return { sentence: `${[`${what} succeeded`, ...pinText(counters)].join('; ')}.`, good: true }
  const why = lastLog === null ? '' : `: ${lastLog}`
  return { sentence: `${what} failed (${retText(outcome.ret, outcome.errno)})${why}.`, good: false }
}

/** What became of the pages that were pinned. */
function pinText(counters: RunCounters): string[] {
  const parts: string[] = []
  if (counters.replaced > 0) {
    parts.push(`${pagesText(counters.replaced)} had been moved out of CMA when they were pinned`)
  }
  if (counters.pinned_in_cma === 0) parts.push('no CMA frame was ever under a long pin')
  else parts.push(`${countText(counters.pinned_in_cma)} CMA frames were under a long pin`)
  return parts
}

function requestVerdict({ request, blockers }: FollowedRequest, counters: RunCounters): Verdict {
  const what = `${request.actor}'s request for ${pagesText(request.count)}`
  const tried = request.positions.length
  if (request.ret < 0) {
    const ret = retText(request.ret, errnoName(request.ret))
    if (tried === 0) {
      const why = `area ${request.area} has no free run of that size`
      return { sentence: `${what} failed (${ret}): no position tried, ${why}.`, good: false }
    }
    const positions = tried === 1 ? '1 position tried' : `${tried} positions tried`
    return {
      sentence: `${what} failed (${ret}): ${positions}${blockedText(blockers, tried)}.`,
      good: false,
    }
  }
  const at = tried === 1 ? 'the first position' : `position ${tried}`
  return {
    sentence: `${[`${what} succeeded at ${at}`, ...pinText(counters)].join('; ')}.`,
    good: true,
  }
}

function blockedText(blockers: readonly Blocker[], tried: number): string {
  const first = blockers[0]
  if (first === undefined) return ', none could be isolated'
  const all = tried > 1 ? ', all blocked by ' : ', blocked by '
  const rest = blockers.slice(1).map((b) => `${pagesText(b.pages)} (${b.label}, ${b.actor})`)
  const more = rest.length === 0 ? '' : ` and ${rest.join(', ')}`
  if (first.kind === 'in-use') {
    return `${all}${pagesText(first.pages)} held by ${first.label} (no pin involved)${more}`
  }
  const since = first.sinceNs === null ? '' : `, since ${timeText(first.sinceNs)}`
  return `${all}${pagesText(first.pages)} pinned by ${first.actor} (${first.label}${since})${more}`
}
