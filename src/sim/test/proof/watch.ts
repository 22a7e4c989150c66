/**
 * Invariants that no single state can show, because they speak of what an operation does: allocator
 * INV-11, 12, 18, 25 to 31 and 33 to 35, gup-migration REF-32 and REF-33. Allocations are seen in the
 * event stream; commands are compared before and after.
 */
import {
  MIGRATE_CMA,
  MIGRATE_ISOLATE,
  MIGRATE_MOVABLE,
  MIGRATE_TYPES,
} from '../../include/linux/mmzone'
import { PG_compound, PG_dirty, PG_reserved, PG_swapcache } from '../../include/linux/page-flags'
import { listToArray } from '../../machine/columns'
import { REF_PV, USE_CMA_BUFFER, USE_KERNEL, USE_NONE } from '../../machine/kinds'
import { ref_count } from '../../machine/ledger'
import type { CmaArea, Machine, Zone } from '../../machine/machine'
import {
  isSwapPte,
  PMD_SHIFT,
  pte_present,
  PTE_DIRTY,
  PTE_SPECIAL,
  pteTarget,
  readPte,
  type MmStruct,
} from '../../machine/mm_types'
import { PAGE_MAPPING_ANON } from '../../machine/page'
import type { TraceSink } from '../../machine/trace'
import type { Page } from '../../machine/types'
import { vmEvent } from '../../machine/vm_events'
import { __free_pages, alloc_pages, PageBuddy } from '../../mm/page_alloc'
import { EV_mm_page_alloc } from '../../trace/events/kmem'

/** What a command may do; everything else is a violation. */
export interface Effect {
  /** It takes pins. */
  readonly pins?: boolean
  /** Holders whose pins it may put. */
  readonly unpins?: (holder: number) => boolean
  /** It changes contents or mappings on purpose (a write, munmap, exit). */
  readonly rewrites?: boolean
  /** It asks for the contiguous frames [start, end) of CMA; its result decides what must hold. */
  readonly contig?: readonly [Page, Page]
  /** It looks for a place of its own in an area: 0 or less when it found none. */
  readonly anyContig?: boolean
}

interface Mapped {
  readonly mm: MmStruct
  readonly vpn: number
  readonly page: Page
  readonly content: number
  readonly mapping: number
  readonly index: number
  readonly mapcount: number
  readonly isDirty: boolean
  /** References without those of pagevecs, which come and go. */
  readonly held: number
}

interface Snapshot {
  readonly pins: Map<Page, number[]>
  readonly maps: Mapped[]
  readonly use: Uint8Array
  readonly count: Int32Array
  readonly blocks: Uint8Array
  /** Blocks written to disk so far: a file page that was written out is clean for good reason. */
  readonly written: number
}

/** Listens to a machine's allocations and compares its commands. */
export class Watch implements TraceSink {
  readonly m: Machine
  readonly violations: string[] = []
  readonly #next: TraceSink | null
  readonly #areas = new Map<Page, number>()

  constructor(m: Machine) {
    this.m = m
    this.#next = m.trace.sink
    m.trace.sink = this
  }

  event(type: number, task: number, timeNs: number, a: number, b: number, c: number, d: number) {
    this.#next?.event(type, task, timeNs, a, b, c, d)
    if (type === EV_mm_page_alloc && a >= 0) this.#allocated(a - this.m.startPfn, b, c)
  }

