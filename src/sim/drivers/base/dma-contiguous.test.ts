import { describe, expect, it } from 'vitest'
import { bootMachine } from '../../machine/boot'
import { mapAnonFrame, printLists, recordEvents, toyMachine, toySpec } from '../../machine/builders'
import { check } from '../../machine/check'
import { REF_PIN, USE_CMA_BUFFER } from '../../machine/kinds'
import { newHolder, pin_get, ref_count } from '../../machine/ledger'
import { addTask, type Machine } from '../../machine/machine'
import { runToEnd } from '../../machine/proc'
import { NULL_PAGE } from '../../machine/types'
import { failNextAllocs } from '../../machine/fault'
import { createKernel } from '../../patches/series'
import {
  dev_get_cma_area,
  dma_alloc_from_contiguous,
  dma_release_from_contiguous,
  lockCmaMutex,
  unlockCmaMutex,
} from './dma-contiguous'

const BASE = 32

/** An area of 32 pages at 32, free but for its page 2, which somebody has pinned. */
function machineWithPinAt2(): Machine {
  const m = toyMachine({
    maxOrder: 6,
    pageblockOrder: 5,
    pages: 128,
    blocks: 'MC',
    only: 'o1 C:[32] o0 C:[35] o2 C:[36] o3 C:[40] o4 C:[48] o5 M:[0,64,96]',
    cma: [BASE, 32],
  })
  mapAnonFrame(m, BASE + 2)
  pin_get(m, BASE + 2, newHolder(m, 'test pin', true).id)
  return m
}

function alloc(m: Machine, count: number, align: number): number {
  return runToEnd(m, dma_alloc_from_contiguous(m, m.cma[0], count, align))
}

function setBits(m: Machine): number[] {
  return Array.from(m.cma[0]?.bitmap ?? []).flatMap((bit, i) => (bit === 1 ? [i] : []))
}

function tries(events: readonly string[]): string[] {
  return events.filter((line) => line.startsWith('sim_cma_try_ret:'))
}

describe('dev_get_cma_area', () => {
  it("is the device's own area, else the default one, for no device too (8.1.5)", () => {
    const spec = toySpec({ cma: [16, 8] })
    const own = { name: 'mfc', startPfn: 24, pages: 8, device: 'mfc' }
    const kernel = createKernel({ patches: [], mode: 'strict' })
    const m = bootMachine({ ...spec, cma: [...spec.cma, own] }, kernel)
    expect(m.cma.map((area) => area.name)).toEqual(['toy', 'mfc'])
    const base = (device: string | null): number | undefined =>
      dev_get_cma_area(m, device)?.base_pfn
    expect([base('mfc'), base('fimc'), base(null)]).toEqual([24, 16, 16])
    const alone = bootMachine({ ...spec, cma: [own] }, kernel)
    expect(dev_get_cma_area(alone, 'fimc')).toBeUndefined()
  })
})

describe('dma_alloc_from_contiguous', () => {
  it('steps by the alignment past a pinned page (EX-42)', () => {
    const m = machineWithPinAt2()
    const events = recordEvents(m)
    expect(alloc(m, 4, 2)).toBe(BASE + 4)
    expect(setBits(m)).toEqual([4, 5, 6, 7])
    expect(tries(events)).toEqual([
      'sim_cma_try_ret: start_pfn=0x20 end_pfn=0x24 ret=-16',
      'sim_cma_try_ret: start_pfn=0x24 end_pfn=0x28 ret=0',
    ])
    expect(m.mem.use[BASE + 5]).toBe(USE_CMA_BUFFER)
    expect(check(m)).toEqual([])
  })

  it('tries every start without alignment (EX-42)', () => {
    const m = machineWithPinAt2()
    const events = recordEvents(m)
    expect(alloc(m, 4, 0)).toBe(BASE + 3)
    expect(setBits(m)).toEqual([3, 4, 5, 6])
    expect(tries(events)).toHaveLength(4)
  })

  it('gives up at once when memory is short (EX-42, 8.3.3)', () => {
    const m = machineWithPinAt2()
    const events = recordEvents(m)
    failNextAllocs(m, 1000)
    expect(alloc(m, 4, 2)).toBe(NULL_PAGE)
    expect(setBits(m)).toEqual([])
    expect(tries(events)).toEqual(['sim_cma_try_ret: start_pfn=0x20 end_pfn=0x24 ret=-12'])
  })

  it('says what it does in the kernel log (8.3.5)', () => {
    const m = machineWithPinAt2()
    alloc(m, 4, 9)
    expect(m.dmesg.map((line) => line.text.replace(/[0-9a-f]{8}/, 'ADDRESS'))).toEqual([
      'cma: dma_alloc_from_contiguous(cma toy, count 4, align 8)',
      'cma: dma_alloc_from_contiguous(): memory range at ADDRESS is busy, retrying',
      'cma: dma_alloc_from_contiguous(): returned   (null)',
    ])
  })

  it('has nothing to give without an area or for no pages (8.3.1)', () => {
    const m = machineWithPinAt2()
    expect(runToEnd(m, dma_alloc_from_contiguous(m, undefined, 4, 0))).toBe(NULL_PAGE)
    expect(alloc(m, 0, 0)).toBe(NULL_PAGE)
    expect(alloc(m, 33, 0)).toBe(NULL_PAGE)
  })

  it('waits for the mutex, whoever holds it (8.3.2)', () => {
    const m = machineWithPinAt2()
    runToEnd(m, lockCmaMutex(m))
    const other = addTask(m, 'codec', 0)
    m.current = other.id
    const proc = dma_alloc_from_contiguous(m, m.cma[0], 4, 2)
    const pause = proc.next().value
    expect(pause).toMatchObject({ at: 'wait', why: 'cma_mutex' })
    unlockCmaMutex(m)
    expect(runToEnd(m, proc)).toBe(BASE + 4)
    expect(m.cma_mutex.owner).toBe(-1)
    expect(m.mem.owner[BASE + 4]).toBe(other.id)
  })
})

describe('dma_release_from_contiguous', () => {
  it('gives the range back and merges it (8.5)', () => {
    const m = machineWithPinAt2()
    const before = printLists(m)
    const page = alloc(m, 4, 2)
    expect(dma_release_from_contiguous(m, m.cma[0], page, 4)).toBe(true)
    expect(setBits(m)).toEqual([])
    expect(new Set(printLists(m).split(' '))).toEqual(new Set(before.split(' ')))
    expect(ref_count(m, BASE + 2, REF_PIN)).toBe(1)
  })

  it('refuses what does not begin in the area (8.5.1)', () => {
    const m = machineWithPinAt2()
    expect(dma_release_from_contiguous(m, m.cma[0], 4, 4)).toBe(false)
    expect(dma_release_from_contiguous(m, m.cma[0], NULL_PAGE, 4)).toBe(false)
    expect(dma_release_from_contiguous(m, undefined, BASE, 4)).toBe(false)
  })
})
