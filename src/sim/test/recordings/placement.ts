/**
 * Placement as the recording has it. Which frame an allocation gets depends on everything the kernel did
 * before; where the recording does not tell all of that, the recorded frame is put where the allocator
 * takes the next one from. Nothing of this is part of the model.
 */
import {
  MIGRATE_CMA,
  MIGRATE_MOVABLE,
  MIGRATE_RECLAIMABLE,
  MIGRATE_RESERVE,
  MIGRATE_TYPES,
  MIGRATE_UNMOVABLE,
} from '../../include/linux/mmzone'
import { list_add, list_del } from '../../machine/columns'
import { REF_ALLOC, USE_NONE } from '../../machine/kinds'
import { inCmaArea, ref_sum } from '../../machine/ledger'
import { page_zone, pfn_to_page, type Machine, type Zone } from '../../machine/machine'
import { NULL_PAGE, type Page, type Pfn } from '../../machine/types'
import { __free_pages, alloc_pages, drain_all_pages } from '../../mm/page_alloc'
import {
  __mod_zone_freepage_state,
  freeListHead,
  get_pageblock_migratetype,
  page_order,
  PageBuddy,
  set_freepage_migratetype,
  set_page_order,
  takeFreeBlock,
} from '../../mm/page_alloc_buddy'

/** Mask of the driver's hogs: GFP_HIGHUSER_MOVABLE that neither sleeps nor warns. */
export const HOG_GFP = 0x2020a

/** Where a request looks when its own lists are empty (allocator 3.5). */
const FALLBACKS: readonly (readonly number[])[] = [
  [MIGRATE_RECLAIMABLE, MIGRATE_MOVABLE],
  [MIGRATE_UNMOVABLE, MIGRATE_MOVABLE],
  [MIGRATE_CMA, MIGRATE_RECLAIMABLE, MIGRATE_UNMOVABLE],
]

function firstOf(m: Machine, head: number): Page {
  const page = m.mem.next[head] as number
  return page === head ? NULL_PAGE : page
}

/** The frame the next order-0 request of the type gets from the zone. */
export function nextFrame(m: Machine, zone: Zone, type: number): Page {
  const waiting = firstOf(m, zone.pageset[0]?.lists[type as 0 | 1 | 2] as number)
  if (waiting !== NULL_PAGE) return waiting
  const smallest = (of: number): Page => {
    for (let order = 0; order < m.maxOrder; order++) {
      const page = firstOf(m, freeListHead(zone, order, of))
      if (page !== NULL_PAGE) return page
    }
    return NULL_PAGE
  }
  const own = smallest(type)
  if (own !== NULL_PAGE) return own
  for (let order = m.maxOrder - 1; order >= 0; order--) {
    for (const other of FALLBACKS[type] ?? []) {
      const page = firstOf(m, freeListHead(zone, order, other))
      if (page !== NULL_PAGE) return page
    }
  }
  return smallest(MIGRATE_RESERVE)
}

/** The free block a frame lies in; NULL_PAGE when it is in none. */
function freeBlockOf(m: Machine, page: Page): Page {
  for (let order = 0; order < m.maxOrder; order++) {
    const head = page & (~0 << order)
    if (PageBuddy(m, head) && page_order(m, head) >= order) return head
  }
  return NULL_PAGE
}

/** The list a linked page is on: its sentinel. */
function listOf(m: Machine, page: Page): number {
  let at = m.mem.next[page] as number
  while (at < m.nrPages) at = m.mem.next[at] as number
  return at
}

/** Takes one frame out of a free block; the rest of the block stays on the lists of its type. */
function takeFromBlock(m: Machine, zone: Zone, head: Page, page: Page): void {
  const type = zone.free_list.indexOf(listOf(m, head)) % MIGRATE_TYPES
  let order = page_order(m, head)
  takeFreeBlock(m, zone, head, order)
  let low = head
  while (order > 0) {
    order--
    const middle = low + (1 << order)
    const [keep, rest] = page < middle ? [low, middle] : [middle, low]
    set_page_order(m, rest, order)
    list_add(m.mem, rest, freeListHead(zone, order, type))
    zone.nr_free[order] = (zone.nr_free[order] as number) + 1
    low = keep
  }
  __mod_zone_freepage_state(m, zone, -1, get_pageblock_migratetype(m, page))
}

/** A frame that only its allocation holds: a hog's or the kernel's. */
function isLoose(m: Machine, page: Page): boolean {
  const { count, mapcount, refs } = m.mem
  const alone = count[page] === 1 && mapcount[page] === -1 && ref_sum(m, page) === 1
  return alone && refs[REF_ALLOC * m.nrPages + page] === 1
}

