// Model of include/trace/events/kmem.h, v3.9 (allocator 12.2).
import { gfpText } from '../../include/linux/gfp'
import { pageText, type EventType, type FrameExtent } from '../event'

export const EV_mm_page_alloc = 1
export const EV_mm_page_free = 2
export const EV_mm_page_free_batched = 3
export const EV_mm_page_alloc_zone_locked = 4
export const EV_mm_page_pcpu_drain = 5
export const EV_mm_page_alloc_extfrag = 6

/** Packs the small fields of mm_page_alloc_extfrag into one word. */
export function packExtfrag(
  fallbackOrder: number,
  pageblockOrder: number,
  allocType: number,
  fallbackType: number,
): number {
  return (fallbackOrder << 24) | (pageblockOrder << 16) | (allocType << 8) | fallbackType
}

/** NULL pages carry pfn 0, as the kernel prints them (allocator 5.6.1); a = -1 stands for it. */
function pfnOf(a: number): number {
  return a < 0 ? 0 : a
}

/** A block of 2^b pages. */
const BLOCK: readonly FrameExtent[] = [{ first: 'a', order: 'b' }]

export const KMEM_EVENTS: readonly EventType[] = [
  {
    id: EV_mm_page_alloc,
    name: 'mm_page_alloc',
    system: 'kmem',
    aIsPfn: true,
    frames: BLOCK,
    fields: (a, b, c, d) => ({ pfn: pfnOf(a), order: b, migratetype: c, gfp_flags: gfpText(d) }),
    text: (a, b, c, d) =>
      `page=${pageText(a)} pfn=${pfnOf(a)} order=${b} migratetype=${c} gfp_flags=${gfpText(d)}`,
  },
  {
    id: EV_mm_page_free,
    name: 'mm_page_free',
    system: 'kmem',
    aIsPfn: true,
    frames: BLOCK,
    fields: (a, b) => ({ pfn: a, order: b }),
    text: (a, b) => `page=${pageText(a)} pfn=${a} order=${b}`,
  },
  {
    id: EV_mm_page_free_batched,
    name: 'mm_page_free_batched',
    system: 'kmem',
    aIsPfn: true,
    fields: (a, b) => ({ pfn: a, order: 0, cold: b }),
    text: (a, b) => `page=${pageText(a)} pfn=${a} order=0 cold=${b}`,
  },
  {
    id: EV_mm_page_alloc_zone_locked,
    name: 'mm_page_alloc_zone_locked',
    system: 'kmem',
    aIsPfn: true,
    frames: BLOCK,
    fields: (a, b, c) => ({
      pfn: pfnOf(a),
      order: b,
      migratetype: c,
      percpu_refill: b === 0 ? 1 : 0,
    }),
    text: (a, b, c) =>
      `page=${pageText(a)} pfn=${pfnOf(a)} order=${b} migratetype=${c} percpu_refill=${b === 0 ? 1 : 0}`,
  },
  {
    id: EV_mm_page_pcpu_drain,
    name: 'mm_page_pcpu_drain',
    system: 'kmem',
    aIsPfn: true,
    frames: BLOCK,
    fields: (a, b, c) => ({ pfn: a, order: b, migratetype: c }),
    text: (a, b, c) => `page=${pageText(a)} pfn=${a} order=${b} migratetype=${c}`,
  },
  {
    id: EV_mm_page_alloc_extfrag,
    name: 'mm_page_alloc_extfrag',
    system: 'kmem',
    aIsPfn: true,
    // The block that was found, of the fallback's order.
    frames: [{ first: 'a', order: 'c', shift: 24 }],
    fields: (a, b, c) => extfragFields(a, b, c),
    text: (a, b, c) => {
      const f = extfragFields(a, b, c)
      return `page=${pageText(a)} ${Object.entries(f)
        .map(([name, value]) => `${name}=${value}`)
        .join(' ')}`
    },
  },
]

function extfragFields(pfn: number, order: number, packed: number): Record<string, number> {
  const fallbackOrder = (packed >> 24) & 0xff
  const pageblockOrder = (packed >> 16) & 0xff
  const allocType = (packed >> 8) & 0xff
  const fallbackType = packed & 0xff
  return {
    pfn,
    alloc_order: order,
    fallback_order: fallbackOrder,
    pageblock_order: pageblockOrder,
    alloc_migratetype: allocType,
    fallback_migratetype: fallbackType,
    fragmenting: fallbackOrder < pageblockOrder ? 1 : 0,
    change_ownership: allocType === fallbackType ? 1 : 0,
  }
}
