import { effectScope, nextTick, shallowRef } from 'vue'
import { describe, expect, it } from 'vitest'
import { failure, success, type Result } from '../../../shared/result'
import { useLatest } from './latest'

/** An engine that answers when it is told to. */
function open() {
  const asked: number[] = []
  const answers: ((result: Result<string>) => void)[] = []
  const question = shallowRef<number | null>(1)
  const scope = effectScope()
  const latest = scope.run(() =>
    useLatest(
      () => question.value,
      (q) => {
        asked.push(q)
        return new Promise<Result<string>>((resolve) => answers.push(resolve))
      },
    ),
  )
  if (latest === undefined) throw new Error('the scope did not run')
  const reply = async (result: Result<string>): Promise<void> => {
    answers.shift()?.(result)
    await new Promise((resolve) => setTimeout(resolve))
  }
  const put = async (q: number | null): Promise<void> => {
    question.value = q
    await nextTick()
  }
  return { asked, latest, reply, put, scope }
}

describe('useLatest', () => {
  it('asks one question at a time and passes over those that were overtaken', async () => {
    const { asked, latest, reply, put } = open()
    for (const q of [2, 3, 4]) await put(q)
    expect(asked).toEqual([1])
    await reply(success('one'))
    expect(asked).toEqual([1, 4])
    expect([latest.answer.value, latest.of.value]).toEqual(['one', 1])
    await reply(success('four'))
    expect([latest.answer.value, latest.of.value, latest.pending.value]).toEqual(['four', 4, false])
  })

  it('keeps the last answer beside the failure of a newer question', async () => {
    const { latest, reply, put } = open()
    await reply(success('one'))
    await put(2)
    await reply(failure('not-found', 'no such place'))
    expect(latest.answer.value).toBe('one')
    expect(latest.failure.value?.message).toBe('no such place')
    await put(3)
    await reply(success('three'))
    expect(latest.failure.value).toBeNull()
  })

  it('forgets everything when there is nothing to be known, also what is still under way', async () => {
    const { latest, reply, put, asked } = open()
    await put(null)
    await reply(success('one'))
    expect([latest.answer.value, latest.pending.value]).toEqual([null, false])
    await put(5)
    expect(asked).toEqual([1, 5])
  })

  it('does not ask again what has the same members, whatever made it anew', async () => {
    const asked: { run: number; event: number }[] = []
    const tick = shallowRef(0)
    const event = shallowRef(5)
    const scope = effectScope()
    scope.run(() =>
      useLatest(
        () => ({ run: Math.min(1, tick.value), event: event.value }),
        (q) => {
          asked.push(q)
          return Promise.resolve(success(q.event))
        },
      ),
    )
    tick.value = 1
    await new Promise((resolve) => setTimeout(resolve))
    const before = asked.length
    for (let i = 2; i < 5; i++) {
      tick.value = i
      await new Promise((resolve) => setTimeout(resolve))
    }
    expect(asked).toHaveLength(before)
    event.value = 6
    await new Promise((resolve) => setTimeout(resolve))
    expect(asked.at(-1)).toEqual({ run: 1, event: 6 })
    scope.stop()
  })

  it('takes no answer once its scope has ended', async () => {
    const { latest, reply, scope } = open()
    scope.stop()
    await reply(success('one'))
    expect(latest.answer.value).toBeNull()
  })
})
