import { describe, expect, it } from 'vitest'
import { PAGE_CLASSES, type PageMapData } from '../../../../shared/contract'
import { createFakePinscope } from '../../test/fake-pinscope'
import { frameText, legendOf, mapText, positionsOf, rowOf, strongest } from './page-map-model'

async function openMap(): Promise<PageMapData> {
  const pinscope = createFakePinscope()
  const kernel = { patches: [], mode: 'strict' } as const
  const run = await pinscope.run({ scenario: 'sc-01', seed: 1, set: {}, kernel }, 't')
  if (!run.ok) throw new Error(run.error.message)
  const map = await pinscope.pageMap(run.value.run, null, 'state')
  if (!map.ok) throw new Error(map.error.message)
  return map.value
}

describe('page map in words', () => {
  it('counts every frame in exactly one legend entry', async () => {
    const map = await openMap()
    const legend = legendOf(map)
    expect(legend.reduce((sum, entry) => sum + entry.frames, 0)).toBe(map.cells.length)
    expect(legend.find((entry) => entry.name === 'pinned-long')).toMatchObject({
      label: 'pinned',
      frames: 2_048,
      free: false,
    })
  })

  it('tells PFN, class and pageblock of a frame', async () => {
    const map = await openMap()
    expect(frameText(map, 0x67403)).toBe('0x67403 · pinned (long) · pageblock 29 CMA')
  })

  it('tells the extent of memory and of the CMA area', async () => {
    expect(mapText(await openMap())).toBe(
      '32,768 frames 0x60000-0x67fff; CMA area default 0x67000-0x67fff',
    )
  })

  it('lists the sixteen frames around the selected one, cut at the end of memory', async () => {
    const map = await openMap()
    expect(rowOf(map, 0x67405).map((row) => row.pfn)).toEqual(
      Array.from({ length: 16 }, (_, i) => 0x67400 + i),
    )
    expect(rowOf({ ...map, cells: map.cells.slice(0, 20) }, 0x60012)).toHaveLength(4)
  })

  it('never hides a pinned page behind its neighbours', () => {
    const cells = Uint8Array.from(['anon', 'file', 'pinned-long', 'free-cma'] as const, (name) =>
      PAGE_CLASSES.indexOf(name),
    )
    expect(PAGE_CLASSES[strongest(cells, 0, 4)]).toBe('pinned-long')
    expect(PAGE_CLASSES[strongest(cells, 0, 2)]).toBe('anon')
    expect(PAGE_CLASSES[strongest(cells, 3, 4)]).toBe('free-cma')
  })

  it('lists the positions of all requests in order', () => {
    const tried = { startPfn: 1, endPfn: 2, ret: -16, attempts: 0, event: 0, blocking: [] }
    const request = {
      actor: 'codec',
      area: 'default',
      count: 1,
      align: 0,
      ret: -12,
      event: 0,
      timeNs: 0,
    }
    const second = { ...tried, startPfn: 9 }
    expect(
      positionsOf([
        { ...request, positions: [tried] },
        { ...request, positions: [second] },
      ]),
    ).toEqual([tried, second])
  })
})