  #violate(rule: string, what: string): void {
    if (this.violations.length < 20) this.violations.push(`${rule}: ${what}`)
  }

  /** A page was handed out: whose pageblock, how aligned, with which references. */
  #allocated(page: Page, order: number, type: number): void {
    const { m } = this
    const pfn = page + m.startPfn
    const block = m.pageblock[page >> m.pageblockOrder]
    if (block === MIGRATE_CMA && type !== MIGRATE_MOVABLE) {
      this.#violate('INV-11', `pfn ${pfn} of a CMA pageblock for a request of type ${type}`)
      this.#violate('REF-32', `pfn ${pfn} of a CMA pageblock for a request of type ${type}`)
    }
    // Strays are parked on per-CPU lists (4.5.4); where nothing parks, nothing strays.
    const canStray = m.zones.some((zone) => zone.pageset.some((pcp) => pcp.high > 0))
    if (block === MIGRATE_ISOLATE && !canStray) {
      this.#violate('INV-12', `pfn ${pfn} of an isolated pageblock`)
    }
    const compound = ((m.mem.flags[page] as number) & PG_compound) !== 0
    let tails = 0
    for (let at = page + 1; at < page + (1 << order); at++) tails += m.mem.count[at] as number
    if ((page & ((1 << order) - 1)) !== 0 || (m.mem.count[page] as number) < 1) {
      this.#violate('INV-18', `pfn ${pfn} order ${order}: misaligned or without a reference`)
    }
    if (!compound && tails !== 0) this.#violate('INV-18', `pfn ${pfn} order ${order}: tails held`)
  }

  /** Runs a command and looks at what it did. */
  command(effect: Effect, run: () => number): number {
    const before = snapshotOf(this.m, effect)
    const ret = run()
    this.#comparePins(before, effect)
    this.#compareMaps(before, effect)
    this.#compareKernelPages(before, effect)
    if (effect.contig !== undefined) this.#compareContig(before, effect.contig, ret)
    if (effect.anyContig === true && ret < 0) this.#compareFailure(before)
    return ret
  }

  #comparePins(before: Snapshot, effect: Effect): void {
    for (const [page, holders] of before.pins) {
      const now = holdersOf(this.m, page)
      for (const holder of holders) {
        const at = now.indexOf(holder)
        if (at >= 0) now.splice(at, 1)
        else if (effect.unpins?.(holder) !== true) {
          this.#violate('INV-31', `pfn ${page + this.m.startPfn} lost the pin of holder ${holder}`)
        }
      }
    }
    if (effect.pins === true) return
    for (const page of this.m.pins.keys()) {
      const more = holdersOf(this.m, page).length - (before.pins.get(page)?.length ?? 0)
      if (more > 0) this.#violate('REF-33', `pfn ${page + this.m.startPfn} got ${more} pins`)
    }
  }

  #compareMaps(before: Snapshot, effect: Effect): void {
    if (effect.rewrites === true) return
    const { m } = this
    for (const old of before.maps) {
      const pte = readPte(old.mm, old.vpn)
      const where = `page number ${old.vpn} of mm ${old.mm.id}`
      if (!pte_present(pte)) {
        // A page in swap, or a file page: the next access finds it again.
        const isAnon = (old.mapping & PAGE_MAPPING_ANON) !== 0
        if (!isSwapPte(pte) && isAnon) this.#violate('INV-28', `${where} is mapped no more`)
        continue
      }
      const page = pteTarget(pte)
      if ((pte & PTE_SPECIAL) !== 0 || m.mem.content[page] !== old.content) {
        this.#violate('INV-30', `${where}: content ${m.mem.content[page]}, was ${old.content}`)
      }
      if (page !== old.page) this.#compareMoved(before, old, page, where, effect)
    }
  }

  #compareMoved(before: Snapshot, old: Mapped, page: Page, where: string, effect: Effect): void {
    const { mem } = this.m
    // A copy on write leaves the old page where it was, with its mapping.
    const isCopy = mem.mapping[old.page] === old.mapping && mem.use[old.page] !== USE_NONE
    if (isCopy && mem.count[old.page] !== 0) return
    if (mem.index[page] !== old.index) {
      this.#violate('INV-30', `${where} moved and changed its index`)
    }
    // A call that pins may have mapped the page once more, or made it its own, before it moved.
    if (effect.pins !== true && mem.mapping[page] !== old.mapping) {
      this.#violate('INV-30', `${where} moved and changed its mapping`)
    }
    if (effect.pins !== true && mem.mapcount[page] !== old.mapcount) {
      this.#violate('INV-30', `${where} moved and is mapped ${mem.mapcount[page]} + 1 times`)
    }
    const isAnon = (old.mapping & PAGE_MAPPING_ANON) !== 0
    const mayBeClean = !isAnon && vmEvent(this.m, 'pgpgout') > before.written
    if (old.isDirty && !mayBeClean && !isDirty(this.m, readPte(old.mm, old.vpn), page)) {
      this.#violate('INV-30', `${where} moved and is clean`)
    }
  }

  /** What the kernel allocated stays where it is and belongs to whom it did, unless given back. */
  #compareKernelPages(before: Snapshot, effect: Effect): void {
    if (effect.contig === undefined && effect.anyContig !== true) return
    for (const [page, use] of before.use.entries()) {
      if (use !== USE_KERNEL || before.count[page] === 0) continue
      const same = this.m.mem.use[page] === use && this.m.mem.count[page] === before.count[page]
      if (!same) this.#violate('INV-28', `pfn ${page + this.m.startPfn} was taken from its owner`)
    }
  }

  #compareContig(before: Snapshot, [start, end]: readonly [Page, Page], ret: number): void {
    const { m } = this
    // Targets may be stolen from pageblocks elsewhere; the rounded range itself is CMA again.
    const unit = 1 << Math.max(m.maxOrder - 1, m.pageblockOrder)
    const first = Math.floor(start / unit) * unit
    const last = Math.ceil(end / unit) * unit
    for (let i = first >> m.pageblockOrder; i < last >> m.pageblockOrder; i++) {
      const type = m.pageblock[i]
      if (type !== before.blocks[i] || type === MIGRATE_ISOLATE) {
        this.#violate('INV-26', `pageblock ${i} has type ${type}`)
      }
    }
    if (ret < 0) {
      this.#compareFailure(before)
      return
    }
    for (let page = start; page < end; page++) {
      const { count, flags, mapping, mapcount } = m.mem
      const isFresh =
        count[page] === 1 && flags[page] === 0 && mapping[page] === 0 && mapcount[page] === -1
      if (!isFresh) this.#violate('INV-27', `pfn ${page + m.startPfn} is not a fresh page`)
    }
  }

  #compareFailure(before: Snapshot): void {
    const { m } = this
    for (const [page, use] of before.use.entries()) {
      if (use !== USE_CMA_BUFFER && m.mem.use[page] === USE_CMA_BUFFER) {
        this.#violate('INV-28', `pfn ${page + m.startPfn} went to a caller that failed`)
      }
    }
    for (const old of before.maps) {
      const pte = readPte(old.mm, old.vpn)
      const isAnon = (old.mapping & PAGE_MAPPING_ANON) !== 0
      const inSwap = ((m.mem.flags[old.page] as number) & PG_swapcache) !== 0
      if (!pte_present(pte) || pteTarget(pte) !== old.page || !isAnon || inSwap) continue
      const same =
        heldOf(m, old.page) === old.held &&
        m.mem.mapcount[old.page] === old.mapcount &&
        m.mem.mapping[old.page] === old.mapping
      if (!same) {
        const was = `${old.held} references, mapcount ${old.mapcount + 1}`
        this.#violate('INV-29', `pfn ${old.page + m.startPfn} did not move and had ${was}`)
      }
    }
  }

  /** A contiguous allocation was made: live ones are disjoint and aligned (INV-25). */
  areaTaken(area: CmaArea, page: Page, count: number, align: number): void {
    const offset = page + this.m.startPfn - area.base_pfn
    const unit = 1 << Math.min(align, this.m.spec.cmaAlignmentOrder)
    if (offset % unit !== 0)
      this.#violate('INV-25', `offset ${offset} is not a multiple of ${unit}`)
    for (const [other, pages] of this.#areas) {
      if (page < other + pages && other < page + count) {
        this.#violate('INV-25', `${count} pages at ${page} overlap ${pages} at ${other}`)
      }
    }
    this.#areas.set(page, count)
  }

  areaGiven(page: Page): void {
    this.#areas.delete(page)
  }
}