/** Puts the frame at the head of the per-CPU list of the type; false when somebody uses it. */
export function bringToHead(m: Machine, page: Page, type: number): boolean {
  const zone = page_zone(m, page)
  const pcp = zone.pageset[0]
  if (pcp === undefined) return false
  const block = freeBlockOf(m, page)
  if (block !== NULL_PAGE) takeFromBlock(m, zone, block, page)
  else if (isLoose(m, page)) {
    m.mem.count[page] = 0
    m.mem.refs[REF_ALLOC * m.nrPages + page] = 0
    m.mem.use[page] = USE_NONE
  } else if (m.mem.count[page] === 0 && pcp.lists.includes(listOf(m, page))) {
    list_del(m.mem, page)
    pcp.count--
  } else return false
  const inCma = get_pageblock_migratetype(m, page) === MIGRATE_CMA
  set_freepage_migratetype(m, page, inCma ? MIGRATE_CMA : type)
  list_add(m.mem, page, pcp.lists[type as 0 | 1 | 2])
  pcp.count++
  return true
}

/** A recorded allocation to come: null = as the model does it. */
export interface Wanted {
  readonly pfn: Pfn
  readonly order: number
  readonly gfp: number
  readonly type: number
}

/** Masks of allocations the model makes itself; others are the recording kernel's own. */
export const MODELLED_GFP = new Set([0x200da, 0x200d2, 0x200d8, 0x2084d0, 0x200, 0x201da])

/** Steers allocations to recorded frames. */
export class Placement {
  /** Allocations that had to be steered since the last `take`. */
  steered: Pfn[] = []
  /** Frames that could not be given because somebody uses them. */
  refused: Pfn[] = []
  /** Allocations of the recording kernel that the model does not make. */
  foreign: Wanted[] = []
  #wanted: (Wanted | null)[] = []
  #busy = false

  readonly #m: Machine
  /** The driver keeps all movable frames outside CMA for itself. */
  readonly #mayHog: () => boolean

  constructor(m: Machine, mayHog: () => boolean) {
    this.#m = m
    this.#mayHog = mayHog
    let allocs = 0
    Object.defineProperty(m.counters, 'allocs', {
      enumerable: true,
      get: () => allocs,
      set: (n: number) => {
        allocs = n
        this.#next()
      },
    })
  }

  /** The allocations to come, in order. */
  want(wanted: readonly (Wanted | null)[]): void {
    this.#wanted = [...wanted]
  }

  /** Forgets what is still wanted; returns how many allocations did not come. */
  done(): number {
    // What the recording kernel allocated for itself at the end.
    while (this.#takeForeign());
    const left = this.#wanted.length
    this.#wanted = []
    return left
  }

  #takeForeign(): boolean {
    const wanted = this.#wanted[0]
    if (wanted === undefined || wanted === null || MODELLED_GFP.has(wanted.gfp)) return false
    this.#wanted.shift()
    this.foreign.push(wanted)
    this.#busy = true
    alloc_pages(this.#m, wanted.gfp, wanted.order)
    this.#busy = false
    return true
  }

  #next(): void {
    if (this.#busy) return
    while (this.#takeForeign());
    const wanted = this.#wanted.shift()
    if (wanted?.order !== 0) return
    this.#busy = true
    this.#place(wanted)
    this.#busy = false
  }

  #place({ pfn, type }: Wanted): void {
    const m = this.#m
    const page = pfn_to_page(m, pfn)
    const zone = page_zone(m, page)
    if (nextFrame(m, zone, type) === page) return
    if (bringToHead(m, page, type)) this.steered.push(pfn)
    else this.refused.push(pfn)
  }

  /**
   * Before it touches memory the driver takes the movable frames that came free outside CMA. Called
   * before a step whose first movable frame is known; true when that was done.
   */
  hogFor(wanted: readonly (Wanted | null)[]): boolean {
    const m = this.#m
    const first = wanted.find((w) => w?.type === MIGRATE_MOVABLE)
    if (!this.#mayHog() || first === undefined || first === null) return false
    const page = pfn_to_page(m, first.pfn)
    if (!inCmaArea(m, page) || isMigrationTarget(first)) return false
    const next = nextFrame(m, page_zone(m, page), MIGRATE_MOVABLE)
    if (next === NULL_PAGE || inCmaArea(m, next)) return false
    hogUntilCma(m)
    return true
  }
}

/** Targets of CMA's own migration come while the allocation runs, not from the program. */
function isMigrationTarget(wanted: Wanted): boolean {
  return wanted.gfp === 0x200d8
}

/** Takes movable frames until one comes from CMA, which goes back; how many it kept. */
export function hogUntilCma(m: Machine): number {
  let kept = 0
  for (;;) {
    const page = alloc_pages(m, HOG_GFP, 0)
    if (page === NULL_PAGE) break
    if (inCmaArea(m, page)) {
      __free_pages(m, page, 0)
      break
    }
    kept++
  }
  drain_all_pages(m)
  return kept
}
