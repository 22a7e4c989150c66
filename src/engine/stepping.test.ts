/** Steps through a request that fails, in both directions. */
import { beforeAll, describe, expect, it } from 'vitest'
import { Debugger } from './debugger'
import { placeText } from './position'
import { HOOKS } from './test/hooks'
import { KERNELS, runShipped } from './test/scenario-run'
import { troublesOf } from './why/troubles'

let dbg: Debugger
let callEvent: number

beforeAll(async () => {
  const recording = await runShipped('sc-14', KERNELS.BASE)
  callEvent = troublesOf(recording).at(-1)?.callEvent ?? 0
  dbg = await Debugger.open(recording.tape, HOOKS)
}, 60_000)

async function toRequest(): Promise<void> {
  await dbg.seek({ event: callEvent, step: 0 })
  await dbg.step('forward')
}

/** Names of the functions entered, innermost first. */
async function path(): Promise<string[]> {
  return (await dbg.stack()).map((frame) => frame.fn)
}

describe('step', () => {
  it('goes into every function, and back out the same way', async () => {
    await toRequest()
    expect(await path()).toEqual(['dma_alloc_from_contiguous'])
    const places: string[] = []
    for (let i = 0; i < 12; i++) {
      places.push(placeText(dbg.position))
      await dbg.step('forward')
    }
    expect(await path()).toContain('alloc_contig_range')
    for (const place of places.toReversed()) {
      await dbg.step('backward')
      expect(placeText(dbg.position)).toBe(place)
    }
  })
})

describe('next', () => {
  it('takes each function that alloc_contig_range calls as one step, to its return', async () => {
    await toRequest()
    while ((await path())[0] !== 'alloc_contig_range') await dbg.step('forward')
    const called: string[] = []
    for (;;) {
      await dbg.next('forward')
      const [inner, outer] = await path()
      if (outer !== 'alloc_contig_range') break
      called.push(inner ?? '')
    }
    expect(called[0]).toBe('start_isolate_page_range')
    expect(called).toContain('__alloc_contig_migrate_range')
    expect(called.at(-1)).toBe('undo_isolate_page_range')
    expect((await path())[0]).toBe('alloc_contig_range')
  })

  it('comes back by the entries of the same functions', async () => {
    await toRequest()
    while ((await path())[0] !== 'alloc_contig_range') await dbg.step('forward')
    const forward: (string | undefined)[] = []
    for (let i = 0; i < 2; i++) {
      await dbg.next('forward')
      forward.push((await path())[0])
    }
    const backward: (string | undefined)[] = []
    for (let i = 0; i < 2; i++) {
      await dbg.next('backward')
      backward.push((await path())[0])
    }
    expect(backward.toReversed()).toEqual(forward)
  })
})

describe('finish', () => {
  it('goes to the return of the function and then of its caller; backward to the entries', async () => {
    await toRequest()
    while ((await path())[0] !== 'start_isolate_page_range') await dbg.step('forward')
    const entry = placeText(dbg.position)
    await dbg.finish('forward')
    expect((await path())[0]).toBe('start_isolate_page_range')
    expect(placeText(dbg.position)).not.toBe(entry)
    await dbg.finish('forward')
    expect((await path())[0]).toBe('alloc_contig_range')
    await dbg.finish('backward')
    await dbg.finish('backward')
    expect((await path())[0]).toBe('dma_alloc_from_contiguous')
  })

  it('is refused where no function is entered', async () => {
    await dbg.seek({ event: 0, step: 0 })
    expect(await dbg.stack()).toEqual([])
    expect(await dbg.finish('forward')).toMatchObject({ ok: false })
  })
})

describe('writes', () => {
  it('are the fields that a step changed, and none where it changed nothing', async () => {
    await toRequest()
    expect((await dbg.writes())?.framesDiffering).toBe(0)
    let before = dbg.machine.mem.count.slice()
    for (;;) {
      before = dbg.machine.mem.count.slice()
      await dbg.step('forward')
      if (dbg.machine.mem.count.some((count, page) => count !== before[page])) break
    }
    const changed = [...dbg.machine.mem.count.keys()].filter(
      (page) => dbg.machine.mem.count[page] !== before[page],
    )
    const written = await dbg.writes()
    const told = written?.frames.filter((f) => f.fields.some((x) => x.name === 'count'))
    expect(told?.map((f) => f.pfn - dbg.machine.startPfn)).toEqual(changed)
  })

  it('are none before the first place, where every way back ends', async () => {
    await dbg.seek({ event: 0, step: 0 })
    expect(await dbg.writes()).toBeNull()
    expect((await dbg.stepEvents(-1)).why.kind).toBe('start')
    expect((await dbg.step('backward')).why.kind).toBe('start')
    expect((await dbg.continue('backward')).why.kind).toBe('start')
  })
})
