/**
 * Asks a question again whenever it changes. One question is under way at a time, the newest one comes
 * next, and the ones between are never asked: so a cursor that is dragged asks as fast as the engine
 * answers. An answer is kept until the next one is there.
 */
import { onScopeDispose, shallowRef, watch, type ShallowRef } from 'vue'
import type { Failure, Result } from '../../../shared/result'

export interface Latest<Q, A> {
  readonly answer: ShallowRef<A | null>
  /** Why the newest question has no answer. */
  readonly failure: ShallowRef<Failure | null>
  /** The question that `answer` answers. */
  readonly of: ShallowRef<Q | null>
  readonly pending: ShallowRef<boolean>
}

/** True for the same value, and for objects with the same members. */
export function isSame(x: unknown, y: unknown): boolean {
  if (typeof x !== 'object' || typeof y !== 'object' || x === null || y === null) return x === y
  const [left, right] = [Object.entries(x), new Map(Object.entries(y))]
  return left.length === right.size && left.every(([name, value]) => right.get(name) === value)
}

/**
 * `question` null: nothing is to be known, and the answer is forgotten. A question whose members are those
 * of the one before is the same question, and not asked again.
 */
export function useLatest<Q, A>(
  question: () => Q | null,
  ask: (question: Q) => Promise<Result<A>>,
): Latest<Q, A> {
  const answer = shallowRef<A | null>(null)
  const failure = shallowRef<Failure | null>(null)
  const of = shallowRef<Q | null>(null)
  const pending = shallowRef(false)
  const next: { question: Q | null } = { question: null }

  async function work(): Promise<void> {
    pending.value = true
    let asked: Q | null = null
    for (let q = next.question; q !== null && q !== asked; q = next.question) {
      asked = q
      const result = await ask(q)
      // The answer to an older question is still better than a view that stands still.
      if (next.question === null) break
      if (result.ok) {
        of.value = q
        answer.value = result.value
      }
      failure.value = result.ok ? null : result.error
    }
    pending.value = false
  }

  watch(
    question,
    (asked) => {
      if (isSame(asked, next.question)) return
      next.question = asked
      if (asked === null) {
        answer.value = null
        of.value = null
        failure.value = null
      } else if (!pending.value) void work()
    },
    { immediate: true },
  )
  onScopeDispose(() => (next.question = null), true)
  return { answer, failure, of, pending }
}
