/**
 * A second allocator for one zone, slow and obvious, written from allocator sections 3 to 7 alone. It
 * knows no lists: free blocks are entries of one map, each with the place it was put in (a number that
 * grows towards the head). Tests compare it with the model after every step.
 */

export type Letter = 'U' | 'E' | 'M' | 'R' | 'C' | 'I'

const TYPES: readonly Letter[] = ['U', 'E', 'M', 'R', 'C', 'I']

/** Which types a request may fall back to, in turn (3.5). */
const ROWS: Readonly<Record<Letter, readonly Letter[]>> = {
  U: ['E', 'M'],
  E: ['U', 'M'],
  M: ['C', 'E', 'U'],
  R: [],
  C: [],
  I: [],
}

interface Block {
  readonly order: number
  type: Letter
  /** Larger is nearer to the head of its list. */
  place: number
}

interface Pageset {
  count: number
  readonly lists: Record<'U' | 'E' | 'M', number[]>
}

export interface OracleOptions {
  readonly pages: number
  readonly maxOrder: number
  readonly pageblockOrder: number
  /** [first, end) of the CMA area, or null. */
  readonly cma: readonly [number, number] | null
  readonly high: number
  readonly batch: number
  readonly cpus: number
  readonly watermarks: readonly [number, number, number]
}

export class Oracle {
  readonly o: OracleOptions
  /** Free blocks by first frame. */
  readonly free = new Map<number, Block>()
  readonly blocks: Letter[]
  readonly pagesets: Pageset[]
  /** Cached type of each frame; outlives what was done since (3.2.7). */
  readonly cached: (Letter | '')[]
  /** Frames with a reference. */
  readonly referenced = new Set<number>()
  NF = 0
  NC = 0
  #top = 0
  #bottom = 0

  constructor(options: OracleOptions) {
    this.o = options
    this.blocks = Array.from({ length: options.pages >> options.pageblockOrder }, () => 'M')
    this.pagesets = Array.from({ length: options.cpus }, () => ({
      count: 0,
      lists: { U: [], E: [], M: [] },
    }))
    this.cached = Array.from({ length: options.pages }, () => '')
    this.#boot()
  }

