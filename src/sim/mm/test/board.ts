/**
 * The board of the recordings at cma=4M, with the steps of its test driver: spilling movable requests
 * into CMA, touching, pinning, draining. Everything is given and compared as PFNs.
 */
import { touchPage } from '../../arch/arm/mm/fault'
import {
  dma_alloc_from_contiguous,
  dma_release_from_contiguous,
} from '../../drivers/base/dma-contiguous'
import { GFP_KERNEL } from '../../include/linux/gfp'
import { FOLL_GET, FOLL_TOUCH, FOLL_WRITE } from '../../include/linux/mm'
import { MIGRATE_TYPES, NR_FREE_CMA_PAGES, NR_FREE_PAGES } from '../../include/linux/mmzone'
import { pageFlagNames } from '../../include/linux/page-flags'
import { bootMachine } from '../../machine/boot'
import { inCmaArea, newHolder } from '../../machine/ledger'
import { page_to_pfn, pfn_to_page, type Machine, type Zone } from '../../machine/machine'
import { pte_present, pteTarget, readPte } from '../../machine/mm_types'
import { page_mapcount } from '../../machine/page'
import { presetMachine } from '../../machine/presets'
import { runToEnd, type Proc } from '../../machine/proc'
import { createProcess, mmapRegion, type Process } from '../../machine/process'
import type { FreeLists, MachineSpec, Page, Pfn } from '../../machine/types'
import { createKernel } from '../../patches/series'
import { eventType } from '../../trace/catalogue'
import { __get_user_pages } from '../memory_gup'
import { __free_pages, alloc_pages, drain_all_pages } from '../page_alloc'
import { lru_add_drain_all, putUserPage } from '../swap'
import { exactZoneState } from '../vmstat'

/** [pfn, count, mapcount, flags] as the recordings list a frame. */
export type Frame = readonly [Pfn, number, number, string]

/** Boots of the series differ from baseline boots in one UNMOVABLE page and so in these lists. */
const SERIES_BOOT: FreeLists = {
  0: { U: [423337], E: [421983], M: [424857, 393806] },
  1: { U: [423330, 423338], M: [424858] },
  2: { U: [423340], M: [424860] },
  3: {},
}

/** Mask of the driver's hogs: GFP_HIGHUSER_MOVABLE that neither sleeps nor warns. */
const HOG_GFP = 0x2020a

export interface Pin {
  readonly ret: number
  readonly pages: Page[]
  readonly holder: number
}

function boardSpec(series: boolean): MachineSpec {
  const made = presetMachine('vexpress-128m', { cma: 4 << 20, dmaMaxSegSize: 4 << 20 })
  if (!made.ok) throw new Error(made.message)
  if (!series) return made.spec
  return { ...made.spec, freeLists: { ...made.spec.freeLists, ...SERIES_BOOT } }
}

export class Board {
  readonly m: Machine
  readonly app: Process
  readonly #zone: Zone
  readonly #seen: string[] = []

  constructor(series: boolean) {
    const patches = series ? [1, 2, 3, 4, 5] : []
    this.m = bootMachine(boardSpec(series), createKernel({ patches, mode: 'strict' }))
    this.#zone = this.m.zones[0] as Zone
    this.app = createProcess(this.m, 'app', 0)
    this.m.current = this.app.task.id
    this.m.trace.sink = {
      event: (type, _task, _time, a, b, c, d) => {
        const name = LETTERS[eventType(type).name]
        if (name === undefined) return
        this.#seen.push(`${name} ${name === 'mig' ? `${a} ${b} ${c} ${d}` : a}`)
      },
    }
  }

  get zero(): Pfn {
    return page_to_pfn(this.m, this.m.zero_page)
  }

  run<T>(proc: Proc<T>): T {
    return runToEnd(this.m, proc)
  }

  /** Events since the last call, as `al PFN`, `fr PFN`, `fb PFN`, `mig succeeded failed mode reason`. */
  events(...names: string[]): string[] {
    return this.#seen.splice(0).filter((e) => names.includes(e.split(' ')[0] ?? ''))
  }

