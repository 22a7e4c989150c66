/**
 * Random commands to a machine and what they have made so far. A command is its name and three
 * numbers; every number is taken modulo what there is, so a command still means something when those
 * before it were left out.
 */
import { touchPage } from '../../arch/arm/mm/fault'
import {
  dma_alloc_from_contiguous,
  dma_release_from_contiguous,
} from '../../drivers/base/dma-contiguous'
import {
  vb2_buffer_done,
  vb2_dqbuf,
  vb2_qbuf,
  vb2_queue_init,
  vb2_queue_release,
  vb2_reqbufs,
  vb2_streamoff,
  vb2_streamon,
  type Vb2Queue,
} from '../../drivers/media/v4l2-core/videobuf2-core'
import {
  __GFP_COLD,
  __GFP_COMP,
  __GFP_HIGHMEM,
  __GFP_NOWARN,
  GFP_ATOMIC,
  GFP_HIGHUSER_MOVABLE,
  GFP_KERNEL,
  GFP_TEMPORARY,
  GFP_USER,
} from '../../include/linux/gfp'
import {
  FOLL_DURABLE,
  FOLL_FORCE,
  FOLL_GET,
  FOLL_TOUCH,
  FOLL_WRITE,
  VM_MAYREAD,
  VM_MAYWRITE,
  VM_READ,
  VM_SHARED,
  VM_WRITE,
} from '../../include/linux/mm'
import { MIGRATE_SYNC, MR_MEMORY_HOTPLUG } from '../../include/linux/migrate'
import { page_is_file_cache } from '../../include/linux/mm_inline'
import { MIGRATE_CMA, MIGRATE_MOVABLE, NR_ISOLATED_ANON } from '../../include/linux/mmzone'
import { newHolder } from '../../machine/ledger'
import {
  addTask,
  currentTask,
  page_to_pfn,
  page_zone,
  pfn_to_page,
  type Machine,
} from '../../machine/machine'
import {
  pte_present,
  PTE_SPECIAL,
  pteTarget,
  readPte,
  type AddressSpace,
} from '../../machine/mm_types'
import { PageAnon, PageLRU, PageSwapCache } from '../../machine/page'
import { runToEnd, type Proc } from '../../machine/proc'
import {
  createProcess,
  dontneedRegion,
  exitProcess,
  forkProcess,
  mapRegion,
  munmapRegion,
  type Process,
} from '../../machine/process'
import { NULL_PAGE, type Page } from '../../machine/types'
import { createAddressSpace } from '../../mm/filemap'
import { compact_nodes } from '../../mm/compaction_zone'
import { __offline_pages } from '../../mm/memory_hotplug'
import { online_pages } from '../../mm/memory_online'
import { __get_user_pages } from '../../mm/memory_gup'
import { migrate_pages, putback_movable_pages } from '../../mm/migrate'
import { sys_mlock, sys_munlock } from '../../mm/mlock_range'
import { VM_ANON_RW } from '../../mm/mmap'
import { __free_pages, alloc_pages, allocPagesMaySleep, drain_all_pages } from '../../mm/page_alloc'
import { alloc_contig_range } from '../../mm/page_alloc_contig'
import {
  alloc_migrate_target,
  start_isolate_page_range,
  undo_isolate_page_range,
} from '../../mm/page_isolation'
import { lru_add_drain_all, putUserPage } from '../../mm/swap'
import { add_to_swap } from '../../mm/swap_state'
import { isolate_lru_page } from '../../mm/vmscan'
import { mod_zone_page_state } from '../../mm/vmstat'
import { offlineBroken, Watch, type Effect } from './watch'

/** Name and three numbers. */
export type Command = readonly [name: string, a: number, b: number, c: number]

const GFPS = [
  GFP_KERNEL,
  GFP_ATOMIC,
  GFP_TEMPORARY,
  GFP_USER | __GFP_HIGHMEM,
  GFP_HIGHUSER_MOVABLE,
  GFP_HIGHUSER_MOVABLE | __GFP_COLD,
  GFP_HIGHUSER_MOVABLE,
  GFP_KERNEL | __GFP_COMP,
]
/** Enough for a huge page of eight where the shape has them. */
const AREA_PAGES = 20
const MAX_PROCESSES = 3
const MAX_AREAS = 4
const FILE_PAGES = 8
const PAGE_SIZE = 4096
/** Pages that one hog takes at most; a board has more. */
const MAX_HOG = 320
/** Virtual time that taking memory offline gets; a kernel gives it 120 s. */
const OFFLINE_NS = 1e6

