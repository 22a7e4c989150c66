/**
 * Free blocks that are known by number alone (as /proc/buddyinfo and /proc/pagetypeinfo tell them) on
 * frames: which block lies where is ours, that no free block has a free buddy of its order is the
 * allocator's.
 */
import type { Pfn } from '../sim'

/** Types of free lists, by their letters, in the order in which they are laid out. */
export type ListLetter = 'U' | 'E' | 'M' | 'R' | 'C'

export interface Span {
  readonly startPfn: Pfn
  /** Exclusive. */
  readonly endPfn: Pfn
}

/** Part of a zone whose pageblocks have one type. */
export interface TypedSpan extends Span {
  readonly letter: ListLetter
}

export interface FreeCounts {
  readonly letter: ListLetter
  /** Blocks by order. */
  readonly blocks: readonly number[]
}

/** A block that found no room: of which list and order, and how many of them. */
export interface Unplaced {
  readonly letter: ListLetter
  readonly order: number
  readonly blocks: number
}

export interface Layout {
  /** Blocks by order and letter, ascending. */
  readonly lists: ReadonlyMap<number, ReadonlyMap<ListLetter, Pfn[]>>
  readonly unplaced: readonly Unplaced[]
}

/** Room by order: first frames of aligned regions, to be taken from the end. */
type Room = Pfn[][]

/** Regions as large as they can be, aligned to their size, highest first. */
function roomOf(spans: readonly Span[], maxOrder: number): Room {
  const room: Room = Array.from({ length: maxOrder }, () => [])
  for (const { startPfn, endPfn } of spans) {
    for (let pfn = startPfn; pfn < endPfn;) {
      let order = 0
      while (order + 1 < maxOrder && fits(pfn, order + 1, endPfn)) order++
      room[order]?.push(pfn)
      pfn += 2 ** order
    }
  }
  // What is taken first comes last: the lowest frames.
  for (const regions of room) regions.reverse()
  return room
}

function fits(pfn: Pfn, order: number, end: Pfn): boolean {
  const size = 2 ** order
  return pfn % size === 0 && pfn + size <= end
}

class Placer {
  readonly #rooms: ReadonlyMap<ListLetter, Room>
  readonly #maxOrder: number
  /** Blocks of the order at hand. */
  #placed = new Set<Pfn>()
  /** Regions of that order that only smaller blocks may have. */
  #later: [Room, Pfn][] = []

  constructor(rooms: ReadonlyMap<ListLetter, Room>, maxOrder: number) {
    this.#rooms = rooms
    this.#maxOrder = maxOrder
  }

  /** Blocks of the order above are all placed. */
  nextOrder(order: number): void {
    for (const [room, pfn] of this.#later) room[order + 1]?.push(pfn)
    this.#later = []
    this.#placed = new Set()
  }

  /** Room of its own type first; a CMA block has no other, and no other may have CMA's. */
  place(letter: ListLetter, order: number): Pfn | null {
    const own = this.#take(letter, order)
    if (own !== null || letter === 'C') return own
    for (const other of ['M', 'U', 'E', 'R'] as const) {
      const pfn = other === letter ? null : this.#take(other, order)
      if (pfn !== null) return pfn
    }
    return null
  }

  #take(letter: ListLetter, order: number): Pfn | null {
    const room = this.#rooms.get(letter)
    if (room === undefined) return null
    for (let size = order; size < this.#maxOrder; size++) {
      const pfn = this.#region(room, size, order)
      if (pfn === null) continue
      for (let half = order; half < size; half++) this.#giveBack(room, pfn + 2 ** half, half, order)
      this.#placed.add(pfn)
      return pfn
    }
    return null
  }

  /** A region of a size; one of the block's own size must not have a free buddy. */
  #region(room: Room, size: number, order: number): Pfn | null {
    const regions = room[size] ?? []
    for (;;) {
      const pfn = regions.pop()
      if (pfn === undefined) return null
      if (size > order || order === this.#maxOrder - 1 || !this.#hasFreeBuddy(pfn, order))
        return pfn
      this.#later.push([room, pfn])
    }
  }

  #hasFreeBuddy(pfn: Pfn, order: number): boolean {
    const size = 2 ** order
    return this.#placed.has(pfn % (2 * size) === 0 ? pfn + size : pfn - size)
  }

  #giveBack(room: Room, pfn: Pfn, size: number, order: number): void {
    if (size === order) this.#later.push([room, pfn])
    else room[size]?.push(pfn)
  }
}

/** Lays out the free blocks of a zone, the largest first, from its start on. */
export function layOut(
  spans: readonly TypedSpan[],
  counts: readonly FreeCounts[],
  maxOrder: number,
): Layout {
  const letters: readonly ListLetter[] = ['C', 'U', 'E', 'R', 'M']
  const rooms = new Map(
    letters.map((letter) => [
      letter,
      roomOf(
        spans.filter((span) => span.letter === letter),
        maxOrder,
      ),
    ]),
  )
  const placer = new Placer(rooms, maxOrder)
  // CMA first: its blocks have no room but their own.
  const inOrder = letters.flatMap((letter) => counts.filter((count) => count.letter === letter))
  const lists = new Map<number, Map<ListLetter, Pfn[]>>()
  const unplaced: Unplaced[] = []
  for (let order = maxOrder - 1; order >= 0; order--) {
    placer.nextOrder(order)
    const ofOrder = new Map<ListLetter, Pfn[]>()
    for (const { letter, blocks } of inOrder) {
      const wanted = blocks[order] ?? 0
      const pfns: Pfn[] = []
      for (let i = 0; i < wanted; i++) {
        const pfn = placer.place(letter, order)
        if (pfn === null) {
          unplaced.push({ letter, order, blocks: wanted - i })
          break
        }
        pfns.push(pfn)
      }
      if (pfns.length > 0)
        ofOrder.set(
          letter,
          pfns.toSorted((x, y) => x - y),
        )
    }
    if (ofOrder.size > 0) lists.set(order, ofOrder)
  }
  return { lists, unplaced }
}
