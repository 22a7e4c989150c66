/** Where a frame is, and whether it can be freed as a call asks. */
import { MIGRATE_PCPTYPES } from '../include/linux/mmzone'
import { at, listToArray } from '../machine/columns'
import { REF_ALLOC, REF_KINDS, USE_NONE } from '../machine/kinds'
import { ref_count, ref_init } from '../machine/ledger'
import { page_to_pfn, type Machine } from '../machine/machine'
import type { Page } from '../machine/types'
import { page_order, PageBuddy } from '../mm/page_alloc'
import { ExecRefusal, type Session } from './session'

/** Head of the free block that covers the frame, or -1. */
export function freeBlockOf(m: Machine, page: Page): Page {
  for (let order = 0; order < m.maxOrder; order++) {
    const head = page & ~((1 << order) - 1)
    if (PageBuddy(m, head) && page < head + (1 << page_order(m, head))) return head
  }
  return -1
}

export interface PcpPlace {
  readonly cpu: number
  readonly type: number
}

/** The per-CPU list the frame waits on; null when it is on none. */
export function pcpOf(m: Machine, page: Page): PcpPlace | null {
  if (m.mem.count[page] !== 0 || m.mem.use[page] !== USE_NONE) return null
  const zone = m.zones[at(m.zoneOf, page)]
  for (const [cpu, pcp] of (zone?.pageset ?? []).entries()) {
    for (let type = 0; type < MIGRATE_PCPTYPES; type++) {
      if (listToArray(m.mem, pcp.lists[type] as number).includes(page)) return { cpu, type }
    }
  }
  return null
}

/** True when the allocator has the frame: in a free block or on a per-CPU list. */
export function isFree(m: Machine, page: Page): boolean {
  return m.mem.count[page] === 0 && m.mem.use[page] === USE_NONE
}

/** References by kind, those there are none of left out. */
export function refsOf(m: Machine, page: Page): Record<string, number> {
  return Object.fromEntries(
    REF_KINDS.map((name, kind) => [name, ref_count(m, page, kind)] as const).filter(
      ([, n]) => n > 0,
    ),
  )
}

/** A frame as results list what is pinned. */
export function pinned(m: Machine, page: Page): object {
  return {
    pfn: page_to_pfn(m, page),
    count: at(m.mem.count, page),
    mapcount: at(m.mem.mapcount, page) + 1,
  }
}

/** Refuses a frame that is free already: what the kernel would do then is not defined. */
export function refuseFree(x: Session, page: Page): void {
  if (!isFree(x.m, page)) return
  throw new ExecRefusal(`pfn ${page_to_pfn(x.m, page)} is free already`)
}

/** Refuses to free a block that cannot be one the allocator handed out. */
export function checkFreeable(x: Session, page: Page, order: number): void {
  const { m } = x
  const pfn = page_to_pfn(m, page)
  if (order >= m.maxOrder) {
    throw new ExecRefusal(`order ${order} is none; orders go from 0 to ${m.maxOrder - 1}`)
  }
  const size = 1 << order
  if (page % size !== 0) throw new ExecRefusal(`pfn ${pfn} is not aligned to order ${order}`)
  for (let frame = page; frame < page + size; frame++) {
    if (frame >= m.nrPages || m.zoneOf[frame] !== m.zoneOf[page]) {
      throw new ExecRefusal(`the block of order ${order} at pfn ${pfn} leaves its zone`)
    }
    refuseFree(x, frame)
  }
  if (ref_count(m, page, REF_ALLOC) > 0) return
  const held = Object.entries(refsOf(m, page)).map(([kind, n]) => `${kind} ${n}`)
  const holders = held.join(', ') || 'it is the tail of a block'
  throw new ExecRefusal(`pfn ${pfn} has no allocation reference to drop (${holders})`)
}

/** A frame that was in use before the first call and that nobody else refers to. */
function isStateFrame(m: Machine, page: Page): boolean {
  return (
    m.mem.since[page] === 0 &&
    m.mem.owner[page] === 0 &&
    m.mem.count[page] === 1 &&
    ref_count(m, page, REF_ALLOC) === 1
  )
}

/** Frames in use since the start are single pages until somebody treats them as one block. */
export function joinStateFrames(m: Machine, page: Page, order: number): void {
  const end = page + (1 << order)
  for (let frame = page; frame < end; frame++) if (!isStateFrame(m, frame)) return
  for (let frame = page + 1; frame < end; frame++) {
    m.mem.count[frame] = 0
    m.mem.refs[REF_ALLOC * m.nrPages + frame] = 0
  }
  ref_init(m, page, REF_ALLOC)
}
