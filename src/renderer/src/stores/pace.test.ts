import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Pace } from './pace'

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

/** A work that ends when it is told to. */
function counted() {
  let done = 0
  let end = (): void => undefined
  const pace = new Pace(async () => {
    await new Promise<void>((resolve) => (end = resolve))
    done++
  }, 400)
  return { pace, done: () => done, end: () => end() }
}

describe('a pace', () => {
  it('works once for many askings, at the time of the first one, and sleeps then', async () => {
    let times = 0
    const pace = new Pace(() => Promise.resolve(times++), 400)
    pace.ask()
    await vi.advanceTimersByTimeAsync(300)
    pace.ask()
    await vi.advanceTimersByTimeAsync(99)
    expect(times).toBe(0)
    await vi.advanceTimersByTimeAsync(1)
    expect(times).toBe(1)
    expect(vi.getTimerCount()).toBe(0)
    await vi.advanceTimersByTimeAsync(10_000)
    expect(times).toBe(1)
  })

  it('does again what is asked for while it works, and never two at a time', async () => {
    const { pace, done, end } = counted()
    pace.ask()
    await vi.advanceTimersByTimeAsync(400)
    pace.ask()
    await vi.advanceTimersByTimeAsync(400)
    expect(done()).toBe(0)
    end()
    await vi.advanceTimersByTimeAsync(0)
    expect(done()).toBe(1)
    end()
    await vi.advanceTimersByTimeAsync(0)
    expect(done()).toBe(2)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('is at its end after a flush, and does nothing where nothing was asked for', async () => {
    const { pace, done, end } = counted()
    await pace.flush()
    expect(done()).toBe(0)
    pace.ask()
    const flushed = pace.flush()
    end()
    await flushed
    expect(done()).toBe(1)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('goes on after a work that failed', async () => {
    let times = 0
    const pace = new Pace(() => {
      times++
      return times === 1 ? Promise.reject(new Error('no')) : Promise.resolve()
    }, 400)
    pace.ask()
    await expect(pace.flush()).rejects.toThrow('no')
    pace.ask()
    await pace.flush()
    expect(times).toBe(2)
  })
})