function holdersOf(m: Machine, page: Page): number[] {
  return (m.pins.get(page) ?? []).map((record) => record.holder)
}

function heldOf(m: Machine, page: Page): number {
  return (m.mem.count[page] as number) - ref_count(m, page, REF_PV)
}

function isDirty(m: Machine, pte: number, page: Page): boolean {
  return (pte & PTE_DIRTY) !== 0 || ((m.mem.flags[page] as number) & PG_dirty) !== 0
}

const NO_USE = new Uint8Array(0)
const NO_COUNT = new Int32Array(0)

function snapshotOf(m: Machine, effect: Effect): Snapshot {
  const isContig = effect.contig !== undefined || effect.anyContig === true
  const pins = new Map<Page, number[]>()
  for (const page of m.pins.keys()) pins.set(page, holdersOf(m, page))
  return {
    pins,
    maps: effect.rewrites === true ? [] : mapsOf(m),
    use: isContig ? m.mem.use.slice() : NO_USE,
    count: isContig ? m.mem.count.slice() : NO_COUNT,
    blocks: isContig ? m.pageblock.slice() : NO_USE,
    written: vmEvent(m, 'pgpgout'),
  }
}

/** Every page a process has mapped, but for the zero page and driver memory. */
function mapsOf(m: Machine): Mapped[] {
  const maps: Mapped[] = []
  const { mem } = m
  for (const mm of m.mms) {
    for (const [pmd, table] of mm.pgd) {
      for (const [i, pte] of table.entries.entries()) {
        if (pte === 0 || !pte_present(pte) || (pte & PTE_SPECIAL) !== 0) continue
        const page = pteTarget(pte)
        maps.push({
          mm,
          vpn: (pmd << PMD_SHIFT) + i,
          page,
          content: mem.content[page] as number,
          mapping: mem.mapping[page] as number,
          index: mem.index[page] as number,
          mapcount: mem.mapcount[page] as number,
          isDirty: isDirty(m, pte, page),
          held: heldOf(m, page),
        })
      }
    }
  }
  return maps
}

