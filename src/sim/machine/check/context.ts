/** What the parts of `check` share: the machine, where each frame was found, and the violations. */
import type { Machine, Zone } from '../machine'
import type { Page } from '../types'

/** Where a frame was found. */
export const ON_NOTHING = 0
export const ON_BUDDY = 1
export const IN_BLOCK = 2
export const ON_PCP = 3
export const ON_LRU = 4
const PLACE_NAMES = ['nowhere', 'a free list', 'a free block', 'a per-CPU list', 'an LRU list']

/** `_mapcount` of a free block's head. */
export const BUDDY = -128

const MAX_VIOLATIONS = 100

export interface Check {
  readonly m: Machine
  /** No page is on a private list and no stray of allocator 4.5.4 is alive. */
  readonly quiescent: boolean
  /** Every call has returned: no short references, nothing isolated, no migration entry. */
  readonly atRest: boolean
  readonly place: Uint8Array
  readonly violations: string[]
}

/** Notes that a rule is broken; after a hundred it stops listening. */
export function violate(c: Check, rule: string, what: string): void {
  if (c.violations.length < MAX_VIOLATIONS) c.violations.push(`${rule}: ${what}`)
}

export function frame(c: Check, page: Page): string {
  return `pfn ${page + c.m.startPfn}`
}

export function placeName(place: number): string {
  return PLACE_NAMES[place] ?? `place ${place}`
}

/** Notes where a frame is; being on two lists is a violation. */
export function claim(c: Check, page: Page, place: number): void {
  const before = c.place[page] as number
  if (before !== ON_NOTHING) {
    const places = `on ${placeName(before)} and on ${placeName(place)}`
    violate(c, 'INV-22', `${frame(c, page)} is ${places}`)
  }
  c.place[page] = place
}

/** Pages of a list head first; a list that does not end is a violation, not a hang. */
export function* pagesOf(c: Check, head: number, rule: string): Generator<Page, void, void> {
  const { next, prev } = c.m.mem
  let steps = 0
  for (let page = next[head] as number; page !== head; page = next[page] as number) {
    if (page < 0 || page >= c.m.nrPages || ++steps > c.m.nrPages) {
      violate(c, rule, `a list leaves the frame map or does not end at ${page}`)
      return
    }
    if (prev[next[page] as number] !== page) violate(c, rule, `${frame(c, page)} is linked one way`)
    yield page
  }
}

/** Frames of a zone taken out of isolated pageblocks make its counters short for good (4.5.4). */
export function hasStrays(zone: Zone): boolean {
  return zone.strays > 0
}

/** Elsewhere real per-CPU lists break the free counters for good, as in the kernel of the time (6.7.1). */
export function countersAreExact(m: Machine): boolean {
  const transparent = m.zones.every((zone) => zone.pageset.every((pcp) => pcp.high === 0))
  return m.pageblockOrder === m.maxOrder - 1 || transparent
}

/** Areas cut through no block of the largest order (INV-08, INV-10). */
export function cmaIsAligned(m: Machine): boolean {
  const mask = (1 << (m.maxOrder - 1)) - 1
  return m.cma.every((area) => ((area.base_pfn | area.count) & mask) === 0)
}
