import { describe, expect, it } from 'vitest'
import { PAGE_CLASSES, type PageMapData } from '../../../../shared/page-map'
import { createFakePinscope } from '../../test/fake-pinscope'
import { colouringOf } from './colouring'
import {
  blockCount,
  blockRow,
  frameText,
  mapText,
  positionsOf,
  RANK_OF,
  rowOf,
  strongest,
} from './page-map-model'

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
  it('tells PFN, class and pageblock of a frame', async () => {
    const map = await openMap()
    expect(frameText(map, 0x67403)).toBe('0x67403 · pinned (long) · pageblock 29 CMA')
    const cells = map.cells.slice().fill(1)
    const legend = ['nobody', 'camera: vb2 QBUF'].map((label, i) => ({ label, frames: i }))
    const owners = { ...map, at: null, layer: { mode: 'owner', cells, legend } } as const
    expect(frameText(owners, 0x67403, colouringOf(owners, new Map()))).toBe(
      '0x67403 · pinned (long) · owner: camera: vb2 QBUF · pageblock 29 CMA',
    )
  })

  it('tells the extent of memory and of the CMA area', async () => {
    expect(mapText(await openMap())).toBe(
      '32,768 frames 0x60000-0x67fff; CMA area default 0x67000-0x67fff',
    )
  })

  it('lists the sixteen frames around the selected one, cut at the end of memory', async () => {
    const map = await openMap()
    expect(rowOf(map, 0x67405, colouringOf(map, new Map())).map((row) => row.pfn)).toEqual(
      Array.from({ length: 16 }, (_, i) => 0x67400 + i),
    )
    const cut = { ...map, cells: map.cells.slice(0, 20) }
    expect(rowOf(cut, 0x60012, colouringOf(cut, new Map()))).toHaveLength(4)
  })

  it('adds the frames of a pageblock up, the most first', async () => {
    const map = await openMap()
    const colouring = colouringOf(map, new Map())
    expect(blockCount(map)).toBe(32)
    expect(blockRow(map, 29, colouring)).toEqual({
      block: 29,
      startPfn: 0x67400,
      endPfn: 0x67800,
      type: 'CMA',
      parts: [{ label: 'pinned (long)', frames: 1024 }],
    })
    const all = Array.from({ length: 32 }, (_, block) => blockRow(map, block, colouring).parts)
    expect(all.flat().reduce((sum, part) => sum + part.frames, 0)).toBe(map.cells.length)
    for (const parts of all) {
      expect(parts.map((p) => p.frames)).toEqual(
        parts.map((p) => p.frames).toSorted((x, y) => y - x),
      )
    }
  })

  it('never hides a pinned page behind its neighbours', () => {
    const cells = Uint8Array.from(['anon', 'file', 'pinned-long', 'free-cma'] as const, (name) =>
      PAGE_CLASSES.indexOf(name),
    )
    expect(PAGE_CLASSES[strongest(cells, RANK_OF, 0, 4)]).toBe('pinned-long')
    expect(PAGE_CLASSES[strongest(cells, RANK_OF, 0, 2)]).toBe('anon')
    expect(PAGE_CLASSES[strongest(cells, RANK_OF, 3, 4)]).toBe('free-cma')
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
