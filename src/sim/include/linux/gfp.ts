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
/** What zram asks for: lowmem is not needed, no I/O may be started, and the page can never move. */
export const GFP_NOIO_HIGHMEM = __GFP_WAIT | __GFP_HIGHMEM
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

/** Combinations by the name behind `GFP_` (allocator 2.2). */
const COMBINATIONS: ReadonlyMap<string, number> = new Map([
  ['NOWAIT', GFP_NOWAIT],
  ['ATOMIC', GFP_ATOMIC],
  ['NOIO', __GFP_WAIT],
  ['NOFS', __GFP_WAIT | __GFP_IO],
  ['KERNEL', GFP_KERNEL],
  ['TEMPORARY', GFP_TEMPORARY],
  ['USER', GFP_USER],
  ['HIGHUSER', GFP_HIGHUSER],
  ['HIGHUSER_MOVABLE', GFP_HIGHUSER_MOVABLE],
  ['TRANSHUGE', GFP_TRANSHUGE],
  ['THISNODE', __GFP_THISNODE | __GFP_NOWARN | __GFP_NORETRY],
  ['IOFS', __GFP_IO | __GFP_FS],
])

/** Single bits by the name behind `__GFP_` (allocator 2.1). */
const BITS: ReadonlyMap<string, number> = new Map([
  ['DMA', __GFP_DMA],
  ['HIGHMEM', __GFP_HIGHMEM],
  ['DMA32', __GFP_DMA32],
  ['MOVABLE', __GFP_MOVABLE],
  ['WAIT', __GFP_WAIT],
  ['HIGH', __GFP_HIGH],
  ['IO', __GFP_IO],
  ['FS', __GFP_FS],
  ['COLD', __GFP_COLD],
  ['NOWARN', __GFP_NOWARN],
  ['REPEAT', __GFP_REPEAT],
  ['NOFAIL', __GFP_NOFAIL],
  ['NORETRY', __GFP_NORETRY],
  ['MEMALLOC', __GFP_MEMALLOC],
  ['COMP', __GFP_COMP],
  ['ZERO', __GFP_ZERO],
  ['NOMEMALLOC', __GFP_NOMEMALLOC],
  ['HARDWALL', __GFP_HARDWALL],
  ['THISNODE', __GFP_THISNODE],
  ['RECLAIMABLE', __GFP_RECLAIMABLE],
  ['KMEMCG', __GFP_KMEMCG],
  ['NOTRACK', __GFP_NOTRACK],
  ['NO_KSWAPD', __GFP_NO_KSWAPD],
  ['OTHER_NODE', __GFP_OTHER_NODE],
  ['WRITE', __GFP_WRITE],
])

/**
 * The mask of `GFP_KERNEL`, `__GFP_COLD` or `COLD`; null for a name that is none. With two underscores
 * it is a single bit, otherwise a combination where there is one of that name.
 */
export function gfpBits(name: string): number | null {
  const word = name.toUpperCase()
  const rest = word.replace(/^_*GFP_/, '')
  const bit = BITS.get(rest) ?? null
  return word.startsWith('_') ? bit : (COMBINATIONS.get(rest) ?? bit)
}
