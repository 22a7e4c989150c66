/**
 * Forks: a recorded run that goes its own way from some event on. A fork is a recording of its own,
 * made from a recipe with interventions; its parent is left alone, and forks can be forked.
 */
import { failure, success, type Result } from '../shared/result'
import type { Intervention } from '../sim'
import { CHUNK, CHUNK_SHIFT, createRawChunk, type RawChunk } from './event-columns'
import type { EventLog } from './event-log'
import { record, type Recording, type RunHooks } from './run'

/**
 * Records what the parent would have become with these interventions, which must not come before those
 * the parent has itself: their places count its events. Refused, with the reason, when one cannot be.
 */
export async function forkRecording(
  parent: Recording,
  interventions: readonly Intervention[],
  hooks: RunHooks,
): Promise<Result<Recording>> {
  const own = interventions.toSorted((x, y) => x.at - y.at)
  const before = parent.summary.recipe.interventions ?? []
  const at = own[0]?.at ?? parent.summary.events
  const complaint = placeComplaint(parent, own, before)
  if (complaint !== null) return failure('bad-input', complaint)
  const recipe = { ...parent.summary.recipe, interventions: [...before, ...own] }
  const fork = await record(parent.tape.plan.scenario, recipe, hooks)
  if (!fork.ok) return fork
  const shared = commonEvents(parent.recorder.log, fork.value.recorder.log, at)
  if (shared < at) {
    // Nothing was changed there, so the model is not deterministic: never to be passed over.
    return failure(
      'internal',
      `the fork differs from its parent at event ${shared}, before its first intervention at ${at}`,
    )
  }
  return success({ ...fork.value, origin: { parent, at, interventions: own } })
}

function placeComplaint(
  parent: Recording,
  own: readonly Intervention[],
  before: readonly Intervention[],
): string | null {
  const { events } = parent.summary
  const first = own[0]
  const last = own.at(-1)
  if (first === undefined || last === undefined) return null
  if (!own.every((i) => Number.isSafeInteger(i.at) && i.at >= 0)) {
    return 'an intervention comes after a whole number of events'
  }
  if (first.at > events) return `the run ends after ${events} events, before event ${first.at}`
  const latest = before.at(-1)?.at ?? 0
  if (first.at >= latest) return null
  return `this run was itself changed at event ${latest}; fork its parent to change something before`
}

/** Events in which two logs agree from the start on, times included, `limit` at most. */
export function commonEvents(a: EventLog, b: EventLog, limit: number): number {
  const end = Math.min(limit, a.length, b.length)
  const [left, right] = [createRawChunk(), createRawChunk()]
  for (let k = 0; k << CHUNK_SHIFT < end; k++) {
    const rows = Math.min(CHUNK, end - (k << CHUNK_SHIFT))
    const same = commonRows(a.columns(k, left, 0, rows), b.columns(k, right, 0, rows), rows)
    if (same < rows) return (k << CHUNK_SHIFT) + same
  }
  return end
}

function commonRows(x: RawChunk, y: RawChunk, rows: number): number {
  let same = rows
  for (const name of Object.keys(x) as (keyof RawChunk)[]) {
    for (let i = 0; i < same; i++) if (x[name][i] !== y[name][i]) same = i
  }
  return same
}
