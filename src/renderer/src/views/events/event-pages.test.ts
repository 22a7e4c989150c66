import { describe, expect, it } from 'vitest'
import type { Calls } from '../../../../shared/contract'
import type { Failure } from '../../../../shared/result'
import { failure, success } from '../../../../shared/result'
import { EventPages, PAGE_ROWS } from './event-pages'

function open(matches: number, broken: () => boolean = () => false) {
  const asked: [number, number][] = []
  const failures: (Failure | null)[] = []
  const events: Calls['events'] = (_run, _filter, from, count) => {
    asked.push([from, count])
    if (broken()) return Promise.resolve(failure('not-found', 'run 3 is not kept any more'))
    const lines = Array.from({ length: Math.min(count, matches - from) }, (_, i) => ({
      ...{ event: (from + i) * 10, timeNs: 0, actor: 'camera', name: 'sim_fault', text: '' },
      ...{ task: 1, cpu: 0, pfns: [] },
    }))
    return Promise.resolve(success({ from, lines }))
  }
  const listed = { side: 'a', run: 3, filter: 'x', matches, events: matches * 10 } as const
  const pages = new EventPages({ events }, listed, (f) => failures.push(f))
  return { asked, pages, failures }
}

describe('pages of the event list', () => {
  it('are got whole, once, with the row before the first', async () => {
    const { pages, asked } = open(1_000)
    await pages.load(PAGE_ROWS, PAGE_ROWS + 10)
    expect(asked).toEqual([
      [0, PAGE_ROWS],
      [PAGE_ROWS, PAGE_ROWS],
    ])
    expect(pages.line(PAGE_ROWS + 3)?.event).toBe((PAGE_ROWS + 3) * 10)
    expect(pages.line(5)?.event).toBe(50)
    expect(pages.load(10, 300)).toBeNull()
    expect(pages.line(999)).toBeUndefined()
  })

  it('end where the matches end', async () => {
    const { pages, asked } = open(10)
    await pages.load(0, 50)
    expect(asked).toEqual([[0, PAGE_ROWS]])
    expect(pages.line(9)?.event).toBe(90)
    expect(pages.line(10)).toBeUndefined()
  })

  it('are forgotten when others were looked at since, the oldest first', async () => {
    const { pages } = open(1_000_000)
    await pages.load(0, 1)
    for (let page = 1; page <= 40; page++) {
      await pages.load(page * PAGE_ROWS + 1, page * PAGE_ROWS + 2)
    }
    expect(pages.line(0)).toBeUndefined()
    expect(pages.line(40 * PAGE_ROWS)).toBeDefined()
  })

  it('say why they did not come, and are asked for again', async () => {
    let isBroken = true
    const { pages, failures } = open(1_000, () => isBroken)
    await pages.load(0, 10)
    expect(failures.at(-1)?.message).toContain('not kept')
    isBroken = false
    await pages.load(0, 10)
    expect(failures.at(-1)).toBeNull()
    expect(pages.line(0)).toBeDefined()
  })
})
