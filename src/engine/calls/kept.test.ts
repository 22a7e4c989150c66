import { beforeAll, describe, expect, it } from 'vitest'
import { ConsoleSession } from '../console/session'
import type { Recording } from '../run'
import { HOOKS } from '../test/hooks'
import { KERNELS, runShipped } from '../test/scenario-run'
import { Kept } from './kept'

let recording: Recording

beforeAll(async () => {
  recording = await runShipped('r-01', KERNELS.BASE)
}, 60_000)

describe('the runs an engine keeps', () => {
  it('are sixteen at most, and one that goes makes room', () => {
    const kept = new Kept()
    const runs = Array.from({ length: 16 }, () => kept.add({ ...recording }))
    expect(kept.complaint()).toBe('the engine keeps at most 16 runs; drop one first')
    expect(kept.runComplaint()).toBeNull()
    kept.drop(runs[3]?.id ?? 0)
    expect(kept.complaint()).toBeNull()
    expect(kept.get(4).ok).toBe(false)
  })

  it('are numbered from where the engine was told to begin', () => {
    const kept = new Kept(7)
    expect(kept.add(recording).id).toBe(7)
    expect(kept.get(1).ok).toBe(false)
  })

  it('leave room for both sides to be run again, and no more', () => {
    const kept = new Kept()
    for (let n = 0; n < 18; n++) kept.add({ ...recording })
    expect(kept.runComplaint()).toBe('the engine keeps at most 16 runs; drop one first')
  })

  it('keep their numbers, also when a console still names one that was dropped', () => {
    const kept = new Kept()
    const id = kept.idOf(recording)
    expect(kept.idOf(recording)).toBe(id)
    kept.drop(id)
    expect(kept.idOf(recording)).toBe(id)
    expect(kept.get(id).ok).toBe(false)
  })

  it('have one alignment a pair, forgotten with either of them', () => {
    const kept = new Kept()
    const [a, b] = [kept.add({ ...recording }), kept.add({ ...recording })]
    let made = 0
    const align = () => kept.alignment(a, b, () => new Int32Array([++made]))[0]
    expect([align(), align()]).toEqual([1, 1])
    kept.drop(b.id)
    expect(align()).toBe(2)
  })

  it('do their replays one after the other, also after one that failed', async () => {
    const run = new Kept().add(recording)
    const order: string[] = []
    const slow = run.inTurn(async () => {
      await Promise.resolve()
      order.push('first')
      throw new Error('broken')
    })
    const next = run.inTurn(() => Promise.resolve(order.push('second')))
    await expect(slow).rejects.toThrow('broken')
    await next
    expect(order).toEqual(['first', 'second'])
  })
})

describe('a console without room for forks', () => {
  it('says so before it runs anything', async () => {
    const session = await ConsoleSession.open(recording, HOOKS, () => 'no room')
    expect(await session.run('fork drain')).toEqual({ text: 'no room\n', how: 'refused' })
    expect(session.runs).toHaveLength(1)
  })
})
