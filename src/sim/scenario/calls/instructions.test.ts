/** Instructions of scenarios that few shipped files use, each on a small machine. */
import { describe, expect, test } from 'vitest'
import { GFP_KERNEL } from '../../include/linux/gfp'
import { PG_dirty, PG_writeback } from '../../include/linux/page-flags'
import { toySpec } from '../../machine/builders'
import { check } from '../../machine/check'
import type { Machine } from '../../machine/machine'
import { testFlag } from '../../machine/page'
import { startScenario, type ScenarioRun } from '../run'
import type { FilePlan, Instruction } from '../types'

function play(program: readonly Instruction[], files: readonly FilePlan[] = []): ScenarioRun {
  const machine = toySpec({ pages: 256, maxOrder: 6, pageblockOrder: 5, watermarks: [2, 3, 4] })
  const actor = { name: 'a', cpu: 0, startNs: 0, threadOf: null, program }
  const scenario = {
    ...{ id: 'calls', counterfactualReason: null, jitterNs: 0, expect: {} },
    ...{ machine, files, actors: [actor] },
  }
  const r = startScenario({ scenario, seed: 1, kernel: { patches: [], mode: 'strict' } }, null)
  while (r.advance(1e6));
  expect(r.surprises).toEqual([])
  return r
}

const mmap = (as: string, pages: number): Instruction => ({
  ...{ op: 'mmap' as const, as, pages },
  ...{ locked: false, file: null, shared: false },
})

/** Cached pages of the machine's only file that have the flag. */
function filePagesWith(m: Machine, flag: number): number {
  const file = m.address_spaces.find((a) => a?.name === 'f')
  return [...(file?.pages.values() ?? [])].filter((page) => testFlag(m, page, flag)).length
}

const write: Instruction = { op: 'writeFile', file: 'f', from: 0, pages: null }
const fileOf = (kind: FilePlan['kind']): FilePlan[] => [{ name: 'f', pages: 4, kind }]

describe('sync', () => {
  test('leaves no page of a file dirty or under writeback', () => {
    expect(filePagesWith(play([write], fileOf('plain')).machine, PG_dirty)).toBe(4)
    const { machine } = play([write, { op: 'sync' }], fileOf('plain'))
    expect(filePagesWith(machine, PG_dirty)).toBe(0)
    expect(filePagesWith(machine, PG_writeback)).toBe(0)
    expect(check(machine)).toEqual([])
  })

  test('leaves pages dirty that nothing can write back', () => {
    const { machine } = play([write, { op: 'sync' }], fileOf('unmovable'))
    expect(filePagesWith(machine, PG_dirty)).toBe(4)
  })
})

describe('compact', () => {
  test('moves pages out of the way, so that a block becomes free which was not', () => {
    const holes: Instruction[] = [
      mmap('m', 128),
      { op: 'write', area: 'm', from: 0, pages: null, order: 'ascending' },
      { op: 'drain', what: 'lru' },
      ...Array.from({ length: 64 }, (_, i) => ({
        ...{ op: 'dontneed' as const, area: 'm', from: 2 * i, pages: 1 },
      })),
      { op: 'drain', what: 'pcp' },
    ]
    const before = play(holes).machine
    const { machine } = play([...holes, { op: 'compact', id: 'compact', expectRet: 0 }])
    expect(machine.counters.migrated).toBeGreaterThan(before.counters.migrated)
    expect(check(machine)).toEqual([])
  })
})

describe('holdBuffers', () => {
  const hold = { op: 'holdBuffers', as: 'h', file: 'f', from: 0, pages: null, id: 'h' } as const

  test('holds a buffer of every cached page, until the release', () => {
    const held = play([write, hold], fileOf('blockdev'))
    expect(held.outcomes.find((o) => o.id === 'h')?.ret).toBe(4)
    expect(held.machine.bufferRefs.size).toBe(4)
    const { machine } = play([write, hold, { op: 'release', of: 'h' }], fileOf('blockdev'))
    expect(machine.bufferRefs.size).toBe(0)
    expect(check(machine)).toEqual([])
  })

  test('holds nothing of a file whose pages have no buffer heads, or are not cached', () => {
    for (const run of [play([write, hold], fileOf('plain')), play([hold], fileOf('blockdev'))]) {
      expect(run.outcomes.find((o) => o.id === 'h')?.ret).toBe(0)
    }
  })
})

describe('openVideo', () => {
  test.each([
    ['dma-contig', 'vb2_dc_get_userptr'],
    ['dma-sg', 'vb2_dma_sg_get_userptr'],
    ['vmalloc', 'vb2_vmalloc_get_userptr'],
  ] as const)('pins a USERPTR buffer by the memory operations of %s', (allocator, through) => {
    const { machine, outcomes } = play([
      { op: 'openVideo', as: 'q', memory: 'userptr', direction: 'capture', allocator },
      { op: 'reqbufs', queue: 'q', count: 1, size: 8192 },
      mmap('m', 2),
      { op: 'qbuf', queue: 'q', index: 0, area: 'm', from: 0, size: 8192, id: 'qbuf' },
    ])
    expect(outcomes.at(-1)).toMatchObject({ id: 'qbuf', ret: 0 })
    const paths = [...machine.pins.values()].flat().map((p) => machine.holders[p.holder]?.path)
    expect(paths).toHaveLength(2)
    for (const path of paths) expect(path).toContain(through)
  })
})

test('allocPages of kernel memory is no page that compaction could move', () => {
  const take: Instruction = { op: 'allocPages', as: 'k', gfp: GFP_KERNEL, order: 0, blocks: 60 }
  const free: Instruction = { op: 'freePages', of: 'k', every: 2 }
  expect(play([take, free, { op: 'compact' }]).machine.counters.migrated).toBe(0)
})