interface Area {
  readonly vpn: number
  readonly pages: number
}

interface User {
  readonly process: Process
  readonly areas: Area[]
}

interface Pin {
  readonly pages: readonly Page[]
  readonly holder: number
}

interface Block {
  readonly page: Page
  readonly order: number
}

interface Range {
  readonly area: number
  readonly page: Page
  readonly pages: number
}

export class World {
  readonly m: Machine
  readonly watch: Watch
  readonly #users: User[] = []
  readonly #blocks: Block[] = []
  readonly #pins: Pin[] = []
  readonly #ranges: Range[] = []
  readonly #drivers: number[] = []
  readonly #queues: readonly Vb2Queue[] = [
    vb2_queue_init('userptr', 'capture', undefined),
    vb2_queue_init('userptr', 'output', undefined),
  ]
  readonly #files: AddressSpace[] = []
  #isolated: readonly [number, number] | null = null
  /** First PFN of what is offline now. */
  #offline: number | null = null
  /** Commands that found something to do. */
  acted = 0

  constructor(m: Machine) {
    this.m = m
    for (let cpu = 0; cpu < m.spec.cpus; cpu++) {
      this.#drivers.push(addTask(m, `driver${cpu}`, cpu).id)
    }
    this.watch = new Watch(m)
    this.#spawn()
    const files = [
      createAddressSpace(m, 'plain', FILE_PAGES),
      createAddressSpace(m, 'buffers', FILE_PAGES, {
        buffers: true,
        migratepage: 'buffer_migrate_page',
      }),
    ]
    this.#files.push(...files)
  }

  #spawn(): void {
    const n = this.#users.length
    if (n >= MAX_PROCESSES) return
    const process = createProcess(this.m, `app${n}`, n % this.m.spec.cpus)
    this.#users.push({ process, areas: [] })
    this.#map(this.#users.at(-1) as User, VM_ANON_RW, null)
  }

  /** Runs a call of a task and lets the watch compare. */
  #do(effect: Effect, task: number, call: () => Proc<number> | number): number {
    this.acted++
    this.m.current = task
    const ret = this.watch.command(effect, () => {
      const proc = call()
      return typeof proc === 'number' ? proc : runToEnd(this.m, proc)
    })
    this.m.current = 0
    return ret
  }

  #driver(n: number): number {
    return this.#drivers[n % this.#drivers.length] as number
  }

  /** The n-th process that lives. */
  #user(n: number): User | undefined {
    const living = this.#users.filter((user) => user.process.task.mm >= 0)
    return living[n % Math.max(1, living.length)]
  }

  /** The process, and the n-th page of its memory. */
  #place(a: number, n: number): { user: User; task: number; vpn: number } | null {
    const user = this.#user(a)
    if (user === undefined) return null
    const area = user.areas[Math.floor(n / 32) % Math.max(1, user.areas.length)]
    if (area === undefined) return null
    return { user, task: user.process.task.id, vpn: area.vpn + (n % area.pages) }
  }

  #map(user: User, flags: number, file: number | null): void {
    if (user.areas.length >= MAX_AREAS) return
    const mapping = file === null ? null : (this.#files[file % this.#files.length] ?? null)
    const { mm, task } = user.process
    const request = { pages: AREA_PAGES, flags, at: null, file: mapping, pgoff: 0, vm_ops: null }
    const vpn = this.#do({}, task.id, () => mapRegion(this.m, mm, request))
    if (vpn >= 0) user.areas.push({ vpn, pages: AREA_PAGES })
  }

  /** Runs one command; one that finds nothing to do does nothing. */
  apply([name, a, b, c]: Command): void {
    const command = COMMANDS[name]
    if (command === undefined) throw new Error(`there is no command ${name}`)
    command.run(this, a, b, c)
  }

  alloc(a: number, b: number, c: number): void {
    const gfp = GFPS[a % GFPS.length] as number
    const order = c % 3 === 0 ? b % this.m.maxOrder : 0
    if (this.#blocks.length > this.m.nrPages) return
    const task = this.#driver(c)
    let page = NULL_PAGE
    this.#do({}, task, () => (page = alloc_pages(this.m, gfp, order)))
    if (page !== NULL_PAGE) this.#blocks.push({ page, order })
  }

  /** A request that may sleep: reclaim, compaction and a killed process are among its means. */
  allocSleeping(a: number, b: number, c: number): void {
    const gfp = GFPS[a % GFPS.length] as number
    const task = this.#driver(c)
    let page = NULL_PAGE
    this.#do({ rewrites: true }, task, () => this.#slept(gfp, b % 4, (got) => (page = got)))
    if (page !== NULL_PAGE) this.#blocks.push({ page, order: b % 4 })
  }

  *#slept(gfp: number, order: number, take: (page: Page) => void): Proc<number> {
    take(yield* allocPagesMaySleep(this.m, gfp, order))
    return 0
  }

  free(a: number, _b: number, c: number): void {
    const [block] = this.#blocks.splice(a % Math.max(1, this.#blocks.length), 1)
    if (block === undefined) return
    this.#do({}, this.#driver(c), () => (__free_pages(this.m, block.page, block.order), 0))
  }

  /** Leaves almost nothing outside CMA, so that what moves has to come from there. */
  hog(a: number, c: number): void {
    const task = this.#driver(c)
    const taken: Page[] = []
    this.#do({}, task, () => {
      while (taken.length < MAX_HOG) {
        const page = alloc_pages(this.m, GFP_ATOMIC | __GFP_NOWARN, 0)
        if (page === NULL_PAGE) break
        taken.push(page)
      }
      for (const page of taken.splice(0, 6 + (a % 16))) __free_pages(this.m, page, 0)
      return 0
    })
    for (const page of taken) this.#blocks.push({ page, order: 0 })
  }

  unhog(c: number): void {
    const task = this.#driver(c)
    this.#do({}, task, () => {
      const half = this.#blocks.splice(0, Math.ceil(this.#blocks.length / 2))
      for (const { page, order } of half) __free_pages(this.m, page, order)
      return 0
    })
  }

  touch(a: number, b: number, write: boolean): void {
    const at = this.#place(a, b)
    if (at === null) return
    const { mm } = at.user.process
    this.#do({ rewrites: write }, at.task, () => touchPage(this.m, mm, at.vpn, write))
  }

  map(a: number, b: number, c: number): void {
    const user = this.#user(a)
    if (user === undefined) return
    const may = VM_READ | VM_MAYREAD | VM_MAYWRITE
    if (b % 3 === 0) this.#map(user, may | VM_WRITE, c)
    else if (b % 3 === 1) this.#map(user, may | VM_SHARED, c)
    else this.#map(user, VM_ANON_RW, null)
  }

  munmap(a: number, b: number): void {
    const user = this.#user(a)
    if (user === undefined) return
    const [area] = user.areas.splice(b % Math.max(1, user.areas.length), 1)
    if (area === undefined) return
    const { mm, task } = user.process
    this.#do({ rewrites: true }, task.id, () => munmapRegion(this.m, mm, area.vpn, area.pages))
  }

  onRange(kind: 'dontneed' | 'mlock' | 'munlock', a: number, b: number): void {
    const at = this.#place(a, b)
    if (at === null) return
    const { mm } = at.user.process
    const call = { dontneed: dontneedRegion, mlock: sys_mlock, munlock: sys_munlock }[kind]
    this.#do({ rewrites: kind === 'dontneed' }, at.task, () => call(this.m, mm, at.vpn, 1))
  }

  fork(a: number): void {
    const parent = this.#user(a)
    const living = this.#users.filter((user) => user.process.task.mm >= 0)
    if (parent === undefined || living.length >= MAX_PROCESSES) return
    const cpu = currentTask(this.m).cpu
    this.#do({ rewrites: true }, parent.process.task.id, () => this.#forked(parent, cpu))
  }

  *#forked(parent: User, cpu: number): Proc<number> {
    const child = yield* forkProcess(this.m, 'child', cpu)
    if (child !== null) this.#users.push({ process: child, areas: [...parent.areas] })
    return 0
  }

  exit(a: number): void {
    const user = this.#user(a)
    if (user === undefined) return
    this.#do({ rewrites: true }, user.process.task.id, () => this.#exited())
    this.#spawn()
  }

  *#exited(): Proc<number> {
    yield* exitProcess(this.m)
    return 0
  }

  pin(a: number, b: number, c: number): void {
    const at = this.#place(a, b)
    if (at === null || this.#pins.length > 8) return
    const holder = newHolder(this.m, 'pin', (c & 1) === 0).id
    const pages: Page[] = []
    const write = (c & 2) === 0 ? FOLL_WRITE : 0
    const durable = (c & 4) === 0 ? FOLL_DURABLE : 0
    const flags = FOLL_TOUCH | FOLL_GET | FOLL_FORCE | write | durable
    const { mm } = at.user.process
    const n = 1 + (c % 3)
    this.#do({ pins: true }, at.task, () =>
      __get_user_pages(this.m, mm, at.vpn, n, flags, pages, holder),
    )
    if (pages.length > 0) this.#pins.push({ pages, holder })
  }

  unpin(a: number): void {
    const [pin] = this.#pins.splice(a % Math.max(1, this.#pins.length), 1)
    if (pin === undefined) return
    this.#do({ unpins: (holder) => holder === pin.holder }, this.#driver(a), () => {
      for (const page of pin.pages) putUserPage(this.m, page, pin.holder)
      return 0
    })
  }

  drain(a: number): void {
    if (a % 2 === 0) this.#do({}, this.#driver(a), () => lru_add_drain_all(this.m))
    else this.#do({}, this.#driver(a), () => (drain_all_pages(this.m), 0))
  }

  dma(a: number, b: number, c: number): void {
    const area = this.m.cma[a % Math.max(1, this.m.cma.length)]
    if (area === undefined || this.#isolated !== null || this.#ranges.length > 5) return
    const count = 1 + (b % 8)
    const align = c % 4
    const effect = { anyContig: true }
    const page = this.#do(effect, this.#driver(c), () =>
      dma_alloc_from_contiguous(this.m, area, count, align),
    )
    if (page === NULL_PAGE) return
    this.watch.areaTaken(area, page, count, align)
    this.#ranges.push({ area: this.m.cma.indexOf(area), page, pages: count })
  }

  release(a: number): void {
    if (this.#isolated !== null) return
    const [range] = this.#ranges.splice(a % Math.max(1, this.#ranges.length), 1)
    if (range === undefined) return
    const area = this.m.cma[range.area]
    this.watch.areaGiven(range.page)
    this.#do({}, this.#driver(a), () =>
      dma_release_from_contiguous(this.m, area, range.page, range.pages) ? 0 : -1,
    )
  }

  /** A bare alloc_contig_range where no buffer is; its frames are freed again at once. */
  contig(a: number, b: number, c: number): void {
    const area = this.m.cma[a % Math.max(1, this.m.cma.length)]
    if (area === undefined || this.#isolated !== null) return
    const first = b % area.count
    const end = Math.min(area.count, first + 1 + (c % 12))
    for (let i = first; i < end; i++) if (area.bitmap[i] === 1) return
    const start = pfn_to_page(this.m, area.base_pfn + first)
    const stop = pfn_to_page(this.m, area.base_pfn + end)
    const pfn = page_to_pfn(this.m, start)
    const ret = this.#do({ contig: [start, stop] }, this.#driver(c), () =>
      alloc_contig_range(this.m, pfn, pfn + end - first, MIGRATE_CMA),
    )
    if (ret !== 0) return
    this.#do({}, this.#driver(c), () => {
      dma_release_from_contiguous(this.m, area, start, end - first)
      return 0
    })
  }

  /** Isolates a unit of the largest blocks, as memory offline does; the next one lets it go. */
  isolate(a: number): void {
    const { m } = this
    const type = (page: Page): number => (this.#isCma(page) ? MIGRATE_CMA : MIGRATE_MOVABLE)
    if (this.#isolated !== null) {
      const [start, end] = this.#isolated
      this.#isolated = null
      const to = type(pfn_to_page(m, start))
      this.#do({}, this.#driver(a), () => undo_isolate_page_range(m, start, end, to))
      return
    }
    const unit = 1 << (m.maxOrder - 1)
    const page = (a % Math.floor(m.nrPages / unit)) * unit
    if (m.zoneOf[page] === 255) return
    const start = page_to_pfn(m, page)
    const ret = this.#do({}, this.#driver(a), () =>
      start_isolate_page_range(m, start, start + unit, type(page)),
    )
    if (ret === 0) this.#isolated = [start, start + unit]
  }

  #isCma(page: Page): boolean {
    const pfn = page_to_pfn(this.m, page)
    return this.m.cma.some((area) => pfn >= area.base_pfn && pfn < area.base_pfn + area.count)
  }

  /** Compacts every zone. */
  compact(a: number): void {
    this.#do({}, this.#driver(a), () => this.#compacted())
  }

  *#compacted(): Proc<number> {
    yield* compact_nodes(this.m)
    return 0
  }

  /** Takes a unit of the largest blocks offline; the next one brings it back. */
  offline(a: number): void {
    const { m } = this
    if (this.#offline !== null) {
      const start = this.#offline
      this.#offline = null
      this.#do({}, this.#driver(a), () => online_pages(m, start, 1 << (m.maxOrder - 1)))
      return
    }
    const unit = 1 << (m.maxOrder - 1)
    const page = (a % Math.floor(m.nrPages / unit)) * unit
    const zone = m.zones[m.zoneOf[page] as number]
    if (m.cma.length > 0 || this.#isolated !== null || zone === undefined) return
    const before = { present: zone.present_pages, managed: zone.managed_pages }
    const start = page_to_pfn(m, page)
    const types = m.pageblock.slice(page >> m.pageblockOrder, (page + unit) >> m.pageblockOrder)
    const ret = this.#do({}, this.#driver(a), () =>
      __offline_pages(m, start, start + unit, OFFLINE_NS),
    )
    if (ret === 0) this.#offline = start
    // A refusal at the first step leaves the types as they were (11.2 step 3).
    const refused = ret < 0 && types.some((type) => type !== MIGRATE_MOVABLE)
    if (refused) return
    const broken = offlineBroken(m, zone, [page, page + unit], ret, before)
    this.watch.violations.push(...broken)
  }

  /** The frame behind a page of a process, if it is there and an ordinary one. */
  #frame(a: number, b: number): Page {
    const at = this.#place(a, b)
    if (at === null) return NULL_PAGE
    const pte = readPte(at.user.process.mm, at.vpn)
    return pte_present(pte) && (pte & PTE_SPECIAL) === 0 ? pteTarget(pte) : NULL_PAGE
  }

  swap(a: number, b: number): void {
    const { m } = this
    const page = this.#frame(a, b)
    if (page === NULL_PAGE || !PageAnon(m, page) || !PageLRU(m, page)) return
    if (PageSwapCache(m, page)) return
    this.#do({}, this.#driver(a), () => (add_to_swap(m, page), 0))
  }

  /** Moves one page elsewhere, as move_pages does. */
  migrate(a: number, b: number): void {
    const { m } = this
    const page = this.#frame(a, b)
    if (page === NULL_PAGE || !PageLRU(m, page)) return
    this.#do({}, this.#driver(a), () => this.#migrated(page))
  }

  *#migrated(page: Page): Proc<number> {
    const { m } = this
    if (isolate_lru_page(m, page) !== 0) return 0
    mod_zone_page_state(m, page_zone(m, page), NR_ISOLATED_ANON + page_is_file_cache(m, page), 1)
    const list = [page]
    const ret = yield* migrate_pages(m, list, alloc_migrate_target, MIGRATE_SYNC, MR_MEMORY_HOTPLUG)
    if (ret !== 0) putback_movable_pages(m, list)
    return ret
  }

  /** Operations of a video device on memory of a process. */
  video(a: number, b: number, c: number): void {
    const at = this.#place(a, b)
    if (at === null) return
    const q = this.#queues[c % 2] as Vb2Queue
    const { m } = this
    const effect: Effect = { pins: true, unpins: () => true }
    this.#do(effect, at.task, () => {
      switch (Math.floor(c / 2) % 8) {
        case 0:
          return vb2_reqbufs(m, q, 2, 2 * PAGE_SIZE)
        case 1:
          return vb2_streamon(m, q)
        case 2:
          return vb2_streamoff(m, q)
        case 3:
          return vb2_buffer_done(q, b % 2) ? 0 : -1
        case 4:
          return vb2_dqbuf(m, q)
        default:
          return vb2_qbuf(m, q, b % 2, at.vpn * PAGE_SIZE, 2 * PAGE_SIZE)
      }
    })
  }

  /** Gives everything back; frames in use are then those of the boot, the zero page and files. */
  end(): string[] {
    const { m } = this
    if (this.#isolated !== null) this.isolate(0)
    if (this.#offline !== null) this.offline(0)
    for (const q of this.#queues) {
      const user = this.#user(0)
      const task = user?.process.task.id ?? this.#driver(0)
      this.#do({ unpins: () => true }, task, () => vb2_queue_release(m, q))
    }
    while (this.#pins.length > 0) this.unpin(0)
    while (this.#ranges.length > 0) this.release(0)
    while (this.#blocks.length > 0) this.free(0, 0, 0)
    for (const user of this.#users) {
      if (user.process.task.mm < 0) continue
      this.#do({ rewrites: true }, user.process.task.id, () => this.#exited())
    }
    this.drain(0)
    this.drain(1)
    return this.#leftOver()
  }

  #leftOver(): string[] {
    const { m } = this
    const broken: string[] = []
    if (m.pins.size > 0) broken.push(`end: ${m.pins.size} frames are still pinned`)
    if (m.swap.map.size > 0) broken.push(`end: ${m.swap.map.size} swap slots are still used`)
    if (m.cmaFramesPinned !== 0) broken.push(`end: ${m.cmaFramesPinned} CMA frames counted`)
    let cached = 0
    for (const space of m.address_spaces) cached += space?.pages.size ?? 0
    let used = 0
    for (const use of m.mem.use) if (use !== 0) used++
    const expected = this.usedAtBoot + cached
    if (used !== expected) broken.push(`end: ${used} frames in use, not ${expected}`)
    return broken
  }

  /** Frames in use before the first command, with the zero page; set by whoever made the world. */
  usedAtBoot = 0
}

interface CommandKind {
  /** How often it comes, relative to the others. */
  readonly weight: number
  readonly run: (w: World, a: number, b: number, c: number) => void
}

export const COMMANDS: Readonly<Record<string, CommandKind>> = {
  alloc: { weight: 20, run: (w, a, b, c) => w.alloc(a, b, c) },
  allocSleeping: { weight: 3, run: (w, a, b, c) => w.allocSleeping(a, b, c) },
  free: { weight: 18, run: (w, a, b, c) => w.free(a, b, c) },
  hog: { weight: 1, run: (w, a, _b, c) => w.hog(a, c) },
  unhog: { weight: 1, run: (w, _a, _b, c) => w.unhog(c) },
  write: { weight: 16, run: (w, a, b) => w.touch(a, b, true) },
  read: { weight: 8, run: (w, a, b) => w.touch(a, b, false) },
  map: { weight: 2, run: (w, a, b, c) => w.map(a, b, c) },
  munmap: { weight: 2, run: (w, a, b) => w.munmap(a, b) },
  dontneed: { weight: 3, run: (w, a, b) => w.onRange('dontneed', a, b) },
  mlock: { weight: 1, run: (w, a, b) => w.onRange('mlock', a, b) },
  munlock: { weight: 1, run: (w, a, b) => w.onRange('munlock', a, b) },
  fork: { weight: 1, run: (w, a) => w.fork(a) },
  exit: { weight: 1, run: (w, a) => w.exit(a) },
  pin: { weight: 5, run: (w, a, b, c) => w.pin(a, b, c) },
  unpin: { weight: 5, run: (w, a) => w.unpin(a) },
  drain: { weight: 2, run: (w, a) => w.drain(a) },
  dma: { weight: 2, run: (w, a, b, c) => w.dma(a, b, c) },
  release: { weight: 3, run: (w, a) => w.release(a) },
  contig: { weight: 1, run: (w, a, b, c) => w.contig(a, b, c) },
  isolate: { weight: 1, run: (w, a) => w.isolate(a) },
  compact: { weight: 1, run: (w, a) => w.compact(a) },
  offline: { weight: 1, run: (w, a) => w.offline(a) },
  swap: { weight: 2, run: (w, a, b) => w.swap(a, b) },
  migrate: { weight: 2, run: (w, a, b) => w.migrate(a, b) },
  video: { weight: 2, run: (w, a, b, c) => w.video(a, b, c) },
}