  /** [NF, NC], exact. */
  free(): [number, number] {
    const state = (item: number): number => exactZoneState(this.#zone, item)
    return [state(NR_FREE_PAGES), state(NR_FREE_CMA_PAGES)]
  }

  drain(what: 'lru' | 'pcp' | 'both'): void {
    if (what !== 'pcp') this.run(lru_add_drain_all(this.m))
    if (what !== 'lru') drain_all_pages(this.m)
  }

  /** The recordings' `spill`: leaves single UNMOVABLE runs of four and the reserve outside CMA. */
  spill(): void {
    const { m } = this
    const reserved = Array.from({ length: 2048 }, () => alloc_pages(m, GFP_KERNEL, 0))
    const cmaPages: Page[] = []
    while (this.#hasBlockAbove(2)) {
      const page = alloc_pages(m, HOG_GFP, 0)
      if (inCmaArea(m, page)) cmaPages.push(page)
    }
    for (const page of cmaPages) __free_pages(m, page, 0)
    for (const page of reserved) if (page_to_pfn(m, page) % 8 < 4) __free_pages(m, page, 0)
    this.hog()
  }

  /** Takes the movable pages that are left outside CMA, as the driver does before it touches memory. */
  hog(): void {
    let page = alloc_pages(this.m, HOG_GFP, 0)
    while (!inCmaArea(this.m, page)) page = alloc_pages(this.m, HOG_GFP, 0)
    __free_pages(this.m, page, 0)
    drain_all_pages(this.m)
  }

  #hasBlockAbove(order: number): boolean {
    for (let o = order + 1; o < this.m.maxOrder; o++) {
      for (const type of [0, 1, 2]) {
        const head = this.#zone.free_list[o * MIGRATE_TYPES + type] as number
        if (this.m.mem.next[head] !== head) return true
      }
    }
    return false
  }

  map(pages: number): number {
    return this.run(mmapRegion(this.m, this.app.mm, pages, false))
  }

  /** Maps and writes pages; first page number. */
  touch(pages: number): number {
    const vpn = this.map(pages)
    for (let i = 0; i < pages; i++) this.run(touchPage(this.m, this.app.mm, vpn + i, true))
    return vpn
  }

  read(vpn: number): void {
    this.run(touchPage(this.m, this.app.mm, vpn, false))
  }

  write(vpn: number): void {
    this.run(touchPage(this.m, this.app.mm, vpn, true))
  }

  /** __get_user_pages as the driver calls it; `flags` beside TOUCH and GET. */
  pin(vpn: number, pages = 1, flags = FOLL_WRITE): Pin {
    const holder = newHolder(this.m, 'driver', true).id
    const got: Page[] = []
    const all = flags | FOLL_TOUCH | FOLL_GET
    const ret = this.run(__get_user_pages(this.m, this.app.mm, vpn, pages, all, got, holder))
    return { ret, pages: got, holder }
  }

  unpin(pin: Pin): void {
    for (const page of pin.pages) putUserPage(this.m, page, pin.holder)
  }

  /** dma_alloc_from_contiguous: first PFN, 0 for none. */
  dmaAlloc(count: number): Pfn {
    const page = this.run(dma_alloc_from_contiguous(this.m, this.m.cma[0], count, 8))
    return page < 0 ? 0 : page_to_pfn(this.m, page)
  }

  dmaRelease(pfn: Pfn, count: number): void {
    dma_release_from_contiguous(this.m, this.m.cma[0], pfn_to_page(this.m, pfn), count)
  }

  pfnAt(vpn: number, process = this.app): Pfn {
    const pte = readPte(process.mm, vpn)
    return pte_present(pte) ? page_to_pfn(this.m, pteTarget(pte)) : 0
  }

  frame(pfn: Pfn): Frame {
    const page = pfn_to_page(this.m, pfn)
    const { mem } = this.m
    const flags = pageFlagNames(mem.flags[page] as number).join('|')
    return [
      pfn,
      mem.count[page] as number,
      page_mapcount(this.m, page),
      flags.replace('arch_1', 'arch1'),
    ]
  }

  /** Frames behind `n` virtual pages. */
  pages(vpn: number, n = 1): Frame[] {
    return Array.from({ length: n }, (_, i) => this.frame(this.pfnAt(vpn + i)))
  }
}

const LETTERS: Readonly<Record<string, string>> = {
  mm_page_alloc: 'al',
  mm_page_free: 'fr',
  mm_page_free_batched: 'fb',
  mm_page_pcpu_drain: 'dr',
  mm_migrate_pages: 'mig',
}
