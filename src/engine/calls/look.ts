/** The calls that look at the machine at a place. */
import type { LookCalls } from '../../shared/calls/look'
import type { PlacedMap } from '../../shared/page-map'
import type { Place } from '../../shared/place'
import { failure, success, type Result } from '../../shared/result'
import { pfn_to_page, pfn_valid, type Machine } from '../../sim'
import { aspectData } from '../aspects/aspects'
import { mapLayer } from '../map-layers'
import { pageHistory, pageInfo } from '../page-info'
import { pageMap } from '../page-map'
import { audit } from '../why/audit'
import type { Kept, KeptRun } from './kept'

/** Looks at the machine of a run at a place; where the console stands, its machine is there already. */
async function atPlace<T>(
  run: KeptRun,
  at: Place | null,
  use: (m: Machine) => T,
): Promise<Result<T>> {
  const { machine, tape } = run.recording
  // The end is there already: it need not wait for a replay that is under way.
  if (at === null || at.event >= tape.events) return success(use(machine))
  return await run.inTurn(async () =>
    success(await run.lens.at(at, run.console?.stateOf(run.recording) ?? null, use)),
  )
}

function noFrame(pfn: number): Result<never> {
  return failure('not-found', `pfn 0x${pfn.toString(16)} lies in no zone of this machine`)
}

export function lookCalls(kept: Kept): LookCalls {
  return {
    pageMap: (id, at, mode) =>
      kept.with(id, (run) =>
        atPlace(run, at, (m): PlacedMap => {
          const layer = mode === 'state' ? null : mapLayer(m, run.recording.recorder.log, mode)
          return { ...pageMap(m), at, layer }
        }),
      ),
    page: (id, pfn, at) =>
      kept.with(id, (run) => {
        if (!pfn_valid(run.recording.machine, pfn)) return noFrame(pfn)
        return atPlace(run, at, (m) => pageInfo(m, pfn_to_page(m, pfn)))
      }),
    pageHistory: (id, pfn, from, by, limit) =>
      kept.with(id, ({ recording: { machine, recorder } }) =>
        pfn_valid(machine, pfn)
          ? success(pageHistory(machine, recorder, pfn, from, by, limit))
          : noFrame(pfn),
      ),
    inspect: (id, aspect, at) =>
      kept.with(id, (run) => atPlace(run, at, (m) => aspectData(m, aspect))),
    audit: (id, at) =>
      kept.with(id, (run) =>
        atPlace(run, at, (m) =>
          m.cma.flatMap((_, i) => {
            const audited = audit(m, i, 0, 0)
            if (audited === null) return []
            const { positions: _positions, ...info } = audited
            return [info]
          }),
        ),
      ),
  }
}
