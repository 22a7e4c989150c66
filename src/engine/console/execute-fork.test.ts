/** Forks from the console: the change, the verdict, the runs beside each other. */
import { beforeAll, describe, expect, it } from 'vitest'
import type { Recording } from '../run'
import { KERNELS, runShipped } from '../test/scenario-run'
import { troublesOf } from '../why/why'
import { ConsoleSession, type Reply } from './session'

const HOOKS = {
  breathe: () => Promise.resolve(),
  isCancelled: () => false,
  onProgress: () => undefined,
}

let recording: Recording
let before: number

beforeAll(async () => {
  recording = await runShipped('sc-14', KERNELS.BASE)
  before = (troublesOf(recording).at(-1)?.callEvent ?? 0) - 1
}, 60_000)

async function replies(...lines: string[]): Promise<Reply[]> {
  const session = await ConsoleSession.open(recording, HOOKS)
  const all: Reply[] = []
  for (const line of lines) all.push(await session.run(line))
  return all
}

async function last(...lines: string[]): Promise<Reply> {
  return (await replies(...lines)).at(-1) as Reply
}

describe('fork', () => {
  it('with nothing changed does the same, and says so', async () => {
    const reply = await last(`seek ${before}`, 'fork', 'diverge')
    expect(reply.text).toBe('Both runs do the same from start to end.\n')
  })

  it('goes on from the cursor and leaves the run it comes from as it was', async () => {
    const all = await replies(`seek ${before}`, 'fork sleep codec 10ms', 'when', 'switch 0', 'when')
    expect(all[1]?.text).toContain(`Run 1: sleep codec`)
    expect(all[2]?.text).toMatch(new RegExp(`^${before} · `))
    expect(all[4]?.text).toBe(all[2]?.text)
  })

  it('nests, and the table tells what comes from where', async () => {
    const reply = await last(`seek ${before}`, 'fork drain', 'fork sleep codec 1ms', 'forks')
    const rows = reply.text.split('\n')
    expect(rows[1]).toMatch(/^ +0 +the run itself/)
    expect(rows[2]).toMatch(/1 +of 0 at \d+ +drain/)
    expect(rows[3]).toMatch(/^> +2 +of 1 at \d+ +sleep codec/)
  })

  it('tells where it parts from its parent, and how the states differ there', async () => {
    const reply = await last(
      `seek ${before}`,
      'fork inject -EBUSY at 1st alloc_contig_range',
      'diverge',
    )
    expect(reply.text).toMatch(/^They part in codec's dma_alloc_from_contiguous/)
  })

  it('of a fork keeps the kernel that the fork has', async () => {
    const all = await replies(
      `seek ${before}`,
      'fork patch 1 on',
      'fork patch 3 on',
      'fork patch 4 on',
      'forks',
    )
    expect(all.map((r) => r.how)).toEqual(['done', 'done', 'done', 'done', 'done'])
    expect(all[4]?.text).toMatch(/^> +3 +of 2 at \d+ +patch 4 on/m)
  })

  it('with a later policy leaves the patches out', async () => {
    const all = await replies(`seek ${before}`, 'fork patch 1 on', 'fork policy longterm-5.1')
    expect(all[2]).toMatchObject({ how: 'done' })
  })

  it('with a larger area is another run from its start on', async () => {
    const reply = await last('fork grow default 1024')
    expect(reply.text).toMatch(/^Run 1: grow default 1,024 pages, from event 0 on/)
  })

  it('keeps the breakpoints', async () => {
    const reply = await last(
      'break event sim_cma_alloc',
      `seek ${before}`,
      'fork drain',
      'continue',
    )
    expect(reply.text).toContain('sim_cma_alloc')
  })

  it.each([
    ['fork unpin 0x60000', /nobody pins PFN 0x60000/],
    ['fork patch 4 on', /do not build/],
    ['fork sleep nobody 1ms', /nobody/],
    ['switch 7', /7/],
    ['diverge', /this run is no fork/],
  ])('%s is refused with the reason, and the session goes on', async (line, reason) => {
    const all = await replies('when', line, 'when')
    expect(all[1]).toMatchObject({ how: 'refused' })
    expect(all[1]?.text).toMatch(reason)
    expect(all[2]?.text).toBe(all[0]?.text)
  })
})
