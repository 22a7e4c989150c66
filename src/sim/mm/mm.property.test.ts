// Whatever processes, drivers and CMA do in turn, the machine stays sound, contents survive, and all
// memory comes back in the end.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { contentTag } from '../arch/arm/mm/fault'
import { dma_release_from_contiguous } from '../drivers/base/dma-contiguous'
import { FOLL_DURABLE } from '../include/linux/mm'
import type { ToyOptions } from '../machine/builders'
import { readMapping } from '../machine/huge'
import { pte_present, PTE_SPECIAL } from '../machine/mm_types'
import {
  dontneedRegion,
  exitProcess,
  forkProcess,
  munmapRegion,
  type Process,
} from '../machine/process'
import { sys_mlock, sys_munlock } from './mlock_range'
import { add_to_swap } from './swap_state'
import { PageAnon, PageCompound, PageLRU, PageSwapCache } from '../machine/page'
import { CMA_PFN, Lab } from './test/lab'

const AREA_PAGES = 6

type Op =
  | { readonly op: 'map' | 'fork' | 'exit' | 'drain' }
  | {
      readonly op: 'write' | 'read' | 'mlock' | 'munlock' | 'munmap' | 'dontneed' | 'swap'
      readonly at: number
    }
  | { readonly op: 'pin'; readonly at: number; readonly write: boolean; readonly durable: boolean }
  | { readonly op: 'unpin' | 'release'; readonly which: number }
  | { readonly op: 'contig'; readonly from: number; readonly pages: number }
  | { readonly op: 'dma'; readonly pages: number }

const at = fc.nat(30)
const op: fc.Arbitrary<Op> = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom<Op>({ op: 'map' }, { op: 'fork' }, { op: 'exit' }) },
  { weight: 1, arbitrary: fc.constant<Op>({ op: 'drain' }) },
  {
    weight: 8,
    arbitrary: fc.record({ op: fc.constantFrom('write' as const, 'read' as const), at }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      op: fc.constantFrom(
        'mlock' as const,
        'munlock' as const,
        'munmap' as const,
        'dontneed' as const,
        'swap' as const,
      ),
      at,
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      op: fc.constant('pin' as const),
      at,
      write: fc.boolean(),
      durable: fc.boolean(),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      op: fc.constantFrom('unpin' as const, 'release' as const),
      which: fc.nat(9),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      op: fc.constant('contig' as const),
      from: fc.nat(31),
      pages: fc.integer({ min: 1, max: 16 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      op: fc.constant('dma' as const),
      pages: fc.integer({ min: 1, max: 16 }),
    }),
  },
)

/** A lab with what the sequence has made so far. */
class World {
  readonly lab: Lab
  readonly areas: number[] = []
  readonly children: Process[] = []
  readonly pins: { pages: number[]; holder: number }[] = []
  readonly buffers: { page: number; pages: number }[] = []

  constructor(patches: readonly number[], cpus: number, toy: ToyOptions) {
    this.lab = new Lab({ patches, cpus, singles: 32, toy })
    for (let i = 0; i < 3; i++) this.areas.push(this.lab.map(AREA_PAGES))
  }

