/**
 * A small x86-like machine for memory offline: T1's orders, a DMA32 zone for the kernel and a Movable
 * zone above it, memory blocks of 32 frames.
 */
import { touchPage } from '../../arch/arm/mm/fault'
import { bootMachine } from '../../machine/boot'
import { toySpec } from '../../machine/builders'
import { check } from '../../machine/check'
import type { Machine } from '../../machine/machine'
import { runToEnd, type Proc } from '../../machine/proc'
import { pte_present, pteTarget, readPte, type Vpn } from '../../machine/mm_types'
import { createProcess, mmapRegion, type Process } from '../../machine/process'
import type { MachineSpec, Page } from '../../machine/types'
import { createKernel } from '../../patches/series'
import { lru_add_drain_all } from '../swap'

/** Frames of a memory block. */
export const SECTION = 32
/** First frame of the Movable zone. */
export const MOVABLE = 96
/** Zones: [0, 96) for the kernel, [96, 160) Movable. */
export function offlineSpec(): MachineSpec {
  const zone = { managed: null, watermarks: [0, 0, 0] as const }
  return {
    ...toySpec(),
    zones: [
      { ...zone, name: 'DMA32', startPfn: 0, pages: MOVABLE },
      { ...zone, name: 'Movable', startPfn: MOVABLE, pages: 64 },
    ],
    sectionPages: SECTION,
    bitsPerLong: 64,
    cmaConfig: false,
  }
}

export class OfflineLab {
  readonly m: Machine
  readonly app: Process
  #first: Vpn = 0

  constructor(spec = offlineSpec()) {
    this.m = bootMachine(spec, createKernel({ patches: [], mode: 'strict' }))
    this.app = createProcess(this.m, 'app', 0)
    this.m.current = this.app.task.id
  }

  run<T>(proc: Proc<T>): T {
    return runToEnd(this.m, proc)
  }

  /** Maps and writes `n` pages; their frames, in order of touching. They come from the Movable zone. */
  touch(n: number): Page[] {
    const first = this.run(mmapRegion(this.m, this.app.mm, n, false))
    const pages: Page[] = []
    for (let vpn = first; vpn < first + n; vpn++) {
      this.run(touchPage(this.m, this.app.mm, vpn, true))
      pages.push(this.frameOf(vpn))
    }
    this.#first = first
    return pages
  }

  /** The frames of the last `touch` as they are mapped now. */
  framesNow(n: number): Page[] {
    return Array.from({ length: n }, (_, i) => this.frameOf(this.#first + i))
  }

  private frameOf(vpn: Vpn): Page {
    const pte = readPte(this.app.mm, vpn)
    if (!pte_present(pte)) throw new Error(`page ${vpn} is not mapped`)
    return pteTarget(pte)
  }

  /** Empties the pagevecs, so that what was touched is on the LRU. */
  flush(): void {
    this.run(lru_add_drain_all(this.m))
  }

  violations(): string[] {
    return check(this.m, { quiescent: true })
  }
}
