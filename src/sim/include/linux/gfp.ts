// Model of include/linux/gfp.h, v3.9 (allocator 2.1-2.3).

export const __GFP_DMA = 0x1
export const __GFP_HIGHMEM = 0x2
export const __GFP_DMA32 = 0x4
export const __GFP_MOVABLE = 0x8
export const __GFP_WAIT = 0x10
export const __GFP_HIGH = 0x20
export const __GFP_IO = 0x40
export const __GFP_FS = 0x80
export const __GFP_COLD = 0x100
export const __GFP_NOWARN = 0x200
export const __GFP_REPEAT = 0x400
export const __GFP_NOFAIL = 0x800
export const __GFP_NORETRY = 0x1000
export const __GFP_MEMALLOC = 0x2000
export const __GFP_COMP = 0x4000
export const __GFP_ZERO = 0x8000
export const __GFP_NOMEMALLOC = 0x10000
export const __GFP_HARDWALL = 0x20000
export const __GFP_THISNODE = 0x40000
export const __GFP_RECLAIMABLE = 0x80000
export const __GFP_KMEMCG = 0x100000
export const __GFP_NOTRACK = 0x200000
export const __GFP_NO_KSWAPD = 0x400000
export const __GFP_OTHER_NODE = 0x800000
export const __GFP_WRITE = 0x1000000

export const GFP_NOWAIT = 0
export const GFP_ATOMIC = 0x20
export const GFP_KERNEL = 0xd0
export const GFP_TEMPORARY = 0x800d0
export const GFP_USER = 0x200d0
export const GFP_HIGHUSER = 0x200d2
export const GFP_HIGHUSER_MOVABLE = 0x200da
export const GFP_TRANSHUGE = 0x4352da

/** Names in the order in which the trace text tries them (allocator 12.2.4). */
const TEXT: readonly (readonly [number, string])[] = [
  [GFP_TRANSHUGE, 'GFP_TRANSHUGE'],
  [GFP_HIGHUSER_MOVABLE, 'GFP_HIGHUSER_MOVABLE'],
  [GFP_HIGHUSER, 'GFP_HIGHUSER'],
  [GFP_USER, 'GFP_USER'],
  [GFP_TEMPORARY, 'GFP_TEMPORARY'],
  [GFP_KERNEL, 'GFP_KERNEL'],
  [0x50, 'GFP_NOFS'],
  [GFP_ATOMIC, 'GFP_ATOMIC'],
  [__GFP_WAIT, 'GFP_NOIO'],
  [__GFP_HIGH, 'GFP_HIGH'],
  [__GFP_WAIT, 'GFP_WAIT'],
  [__GFP_IO, 'GFP_IO'],
  [__GFP_COLD, 'GFP_COLD'],
  [__GFP_NOWARN, 'GFP_NOWARN'],
  [__GFP_REPEAT, 'GFP_REPEAT'],
  [__GFP_NOFAIL, 'GFP_NOFAIL'],
  [__GFP_NORETRY, 'GFP_NORETRY'],
  [__GFP_COMP, 'GFP_COMP'],
  [__GFP_ZERO, 'GFP_ZERO'],
  [__GFP_NOMEMALLOC, 'GFP_NOMEMALLOC'],
  [__GFP_MEMALLOC, 'GFP_MEMALLOC'],
  [__GFP_HARDWALL, 'GFP_HARDWALL'],
  [__GFP_THISNODE, 'GFP_THISNODE'],
  [__GFP_RECLAIMABLE, 'GFP_RECLAIMABLE'],
  [__GFP_KMEMCG, 'GFP_KMEMCG'],
  [__GFP_MOVABLE, 'GFP_MOVABLE'],
  [__GFP_NOTRACK, 'GFP_NOTRACK'],
  [__GFP_NO_KSWAPD, 'GFP_NO_KSWAPD'],
  [__GFP_OTHER_NODE, 'GFP_OTHER_NODE'],
]

/** GFP mask as the trace points print it: greedy, first match removes its bits (12.2.4, EX-48). */
export function gfpText(mask: number): string {
  if (mask === 0) return 'GFP_NOWAIT'
  const parts: string[] = []
  let rest = mask
  for (const [bits, name] of TEXT) {
    if ((rest & bits) !== bits) continue
    parts.push(name)
    rest &= ~bits
  }
  if (rest !== 0) parts.push(`0x${rest.toString(16)}`)
  return parts.join('|')
}
