/**
 * A small machine for worked examples: 128 frames, of which [64, 64 + cma) is one CMA area. The only
 * other free frames are single UNMOVABLE ones, so MOVABLE requests come from CMA as long as it has a
 * free frame, all other requests never do, and migration targets are outside while CMA is isolated.
 */
import { expect } from 'vitest'
import { touchPage } from '../../arch/arm/mm/fault'
import { dma_alloc_from_contiguous } from '../../drivers/base/dma-contiguous'
import { hpage_nr_pages } from '../../include/linux/huge_mm'
import { FOLL_FORCE, FOLL_GET, FOLL_TOUCH, FOLL_WRITE } from '../../include/linux/mm'
import { MIGRATE_CMA } from '../../include/linux/mmzone'
import { pageFlagNames } from '../../include/linux/page-flags'
import { toyMachine, type ToyOptions } from '../../machine/builders'
import { check } from '../../machine/check'
import { readMapping } from '../../machine/huge'
import { REF_KINDS, REF_PIN } from '../../machine/kinds'
import { newHolder, ref_count } from '../../machine/ledger'
import type { Machine } from '../../machine/machine'
import { pte_present, pteTarget, type MmStruct } from '../../machine/mm_types'
import type { Pause, Proc } from '../../machine/proc'
import { runToEnd } from '../../machine/proc'
import { createProcess, mmapRegion, type Process } from '../../machine/process'
import type { CallerName, Page } from '../../machine/types'
import { page_mapcount, PageTail } from '../../machine/page'
import { eventType } from '../../trace/catalogue'
import { gupAs, gupFlags } from '../gup'
import { __get_user_pages } from '../memory_gup'
import { alloc_contig_range } from '../page_alloc_contig'
import { lru_add_drain_all, putUserPage } from '../swap'

export const CMA_PFN = 64

export interface TracedEvent {
  readonly name: string
  readonly task: number
  readonly values: Readonly<Record<string, number | string>>
}

export interface LabOptions {
  readonly patches?: readonly number[]
  readonly kernel?: ToyOptions['kernel']
  readonly cpus?: number
  /** Pages of the CMA area: 32 or 64. */
  readonly cma?: 32 | 64
  /** Free single frames below the area. */
  readonly singles?: number
  /** Frames 128 to 159 are ZONE_MOVABLE and free; MOVABLE requests go there first. */
  readonly movable?: boolean
  readonly toy?: ToyOptions
}

/** What an interrupted call still has to do. */
export interface Paused<T> {
  readonly task: number
  readonly proc: Proc<T>
}

export class Lab {
  readonly m: Machine
  readonly process: Process
  readonly events: TracedEvent[] = []
  #next = 0

  constructor(options: LabOptions = {}) {
    const pages = options.cma ?? 32
    const singles = Array.from({ length: options.singles ?? 31 }, (_, i) => 2 * i + 1)
    const movable = options.movable === true
    const cmaLists = pages === 32 ? 'C:[64]' : 'C:[96,64]'
    this.m = toyMachine({
      pages: 160,
      maxOrder: 6,
      pageblockOrder: 5,
      blocks: 'UU',
      only: `o0 U:[${singles.join(',')}] o5 ${movable ? 'M:[128] ' : ''}${cmaLists}`,
      ...(movable ? { movableFrom: 128 } : {}),
      cma: [CMA_PFN, pages],
      cmaAlignmentOrder: 3,
      patches: options.patches ?? [],
      ...(options.kernel === undefined ? {} : { kernel: options.kernel }),
      cpus: options.cpus ?? 1,
      ...options.toy,
    })
    this.process = this.spawn('app')
    this.m.current = this.process.task.id
    this.m.trace.sink = {
      event: (type, task, _timeNs, a, b, c, d) => {
        const t = eventType(type)
        this.events.push({ name: t.name, task, values: t.fields(a, b, c, d) })
      },
    }
  }

  get mm(): MmStruct {
    return this.process.mm
  }

  spawn(name: string): Process {
    return createProcess(this.m, name, 0)
  }

  /** Runs a call of a task to its end; nothing else runs meanwhile. */
  run<T>(proc: Proc<T>, task = this.process.task.id): T {
    this.m.current = task
    const value = runToEnd(this.m, proc)
    this.m.current = this.process.task.id
    return value
  }

  /** Runs a call until it has reached interleaving point `n` for the `times`-th time. */
  runTo<T>(proc: Proc<T>, n: number, times = 1, task = this.process.task.id): Paused<T> {
    this.m.current = task
    for (let seen = 0; seen < times;) {
      const step = proc.next()
      if (step.done === true) throw new Error(`the call ended before IP-${n} came ${times} times`)
      if (isPoint(step.value, n)) seen++
    }
    this.m.current = this.process.task.id
    return { task, proc }
  }

  finish<T>(paused: Paused<T>): T {
    return this.run(paused.proc, paused.task)
  }

  /** Maps `pages` anonymous pages; returns the first page number. */
  map(pages: number): number {
    return this.run(mmapRegion(this.m, this.mm, pages, false))
  }

  write(vpn: number, process = this.process): number {
    return this.run(touchPage(this.m, process.mm, vpn, true), process.task.id)
  }