  #vpn(n: number): number | undefined {
    const area = this.areas[Math.floor(n / AREA_PAGES) % Math.max(1, this.areas.length)]
    return area === undefined ? undefined : area + (n % AREA_PAGES)
  }

  apply(o: Op): void {
    const { lab } = this
    switch (o.op) {
      case 'map':
        if (this.areas.length < 5) this.areas.push(lab.map(AREA_PAGES))
        return
      case 'fork': {
        const child = this.children.length < 2 ? lab.run(forkProcess(lab.m, 'child', 0)) : null
        if (child !== null) this.children.push(child)
        return
      }
      case 'exit': {
        const child = this.children.pop()
        if (child === undefined) return
        lab.run(exitProcess(lab.m), child.task.id)
        return
      }
      case 'drain':
        lab.flush()
        return
      case 'unpin': {
        const [pin] = this.pins.splice(o.which % Math.max(1, this.pins.length), 1)
        if (pin !== undefined) lab.unpin(pin)
        return
      }
      case 'release': {
        const [buffer] = this.buffers.splice(o.which % Math.max(1, this.buffers.length), 1)
        if (buffer === undefined) return
        dma_release_from_contiguous(lab.m, lab.m.cma[0], buffer.page, buffer.pages)
        return
      }
      case 'contig': {
        // What a driver's own bitmap would forbid is left out: frames of live buffers.
        const start = CMA_PFN + o.from
        const end = Math.min(CMA_PFN + 32, start + o.pages)
        if (lab.run(lab.contigRange(start, end)) !== 0) return
        for (let page = start; page < end; page++) this.#freeContig(page)
        return
      }
      case 'dma': {
        const page = lab.dmaAlloc(o.pages)
        if (page >= 0) this.buffers.push({ page, pages: o.pages })
        return
      }
      default:
        this.#onPage(o)
    }
  }

  /** Gives a frame of alloc_contig_range back. */
  #freeContig(page: number): void {
    const area = this.lab.m.cma[0]
    dma_release_from_contiguous(this.lab.m, area, page, 1)
  }

  #onPage(o: Extract<Op, { at: number }>): void {
    const { lab } = this
    const vpn = this.#vpn(o.at)
    if (vpn === undefined) return
    switch (o.op) {
      case 'write':
        lab.write(vpn)
        return
      case 'read':
        lab.read(vpn)
        return
      case 'mlock':
        lab.run(sys_mlock(lab.m, lab.mm, vpn, 1))
        return
      case 'munlock':
        lab.run(sys_munlock(lab.m, lab.mm, vpn, 1))
        return
      case 'munmap':
        lab.run(munmapRegion(lab.m, lab.mm, vpn, 1))
        return
      case 'dontneed':
        lab.run(dontneedRegion(lab.m, lab.mm, vpn, 1))
        return
      case 'swap': {
        const page = lab.pageAt(vpn)
        const { m } = lab
        if (page < 0 || PageCompound(m, page)) return
        if (PageAnon(m, page) && PageLRU(m, page) && !PageSwapCache(m, page)) {
          add_to_swap(m, page)
        }
        return
      }
      case 'pin': {
        const flags = o.durable ? FOLL_DURABLE : 0
        const pin = lab.pin(vpn, { write: o.write, flags })
        if (pin.ret > 0) this.pins.push(pin)
        return
      }
    }
  }

  /** What the parent last wrote is what it reads, wherever the page is now. */
  expectContents(): void {
    const { lab } = this
    for (const area of this.areas) {
      for (let vpn = area; vpn < area + AREA_PAGES; vpn++) {
        const pte = readMapping(lab.m, lab.mm, vpn)
        if (!pte_present(pte)) continue
        const content = lab.m.mem.content[lab.pageAt(vpn)]
        const zero = (pte & PTE_SPECIAL) !== 0
        if (zero) expect(content).toBe(0)
        else expect([0, contentTag(lab.mm, vpn)]).toContain(content)
      }
    }
  }

  /** Ends everything; frames in use are then what they were at the start. */
  end(): void {
    const { lab } = this
    for (const pin of this.pins) lab.unpin(pin)
    for (const { page, pages } of this.buffers) {
      dma_release_from_contiguous(lab.m, lab.m.cma[0], page, pages)
    }
    for (const process of [...this.children, lab.process]) {
      lab.run(exitProcess(lab.m), process.task.id)
    }
    lab.flush()
    expect(lab.m.pins.size).toBe(0)
    expect(lab.m.swap.map.size).toBe(0)
    expect(lab.m.cmaFramesPinned).toBe(0)
    let used = 0
    for (const page of lab.m.mem.use) if (page !== 0) used++
    expect(used).toBe(usedAtBoot(lab))
  }
}

const bootUses = new Map<number, number>()

/** Frames in use on a lab in which nothing has happened. */
function usedAtBoot(lab: Lab): number {
  const known = bootUses.get(lab.m.spec.cpus)
  if (known !== undefined) return known
  let used = 0
  for (const use of new Lab({ singles: 32 }).m.mem.use) if (use !== 0) used++
  bootUses.set(lab.m.spec.cpus, used)
  return used
}

const ops = fc.array(op, { minLength: 30, maxLength: 90, size: 'max' })
const kernels = fc.constantFrom([], [3, 5], [1, 2, 3, 4, 5])

describe('random doings of processes, drivers and CMA', () => {
  test('the machine is sound after each, and every frame comes back (REF-29..33, INV-01..25)', () => {
    fc.assert(
      fc.property(kernels, ops, (patches, sequence) => {
        const world = new World(patches, 1, {})
        for (const o of sequence) {
          world.apply(o)
          world.lab.expectSound()
        }
        world.expectContents()
        world.end()
        world.lab.expectSound()
      }),
      { numRuns: 100 },
    )
  })

  test('also with real per-CPU lists on two CPUs', () => {
    fc.assert(
      fc.property(kernels, ops, (patches, sequence) => {
        const world = new World(patches, 2, { high: 18, batch: 6 })
        for (const o of sequence) {
          world.apply(o)
          world.lab.expectSound('strays')
        }
        world.expectContents()
        world.end()
        world.lab.expectSound('strays')
      }),
      { numRuns: 100 },
    )
  })

  test('also with huge pages of two or four pages (REF-9)', () => {
    fc.assert(
      fc.property(kernels, fc.constantFrom(1, 2), ops, (patches, thp, sequence) => {
        const world = new World(patches, 1, { thp })
        for (const o of sequence) {
          world.apply(o)
          world.lab.expectSound()
        }
        world.expectContents()
        world.end()
        world.lab.expectSound()
      }),
      { numRuns: 100 },
    )
  })
})