  /** Lowmem in chunks of at most 32, then the area pageblock by pageblock, then the reserve (1.9). */
  #boot(): void {
    const { pages, cma, maxOrder, pageblockOrder, watermarks } = this.o
    const chunkOrder = Math.min(5, maxOrder - 1)
    for (let pfn = 0; pfn < pages; pfn += 1 << chunkOrder) {
      if (cma !== null && pfn >= cma[0] && pfn < cma[1]) continue
      this.#freeWhole(pfn, chunkOrder)
    }
    if (cma !== null) {
      for (let pfn = cma[0]; pfn < cma[1]; pfn += 1 << pageblockOrder) {
        this.blocks[pfn >> pageblockOrder] = 'C'
        this.#freeWhole(pfn, pageblockOrder)
      }
    }
    let reserve = Math.min(2, Math.ceil(watermarks[0] / (1 << pageblockOrder)))
    for (const [i, type] of this.blocks.entries()) {
      if (type !== 'M' || reserve === 0) continue
      this.blocks[i] = 'R'
      this.#moveBlock(i, 'R')
      reserve--
    }
  }

  #freeWhole(pfn: number, order: number): void {
    const type = this.typeOf(pfn)
    this.cached[pfn] = type
    this.#merge(pfn, order, type)
    this.#count(1 << order, type)
  }

  typeOf(pfn: number): Letter {
    return this.blocks[pfn >> this.o.pageblockOrder]!
  }

  #count(pages: number, type: Letter): void {
    if (type === 'I') return
    this.NF += pages
    if (type === 'C') this.NC += pages
  }

  /** 3.2: joins free buddies of the same size whatever their type, then finds the place. */
  #merge(pfn: number, order: number, type: Letter): void {
    while (order < this.o.maxOrder - 1) {
      const buddy = pfn ^ (1 << order)
      if (this.free.get(buddy)?.order !== order) break
      this.free.delete(buddy)
      pfn = Math.min(pfn, buddy)
      order++
    }
    const parent = pfn & ~(1 << order)
    const isCold =
      order < this.o.maxOrder - 2 && this.free.get(parent ^ (2 << order))?.order === order + 1
    this.free.set(pfn, { order, type, place: isCold ? --this.#bottom : ++this.#top })
  }

  /** First frame of the head of a list; -1 when it is empty. */
  #head(order: number, type: Letter): number {
    let best = -1
    for (const [pfn, block] of this.free) {
      if (block.order !== order || block.type !== type) continue
      if (best < 0 || block.place > this.free.get(best)!.place) best = pfn
    }
    return best
  }

  /** Frames of a list, head first. */
  list(order: number, type: Letter): number[] {
    return [...this.free]
      .filter(([, block]) => block.order === order && block.type === type)
      .toSorted(([, a], [, b]) => b.place - a.place)
      .map(([pfn]) => pfn)
  }

  /** 3.4.2: the upper halves go to the head of the list of `type`. */
  #cut(pfn: number, from: number, order: number, type: Letter): number {
    this.free.delete(pfn)
    for (let o = from - 1; o >= order; o--) {
      this.free.set(pfn + (1 << o), { order: o, type, place: ++this.#top })
    }
    return pfn
  }

  #smallest(order: number, type: Letter): number {
    for (let o = order; o < this.o.maxOrder; o++) {
      const pfn = this.#head(o, type)
      if (pfn >= 0) return this.#cut(pfn, o, order, type)
    }
    return -1
  }

  /** 3.7: free blocks whose head lies in the pageblock; how many frames they have. */
  #moveBlock(index: number, type: Letter): number {
    const first = index << this.o.pageblockOrder
    return this.#moveRange(first, first + (1 << this.o.pageblockOrder), type)
  }

  #moveRange(first: number, end: number, type: Letter): number {
    let moved = 0
    let pfn = first
    while (pfn < end) {
      const block = this.free.get(pfn)
      if (block === undefined) {
        pfn++
        continue
      }
      block.type = type
      block.place = ++this.#top
      this.cached[pfn] = type
      moved += 1 << block.order
      pfn += 1 << block.order
    }
    return moved
  }

  /** 3.6. */
  #fallback(order: number, wanted: Letter): number {
    for (let current = this.o.maxOrder - 1; current >= order; current--) {
      for (const type of ROWS[wanted]) {
        const pfn = this.#head(current, type)
        if (pfn >= 0) return this.#steal(pfn, current, order, wanted, type)
      }
    }
    return -1
  }

  #steal(pfn: number, current: number, order: number, wanted: Letter, type: Letter): number {
    const { pageblockOrder } = this.o
    if (type === 'C') return this.#cut(pfn, current, order, 'C')
    const index = pfn >> pageblockOrder
    if (current >= Math.floor(pageblockOrder / 2) || wanted === 'E') {
      const moved = this.#moveBlock(index, wanted)
      if (moved >= 1 << (pageblockOrder - 1)) this.blocks[index] = wanted
    }
    if (current >= pageblockOrder) {
      for (let i = index; i < (pfn + (1 << current)) >> pageblockOrder; i++) this.blocks[i] = wanted
    }
    return this.#cut(pfn, current, order, wanted)
  }

  /** 3.8: the type's own blocks, then others', then the reserve. */
  #take(order: number, type: Letter): number {
    let pfn = this.#smallest(order, type)
    if (pfn < 0) pfn = this.#fallback(order, type)
    return pfn < 0 ? this.#smallest(order, 'R') : pfn
  }

  /** 5.3 without a lowmem reserve. */
  #passes(order: number, mark: number, harder: boolean, cma: boolean): boolean {
    let f = Math.max(0, this.NF) - ((1 << order) - 1)
    let min = mark
    if (harder) min -= Math.floor(min / 4)
    if (!cma) f -= Math.max(0, this.NC)
    if (f <= min) return false
    for (let o = 0; o < order; o++) {
      for (const block of this.free.values()) if (block.order === o) f -= 1 << o
      min = Math.floor(min / 2)
      if (f <= min) return false
    }
    return true
  }

  /** A request that may not sleep: first LOW, then MIN, tried harder. First frame or -1. */
  alloc(order: number, type: 'U' | 'E' | 'M', cold: boolean, cpu: number): number {
    const cma = type === 'M'
    for (const harder of [false, true]) {
      const mark = this.o.watermarks[harder ? 0 : 1]
      if (!this.#passes(order, mark, harder, cma)) continue
      const pfn = order === 0 ? this.#allocOne(type, cold, cpu) : this.#allocBlock(order, type)
      if (pfn < 0) continue
      this.referenced.add(pfn)
      this.cached[pfn] = 'U'
      return pfn
    }
    return -1
  }

  #allocBlock(order: number, type: Letter): number {
    const pfn = this.#take(order, type)
    if (pfn < 0) return -1
    this.NF -= 1 << order
    if (this.typeOf(pfn) === 'C') this.NC -= 1 << order
    return pfn
  }

  /** 4.2, 4.3: the list of the type, refilled in the order in which pages are handed out. */
  #allocOne(type: 'U' | 'E' | 'M', cold: boolean, cpu: number): number {
    const pcp = this.pagesets[cpu]!
    const list = pcp.lists[type]
    if (list.length === 0) {
      for (let i = 0; i < this.o.batch; i++) {
        const pfn = this.#take(0, type)
        if (pfn < 0) break
        const block = this.typeOf(pfn)
        this.cached[pfn] = block === 'C' || block === 'I' ? block : type
        if (cold) list.unshift(pfn)
        else list.push(pfn)
        pcp.count++
        this.NF--
        if (this.cached[pfn] === 'C') this.NC--
      }
    }
    const pfn = cold ? list.pop() : list.shift()
    if (pfn === undefined) return -1
    pcp.count--
    return pfn
  }

  /** 3.3, 4.4. */
  release(pfn: number, order: number, cpu: number): void {
    this.referenced.delete(pfn)
    const type = this.typeOf(pfn)
    this.cached[pfn] = type
    if (order > 0 || type === 'I') {
      this.#merge(pfn, order, type)
      if (order > 0) this.#count(1 << order, type)
      return
    }
    const pcp = this.pagesets[cpu]!
    pcp.lists[type === 'R' || type === 'C' ? 'M' : type].unshift(pfn)
    pcp.count++
    if (pcp.count >= this.o.high) this.#flush(pcp, this.o.batch)
  }

  /** 4.5: rounds over the lists, each longer than the one before, pages from the tail. */
  #flush(pcp: Pageset, n: number): void {
    const names = ['U', 'E', 'M'] as const
    let list = 0
    let run = 0
    let remaining = n
    while (remaining > 0) {
      do {
        run++
        list = (list + 1) % 3
      } while (pcp.lists[names[list]!].length === 0)
      if (run === 3) run = remaining
      const pages = pcp.lists[names[list]!]
      do {
        const pfn = pages.pop()!
        pcp.count--
        this.#merge(pfn, 0, this.cached[pfn] as Letter)
        if (this.typeOf(pfn) !== 'I') {
          this.NF++
          if (this.cached[pfn] === 'C') this.NC++
        }
        remaining--
      } while (remaining > 0 && --run > 0 && pages.length > 0)
    }
  }

  drain(): void {
    for (const pcp of this.pagesets) this.#flush(pcp, pcp.count)
  }

  /** 6.4: 0 or -16; pageblocks already isolated go back to `type` at the first refusal. */
  isolate(start: number, end: number, type: Letter): number {
    const size = 1 << this.o.pageblockOrder
    for (let pfn = start; pfn < end; pfn += size) {
      const index = pfn / size
      if (this.#isUnmovable(pfn, size)) {
        this.undo(start, pfn, type)
        return -16
      }
      const old = this.blocks[index]
      this.blocks[index] = 'I'
      const moved = this.#moveBlock(index, 'I')
      this.NF -= moved
      if (old === 'C') this.NC -= moved
      this.drain()
    }
    return 0
  }

  /** 6.2.2 where no page is on an LRU list: any frame with a reference. */
  #isUnmovable(first: number, size: number): boolean {
    const type = this.typeOf(first)
    if (type === 'M' || type === 'C') return false
    for (let pfn = first; pfn < first + size; pfn++) if (this.referenced.has(pfn)) return true
    return false
  }

  undo(start: number, end: number, type: Letter): void {
    const size = 1 << this.o.pageblockOrder
    for (let pfn = start; pfn < end; pfn += size) {
      if (this.typeOf(pfn) !== 'I') continue
      const moved = this.#moveBlock(pfn / size, type)
      this.NF += moved
      if (type === 'C') this.NC += moved
      this.blocks[pfn / size] = type
    }
  }

  /** 7 where nothing can migrate: 0 or -16. */
  contig(start: number, end: number, type: Letter, cpu: number): number {
    const unit = Math.max(1 << (this.o.maxOrder - 1), 1 << this.o.pageblockOrder)
    const first = Math.floor(start / unit) * unit
    const last = Math.ceil(end / unit) * unit
    if (this.isolate(first, last, type) !== 0) return -16
    this.drain()
    const ret = this.#grab(start, end, cpu)
    this.undo(first, last, type)
    return ret
  }

  #grab(start: number, end: number, cpu: number): number {
    let outer = -1
    for (let order = 0; order < this.o.maxOrder && outer < 0; order++) {
      const pfn = (start >> order) << order
      if (this.free.has(pfn)) outer = pfn
    }
    if (outer < 0 || !this.#isAllFree(outer, end)) return -16
    const taken: number[] = []
    for (let pfn = outer; pfn < end;) {
      const block = this.free.get(pfn)!
      this.free.delete(pfn)
      // 3.10.2 changes no type here: every pageblock of the range is isolated.
      for (let i = 0; i < 1 << block.order; i++) taken.push(pfn + i)
      pfn += 1 << block.order
    }
    for (const pfn of taken) this.referenced.add(pfn)
    const surplus = taken.filter((pfn) => pfn < start || pfn >= end)
    for (const pfn of surplus) this.release(pfn, 0, cpu)
    return 0
  }

  /** 6.6.2: free blocks one after the other; strays among them join the isolated list. */
  #isAllFree(start: number, end: number): boolean {
    for (let pfn = start; pfn < end; pfn += 1 << this.o.pageblockOrder) {
      if (this.typeOf(pfn) !== 'I') return false
    }
    for (let pfn = start; pfn < end;) {
      const block = this.free.get(pfn)
      if (block === undefined) return false
      if (this.cached[pfn] !== 'I') this.#moveRange(pfn, pfn + (1 << block.order), 'I')
      pfn += 1 << block.order
    }
    return true
  }

  /** Frames in free blocks or on per-CPU lists. */
  freeFrames(): number[] {
    const frames: number[] = []
    for (const [pfn, block] of this.free) {
      for (let i = 0; i < 1 << block.order; i++) frames.push(pfn + i)
    }
    for (const pcp of this.pagesets) frames.push(...pcp.lists.U, ...pcp.lists.E, ...pcp.lists.M)
    return frames.toSorted((a, b) => a - b)
  }

  /** Every non-empty list as `o1 C:[26,20]`, and pageblock types, counters and per-CPU lists. */
  state(): string[] {
    const lines: string[] = []
    for (let order = 0; order < this.o.maxOrder; order++) {
      for (const type of TYPES) {
        const list = this.list(order, type)
        if (list.length > 0) lines.push(`o${order} ${type}:[${list.join(',')}]`)
      }
    }
    lines.push(`blocks ${this.blocks.join('')}`, `NF ${this.NF} NC ${this.NC}`)
    for (const [cpu, pcp] of this.pagesets.entries()) {
      const { U, E, M } = pcp.lists
      lines.push(`cpu ${cpu} U:[${U.join(',')}] E:[${E.join(',')}] M:[${M.join(',')}]`)
    }
    return lines
  }
}
