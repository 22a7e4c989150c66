/** Questions about the machine of a run at a place; null where it is not asked for now. */
import type { AspectData, Aspect } from '../../../../shared/sheet'
import type { PageInfo } from '../../../../shared/page'
import type { RunId } from '../../../../shared/run'
import type { Place } from '../../../../shared/place'
import type { AuditInfo } from '../../../../shared/why'
import { useLatest, type Latest } from '../../stores/latest'
import { usePinscope } from '../../wire/pinscope'

/** A run, and where in it one stands; the place null is its end. */
export interface RunPlace {
  readonly run: RunId
  readonly at: Place | null
}

/** A question is compared by its members, so it has no objects in it. */
interface Question<T> {
  readonly run: RunId
  readonly event: number | null
  readonly step: number
  readonly what: T
}

function useQuestion<T, A>(
  where: () => RunPlace | null,
  what: () => T | null,
  ask: (
    run: RunId,
    what: T,
    at: Place | null,
  ) => ReturnType<Parameters<typeof useLatest<Question<T>, A>>[1]>,
): Latest<Question<T>, A> {
  return useLatest<Question<T>, A>(
    () => {
      const [place, asked] = [where(), what()]
      if (place === null || asked === null) return null
      const { run, at } = place
      return { run, event: at?.event ?? null, step: at?.step ?? 0, what: asked }
    },
    async ({ run, event, step, what: asked }) =>
      await ask(run, asked, event === null ? null : { event, step }),
  )
}

export function usePage(
  where: () => RunPlace | null,
  pfn: () => number | null,
): Latest<Question<number>, PageInfo> {
  const pinscope = usePinscope()
  return useQuestion(where, pfn, async (run, frame, at) => await pinscope.page(run, frame, at))
}

export function useAspect(
  where: () => RunPlace | null,
  aspect: () => Aspect | null,
): Latest<Question<Aspect>, AspectData> {
  const pinscope = usePinscope()
  return useQuestion(where, aspect, async (run, name, at) => await pinscope.inspect(run, name, at))
}

export function useAudit(
  where: () => RunPlace | null,
): Latest<Question<'audit'>, readonly AuditInfo[]> {
  const pinscope = usePinscope()
  return useQuestion(
    where,
    () => 'audit' as const,
    async (run, _what, at) => await pinscope.audit(run, at),
  )
}