/** Free lists of all zones as sets: order, type, sorted frames. */
function listSets(m: Machine): string[] {
  return m.zones.flatMap((zone) =>
    Array.from(zone.free_list, (head, i) => {
      const pages = listToArray(m.mem, head).toSorted((a, b) => a - b)
      return `${Math.trunc(i / MIGRATE_TYPES)} ${i % MIGRATE_TYPES}: ${pages.join(',')}`
    }),
  )
}

/** An allocation that needs no fallback, freed at once, restores every list as a set (INV-33). */
export function roundTrip(
  m: Machine,
  gfp: number,
  order: number,
  free: (page: Page) => void = (page) => __free_pages(m, page, order),
): string[] {
  const before = listSets(m)
  const page = alloc_pages(m, gfp, order)
  if (page < 0) return []
  free(page)
  const after = listSets(m)
  return after.flatMap((set, i) =>
    set === before[i] ? [] : [`INV-33: list ${set}, before ${before[i]}`],
  )
}

/** With everything free and drained, only the largest blocks are left (INV-34). */
export function notMaximal(m: Machine): string[] {
  const broken: string[] = []
  for (const zone of m.zones) {
    const whole = zone.spanned_pages >> (m.maxOrder - 1)
    for (const [order, blocks] of zone.nr_free.entries()) {
      const expected = order === m.maxOrder - 1 ? whole : 0
      if (blocks !== expected) broken.push(`INV-34: ${zone.name} order ${order}: ${blocks} blocks`)
    }
  }
  return broken
}

/** Sizes of a zone before an attempt to take part of it offline. */
export interface ZoneSizes {
  readonly present: number
  readonly managed: number
}

/** What must hold after offline_pages over [start, end) returned `ret` (INV-35). */
export function offlineBroken(
  m: Machine,
  zone: Zone,
  [start, end]: readonly [Page, Page],
  ret: number,
  before: ZoneSizes,
): string[] {
  const broken: string[] = []
  for (let page = start; page < end; page += 1 << m.pageblockOrder) {
    const type = m.pageblock[page >> m.pageblockOrder]
    if (type !== MIGRATE_MOVABLE) broken.push(`INV-35: pageblock at ${page} has type ${type}`)
  }
  const gone = ret === 0 ? end - start : 0
  if (
    zone.present_pages !== before.present - gone ||
    zone.managed_pages !== before.managed - gone
  ) {
    broken.push(`INV-35: ${zone.present_pages} present, ${zone.managed_pages} managed`)
  }
  if (ret !== 0) return broken
  for (let page = start; page < end; page++) {
    const isReserved = ((m.mem.flags[page] as number) & PG_reserved) !== 0
    if (!isReserved || PageBuddy(m, page)) broken.push(`INV-35: page ${page} is not reserved`)
  }
  return broken
}
