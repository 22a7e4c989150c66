// The ways into get_user_pages: the plain wrapper of include/linux/mm.h, get_user_pages_fast, and the
// callers that ask for a pin that lasts (gup-migration 3.1, 3.5, 6.5, 8; P0-4).
import { FOLL_DURABLE, FOLL_FORCE, FOLL_GET, FOLL_TOUCH, FOLL_WRITE } from '../include/linux/mm'
import { down_read, up_read } from '../include/linux/rwsem'
import { PG_referenced } from '../include/linux/page-flags'
import { readMapping } from '../machine/huge'
import { pin_get } from '../machine/ledger'
import type { Holder, Machine } from '../machine/machine'
import {
  pte_present,
  PTE_SPECIAL,
  PTE_WRITE,
  pteTarget,
  type MmStruct,
  type Vpn,
} from '../machine/mm_types'
import { compound_head, setFlag } from '../machine/page'
import type { Proc } from '../machine/proc'
import type { CallerName, Page } from '../machine/types'
import { frameLocal, framed } from '../trace/frames'
import type { GupArgs } from './gup_batch'
import { is_pinnable_page, longtermPin51, longtermPin513 } from './gup_longterm'
import { get_user_pages_non_movable } from './gup_non_movable'
import { __get_user_pages } from './memory_gup'

/** FOLL_* bits of the plain wrapper (GUP-1). */
export function gupFlags(write: boolean, force: boolean): number {
  return FOLL_TOUCH | FOLL_GET | (write ? FOLL_WRITE : 0) | (force ? FOLL_FORCE : 0)
}

function walk(m: Machine, args: GupArgs, extra = 0): Proc<number> {
  const { mm, start, nr_pages, gup_flags, pages, holder } = args
  return __get_user_pages(m, mm, start, nr_pages, gup_flags | extra, pages, holder.id)
}

/** A pin that lasts, as this kernel's policy makes it: the count, or a negative errno. */
export function gupLongterm(m: Machine, args: GupArgs): Proc<number> {
  switch (m.kernel.policy) {
    case 'rfc2013':
      return walk(m, args, FOLL_DURABLE)
    case 'gup-nm':
      return get_user_pages_non_movable(m, args)
    case 'longterm-5.1':
      return longtermPin51(m, args)
    case 'longterm-5.13':
      return longtermPin513(m, args)
    // Where owners have callbacks the call itself is the plain one.
    case 'aio-callback':
    case 'unpin-callback':
    case 'mmu-notifier':
      return walk(m, args)
  }
}

/**
 * get_user_pages as one of the callers that may be converted makes it: with the long-term flag when it
 * is, through the plain wrapper when it is not.
 */
export function gupAs(m: Machine, caller: CallerName, args: GupArgs): Proc<number> {
  if (m.kernel.converted.has(caller)) return gupLongterm(m, args)
  return plainCall(m, args)
}

/** The wrapper; patch 2 makes it an inline of the header without changing what it does (P2-1). */
function plainCall(m: Machine, args: GupArgs): Proc<number> {
  if (m.kernel.spec.patches.includes(2)) m.exercised[2] = (m.exercised[2] as number) + 1
  return m.kernel.converted.has('every-gup') ? gupLongterm(m, args) : walk(m, args)
}

/** Pins pages for a caller that is none of CALLERS. The caller holds mmap_sem. */
export function get_user_pages(
  m: Machine,
  mm: MmStruct,
  start: Vpn,
  nr_pages: number,
  write: boolean,
  force: boolean,
  pages: Page[],
  holder: Holder,
): Proc<number> {
  return plainCall(m, { mm, start, nr_pages, gup_flags: gupFlags(write, force), pages, holder })
}

/** What the fast walker may take without a lock: present, for user space, writable if asked. */
function gupPteRange(m: Machine, args: GupArgs, longterm: boolean): number {
  const { mm, start, nr_pages, pages, holder } = args
  const write = (args.gup_flags & FOLL_WRITE) !== 0
  for (let i = 0; i < nr_pages; i++) {
    m.now += m.costs.follow_page
    const pte = readMapping(m, mm, start + i)
    if (!pte_present(pte) || (pte & PTE_SPECIAL) !== 0) return i
    if (write && (pte & PTE_WRITE) === 0) return i
    const page = pteTarget(pte)
    if (longterm && !fastMayPin(m, page)) return i
    pin_get(m, page, holder.id)
    setFlag(m, compound_head(m, page), PG_referenced)
    pages.push(page)
  }
  return nr_pages
}

/** Up to 5.6 the fast walker pinned CMA pages where they were, later it leaves them (MOD-14). */
function fastMayPin(m: Machine, page: Page): boolean {
  return m.kernel.policy !== 'longterm-5.13' || is_pinnable_page(m, page)
}

/**
 * Pins without mmap_sem as far as the architecture's walker gets, and takes the semaphore for the
 * rest (GUP-15): the count, or a negative errno when it was none. The caller does not hold mmap_sem.
 * `longterm` is the flag of the later policies; patches 3 to 5 do not touch this call (GUP-16).
 */
export function get_user_pages_fast(m: Machine, args: GupArgs, longterm = false): Proc<number> {
  const { mm, start, nr_pages } = args
  const write = args.gup_flags & FOLL_WRITE
  return framed(m, 'get_user_pages_fast', pinFast(m, args, longterm), mm.id, start, nr_pages, write)
}

function* pinFast(m: Machine, args: GupArgs, longterm: boolean): Proc<number> {
  const fast = m.spec.gupFast === true ? gupPteRange(m, args, longterm) : 0
  frameLocal(m, 'nr', fast)
  if (fast === args.nr_pages) return fast
  const rest: Page[] = []
  const slow: GupArgs = {
    ...args,
    start: args.start + fast,
    nr_pages: args.nr_pages - fast,
    pages: rest,
  }
  yield* down_read(args.mm.mmap_sem)
  const ret = longterm ? yield* gupLongterm(m, slow) : yield* walk(m, slow)
  up_read(m, args.mm.mmap_sem)
  for (const page of rest) args.pages.push(page)
  return ret > 0 ? fast + ret : fast > 0 ? fast : ret
}
