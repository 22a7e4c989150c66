import { describe, expect, test } from 'vitest'
import { GFP_KERNEL } from '../include/linux/gfp'
import { toySpec } from '../machine/builders'
import { check } from '../machine/check'
import { startScenario, type ScenarioRun } from './run'
import type { Instruction } from './types'

const NO_EXTRAS = { counterfactualReason: null, files: [], jitterNs: 0, expect: {} } as const

function run(actors: Record<string, readonly Instruction[]>): ScenarioRun {
  const machine = toySpec({ pages: 128, maxOrder: 6, pageblockOrder: 5, watermarks: [4, 5, 6] })
  const scenario = {
    ...NO_EXTRAS,
    id: 'oom',
    machine,
    actors: Object.entries(actors).map(([name, program], i) => ({
      name,
      cpu: 0,
      startNs: i,
      threadOf: null,
      program,
    })),
  }
  const r = startScenario({ scenario, seed: 1, kernel: { patches: [], mode: 'strict' } }, null)
  while (r.advance(1e6));
  return r
}

function mmapAndWrite(as: string, pages: number): Instruction[] {
  return [
    { op: 'mmap', as, pages, locked: false, file: null, shared: false },
    { op: 'write', area: as, from: 0, pages: null, order: 'ascending' },
  ]
}

const take: Instruction = { op: 'allocPages', as: 'k', gfp: GFP_KERNEL, order: 0, blocks: 30 }

describe('the OOM killer in a run', () => {
  test('5.6 step 10: the largest process dies, and the request goes on with its memory', () => {
    const r = run({
      hog: [
        ...mmapAndWrite('m', 100),
        { op: 'signal', name: 'full' },
        { op: 'wait', name: 'never' },
      ],
      small: [{ op: 'wait', name: 'full' }, ...mmapAndWrite('m', 2)],
      driver: [{ op: 'wait', name: 'full' }, take, { op: 'signal', name: 'never' }],
    })
    const texts = r.machine.dmesg.map((line) => line.text)
    expect(
      texts.some((t) => t.startsWith('driver invoked oom-killer: gfp_mask=0xd0, order=0')),
    ).toBe(true)
    expect(
      texts.filter((t) => /^Out of memory: Kill process \d+ \(hog\) score \d+ or/.test(t)),
    ).toHaveLength(1)
    expect(
      texts.filter((t) =>
        /^Killed process \d+ \(hog\) total-vm:400kB, anon-rss:\d+kB, file-rss:0kB$/.test(t),
      ),
    ).toHaveLength(1)
    expect(r.machine.tasks.find((t) => t.comm === 'hog')).toMatchObject({ mm: -1, memdie: true })
    expect(r.machine.tasks.find((t) => t.comm === 'small')?.sigkill).toBe(false)
    expect(check(r.machine, { quiescent: true })).toEqual([])
  })

  test('signals a killed actor would have sent count as sent, so that nobody waits for ever', () => {
    const r = run({
      hog: [
        ...mmapAndWrite('m', 100),
        { op: 'signal', name: 'full' },
        { op: 'sleep', ns: 1e12, jitterNs: 0 },
        { op: 'signal', name: 'hog done' },
      ],
      driver: [{ op: 'wait', name: 'full' }, take],
      last: [{ op: 'wait', name: 'hog done' }],
    })
    expect(r.fraction()).toBeLessThan(1)
    expect(r.machine.now).toBeLessThan(1e12)
  })

  test('S-08: with nobody left to kill a small request ends as one that would loop', () => {
    const many: Instruction = {
      ...take,
      blocks: 200,
    }
    const r = run({ driver: [many] })
    expect(r.machine.tasks.some((t) => t.sigkill)).toBe(false)
    expect(check(r.machine, { quiescent: true })).toEqual([])
  })
})

describe('errata 2: a real shortage while CMA is empty of others', () => {
  const PAGE = 4096
  const BUFFER = 8
  /** Takes what an atomic request gets: what is left outside CMA is below every mark that counts. */
  const exhaust: Instruction = { op: 'allocPages', as: 'k', gfp: 0x200, order: 0, blocks: 64 }

  function shortage(patches: readonly number[]): ScenarioRun {
    const machine = toySpec({
      pages: 128,
      maxOrder: 6,
      pageblockOrder: 5,
      watermarks: [8, 10, 12],
      cma: [64, 64],
      cmaAlignmentOrder: 3,
    })
    const camera: Instruction[] = [
      { op: 'mmap', as: 'a', pages: 40, locked: false, file: null, shared: false },
      { op: 'write', area: 'a', from: 0, pages: 1, order: 'ascending' },
      { op: 'signal', name: 'up' },
      { op: 'wait', name: 'short' },
      { op: 'write', area: 'a', from: 1, pages: 24, order: 'ascending' },
      { op: 'openVideo', as: 'q', memory: 'userptr', direction: 'capture' },
      { op: 'reqbufs', queue: 'q', count: 1, size: BUFFER * PAGE, id: null },
      { op: 'qbuf', queue: 'q', index: 0, area: 'a', from: 8, size: BUFFER * PAGE, id: 'qbuf' },
      { op: 'signal', name: 'queued' },
      { op: 'sleep', ns: 1e9, jitterNs: 0 },
    ]
    const codec: Instruction[] = [
      { op: 'wait', name: 'up' },
      exhaust,
      { op: 'signal', name: 'short' },
      { op: 'wait', name: 'queued' },
      { op: 'dmaAlloc', as: 'b', pages: 64, align: 0, cma: 0, id: 'dma' },
    ]
    const actors = Object.entries({ camera, codec }).map(([name, program], i) => ({
      name,
      cpu: 0,
      startNs: i,
      threadOf: null,
      program,
    }))
    const scenario = { ...NO_EXTRAS, id: 'errata-2', machine, actors }
    const r = startScenario({ scenario, seed: 1, kernel: { patches, mode: 'strict' } }, null)
    while (r.advance(1e6));
    return r
  }

  const texts = (r: ScenarioRun): string[] => r.machine.dmesg.map((line) => line.text)
  const retOf = (r: ScenarioRun, id: string): number | undefined =>
    r.outcomes.find((o) => o.id === id)?.ret

  test('FULL: the camera is killed inside QBUF, by the replacement it asked for (0x200d2)', () => {
    const r = shortage([1, 2, 3, 4, 5])
    expect(texts(r)).toContain(
      'camera invoked oom-killer: gfp_mask=0x200d2, order=0, oom_score_adj=0',
    )
    expect(texts(r).some((t) => /^Killed process \d+ \(camera\)/.test(t))).toBe(true)
    expect(retOf(r, 'qbuf')).toBe(-14)
    expect(r.machine.pins.size).toBe(0)
    expect(check(r.machine, { quiescent: true })).toEqual([])
  })

  test('FLT-21: at baseline QBUF returns 0, and the camera dies later for a migration target (0x200d8)', () => {
    const r = shortage([])
    expect(retOf(r, 'qbuf')).toBe(0)
    expect(texts(r)).toContain(
      'codec invoked oom-killer: gfp_mask=0x200d8, order=0, oom_score_adj=0',
    )
    expect(texts(r).some((t) => /^Killed process \d+ \(camera\)/.test(t))).toBe(true)
    expect(r.machine.pins.size).toBe(0)
    expect(check(r.machine, { quiescent: true })).toEqual([])
  })
})