  read(vpn: number, process = this.process): number {
    return this.run(touchPage(this.m, process.mm, vpn, false), process.task.id)
  }

  /** The frame a virtual page is mapped to; -1 when it is not. */
  pageAt(vpn: number, process = this.process): Page {
    const pte = readMapping(this.m, process.mm, vpn)
    return pte_present(pte) ? pteTarget(pte) : -1
  }

  /** Maps and writes one page; its frame is in CMA and on the LRU. */
  touchedCmaPage(): { vpn: number; page: Page } {
    const vpn = this.map(1)
    expect(this.write(vpn)).toBe(0)
    this.flush()
    const page = this.pageAt(vpn)
    expect(this.inCma(page)).toBe(true)
    return { vpn, page }
  }

  inCma(page: Page): boolean {
    return this.m.pageblock[page >> this.m.pageblockOrder] === MIGRATE_CMA
  }

  /** Empties the pagevecs of all CPUs. */
  flush(): void {
    this.run(lru_add_drain_all(this.m))
  }

  /** Pins like a driver; a fresh holder keeps the pins. */
  pin(
    vpn: number,
    options: { pages?: number; write?: boolean; flags?: number; long?: boolean } = {},
  ): { ret: number; pages: Page[]; holder: number } {
    this.m.current = this.process.task.id
    const holder = newHolder(this.m, `pin ${this.#next++}`, options.long ?? true).id
    const pages: Page[] = []
    const write = options.write ?? true
    const flags = FOLL_TOUCH | FOLL_GET | FOLL_FORCE | (write ? FOLL_WRITE : 0)
    const all = flags | (options.flags ?? 0)
    const n = options.pages ?? 1
    const ret = this.run(__get_user_pages(this.m, this.mm, vpn, n, all, pages, holder))
    return { ret, pages, holder }
  }

  /** Pins as one of the callers that may be converted makes it, holding mmap_sem. */
  pinAs(
    caller: CallerName,
    vpn: number,
    options: { pages?: number; write?: boolean } = {},
  ): { ret: number; pages: Page[]; holder: number } {
    this.m.current = this.process.task.id
    const holder = newHolder(this.m, `${caller} ${this.#next++}`, true)
    const pages: Page[] = []
    const gup_flags = gupFlags(options.write ?? true, true)
    const nr_pages = options.pages ?? 1
    const args = { mm: this.mm, start: vpn, nr_pages, gup_flags, pages, holder }
    return { ret: this.run(gupAs(this.m, caller, args)), pages, holder: holder.id }
  }

  unpin(pin: { pages: readonly Page[]; holder: number }): void {
    for (const page of pin.pages) putUserPage(this.m, page, pin.holder)
  }

  /** dma_alloc_from_contiguous by a second task: the first frame or -1. */
  dmaAlloc(count: number, align = 3): number {
    const codec = this.m.tasks.find((t) => t.comm === 'codec') ?? this.spawn('codec').task
    return this.run(dma_alloc_from_contiguous(this.m, this.m.cma[0], count, align), codec.id)
  }

  /** alloc_contig_range over [start, end) of CMA frames. */
  contigRange(start: number, end: number): Proc<number> {
    return alloc_contig_range(this.m, start, end, MIGRATE_CMA)
  }

  /** `2 = map1 + pv1`: the count and what it is made of (gup-migration 0.3). */
  refs(page: Page): string {
    const parts = REF_KINDS.flatMap((kind, k) => {
      const n = ref_count(this.m, page, k)
      return n === 0 ? [] : [`${kind}${n}`]
    })
    const count = this.m.mem.count[page] as number
    return parts.length === 0 ? String(count) : `${count} = ${parts.join(' + ')}`
  }

  mapcount(page: Page): number {
    return page_mapcount(this.m, page)
  }

  flags(page: Page): string[] {
    return pageFlagNames(this.m.mem.flags[page] as number)
  }

  /** Events of a name, oldest first, as their values. */
  eventsNamed(name: string): TracedEvent['values'][] {
    return this.events.filter((e) => e.name === name).map((e) => e.values)
  }

  /**
   * Fails when the machine breaks an invariant, or a pin has no record. With real per-CPU lists a
   * contiguous allocation may leave the free counters too low for good (errata 5): `strays`.
   */
  expectSound(strays: 'no strays' | 'strays' = 'no strays'): void {
    expect(check(this.m, { quiescent: strays === 'no strays', atRest: true })).toEqual([])
    const unrecorded: Page[] = []
    for (let page = 0; page < this.m.nrPages; page++) {
      const records = pinRecords(this.m, page)
      if (records !== ref_count(this.m, page, REF_PIN)) unrecorded.push(page)
    }
    expect(unrecorded).toEqual([])
  }
}

function isPoint(pause: Pause, n: number): boolean {
  if (pause.at === 'wait' && !pause.until()) throw new Error(`waits for ${pause.why}`)
  return pause.at === 'IP' && pause.n === n
}

/** Pins counted on the page: its own, and for the head of a huge page those of its tails (REF-9). */
function pinRecords(m: Machine, page: Page): number {
  if (PageTail(m, page)) return 0
  let records = 0
  for (let at = page; at < page + hpage_nr_pages(m, page); at++)
    records += m.pins.get(at)?.length ?? 0
  return records
}
