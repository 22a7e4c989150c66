import { beforeAll, describe, expect, it } from 'vitest'
import {
  __GFP_NOTRACK,
  __GFP_REPEAT,
  __GFP_ZERO,
  GFP_HIGHUSER_MOVABLE,
  GFP_KERNEL,
} from '../../include/linux/gfp'
import { bootMachine } from '../../machine/boot'
import { page_to_pfn, type Machine } from '../../machine/machine'
import { presetMachine } from '../../machine/presets'
import { alloc_pages } from '../../mm/page_alloc'
import { createKernel } from '../../patches/series'
import { keptRecording } from './files'
import type { PfnsLine } from './format'
import { areaOf, compareState, stateOf } from './state'

const PAGES_PER_TABLE = 512
const PAGE_TABLE_GFP = GFP_KERNEL | __GFP_NOTRACK | __GFP_REPEAT | __GFP_ZERO

/** Writes to pages [from, to) of an area that begins at a page table boundary; the PFNs they get. */
function touch(m: Machine, from: number, to: number): number[] {
  const pfns: number[] = []
  for (let i = from; i < to; i++) {
    if (i % PAGES_PER_TABLE === 0) alloc_pages(m, PAGE_TABLE_GFP, 0)
    pfns.push(page_to_pfn(m, alloc_pages(m, GFP_HIGHUSER_MOVABLE, 0)))
  }
  return pfns
}

describe('filling the board until pages come from CMA (e8-touch, errata 6)', () => {
  const recording = keptRecording('base/e8-touch')
  const fills = recording.lines.map(({ line }) => line).filter((line) => line.type === 'fill')
  let m: Machine

  beforeAll(() => {
    const made = presetMachine('vexpress-128m')
    if (!made.ok) throw new Error(made.message)
    m = bootMachine(made.spec, createKernel({ patches: [], mode: 'strict' }))
  })

  function expectState(label: string): void {
    expect(compareState(m, stateOf(recording, label))).toEqual([])
  }

  it('starts from the recorded boot state', () => {
    expectState('start')
  })

  it('reaches CMA at page 22,498, with 2,507 other pages still free', () => {
    const pfns = touch(m, 0, 22499)
    const [first, cma] = fills
    expect([pfns[0], pfns[22498]]).toEqual([first?.pfn, cma?.pfn])
    expectState('first page from CMA')
  })

  it('then steals E and U blocks, and spills again with only the reserve left', () => {
    const pfns = touch(m, 22499, 23996)
    const stolen = fills[2]
    const cma = fills[3]
    expect([stolen?.page, cma?.page].map((page) => pfns[(page ?? 0) - 22499])).toEqual([
      stolen?.pfn,
      cma?.pfn,
    ])
    expectState('spilling')
  })

  it('scatters four 2 MiB buffers over the area as recorded (errata 3)', () => {
    const pfns = touch(m, 0, 2048)
    const buffer = recording.lines.find(
      ({ line }) => line.type === 'pfns' && line.label === 'buffer touched',
    )?.line as PfnsLine
    expect(pfns.map((pfn) => pfn - areaOf(recording).base)).toEqual(buffer.offsets)
  })
})
