/**
 * Pages kept busy without a pin, as reclaim, writeback or a file system keep them: locked, under
 * writeback, or off the LRU. A program says for how long.
 */
import { get_bh, put_bh } from '../../fs/buffer'
import { PG_private, PG_writeback } from '../../include/linux/page-flags'
import { lock_page, unlock_page, wait_on_page_writeback } from '../../include/linux/pagemap'
import type { Machine } from '../../machine/machine'
import { pte_present, pteTarget, readPte } from '../../machine/mm_types'
import { clearFlag, setFlag, testFlag } from '../../machine/page'
import type { Proc } from '../../machine/proc'
import { NULL_PAGE, type Page } from '../../machine/types'
import { vm_normal_page } from '../../mm/memory_pte'
import { isolate_lru_page, putback_lru_page } from '../../mm/vmscan'
import { REF_TMP } from '../../machine/kinds'
import { ref_get } from '../../machine/ledger'
import { put_page } from '../../mm/swap'
import { named, type Actor } from '../actor'
import type { HeldKind, HoldKind, Of, PageCall } from '../call-types'
import type { CallTable, Stage } from '../stage'
import { range } from './memory'

const TAKE_NAMES = {
  lock: 'lock_page',
  writeback: 'set_page_writeback',
  lru: 'isolate_lru_page',
} as const

export const PAGE_CALLS: CallTable<PageCall['op']> = {
  hold: { name: (call) => TAKE_NAMES[call.what], run: holdPages },
  holdBuffers: { name: 'get_bh', run: holdBuffers },
  release: { name: 'release', run: releaseHeld },
}

/** Pages taken; those that are not there, or off the LRU already, are left out. */
function* holdPages({ m }: Stage, actor: Actor, call: Of<'hold'>): Proc<number> {
  const [first, count] = range(actor, call)
  const pages: Page[] = []
  for (let vpn = first; vpn < first + count; vpn++) {
    if (call.oneIn > 1 && actor.rng.int(1, call.oneIn) > 1) continue
    const pte = readPte(actor.mm, vpn)
    const page = pte_present(pte) ? vm_normal_page(pte) : NULL_PAGE
    if (page !== NULL_PAGE && (yield* TAKE[call.what](m, page))) pages.push(pteTarget(pte))
  }
  actor.holds.set(call.as, { what: call.what, pages })
  return pages.length
}

/** Takes one page; false when it cannot be had. Each keeps the page by a reference of its own. */
const TAKE: Readonly<Record<HoldKind, (m: Machine, page: Page) => Proc<boolean>>> = {
  *lock(m, page) {
    ref_get(m, page, REF_TMP)
    yield* lock_page(m, page)
    return true
  },
  *writeback(m, page) {
    yield* wait_on_page_writeback(m, page)
    setFlag(m, page, PG_writeback)
    return true
  },

  *lru(m, page) {
    return isolate_lru_page(m, page) === 0
  },
}

const GIVE_BACK: Readonly<Record<HeldKind, (m: Machine, page: Page) => void>> = {
  lock: (m, page) => {
    unlock_page(m, page)
    put_page(m, page, REF_TMP)
  },
  writeback: (m, page) => {
    clearFlag(m, page, PG_writeback)
  },
  lru: (m, page) => {
    putback_lru_page(m, page)
  },
  buffers: (m, page) => {
    put_bh(m, page)
  },
}

/** Pages of the file that are cached, have buffers, and now have one of them held. */
function* holdBuffers({ m, files }: Stage, actor: Actor, call: Of<'holdBuffers'>): Proc<number> {
  const mapping = named(files, call.file)
  const end = Math.min(mapping.size, call.from + (call.pages ?? mapping.size))
  const pages: Page[] = []
  for (let index = call.from; index < end; index++) {
    const page = mapping.pages.get(index)
    if (page === undefined || !testFlag(m, page, PG_private)) continue
    get_bh(m, page)
    pages.push(page)
  }
  actor.holds.set(call.as, { what: 'buffers', pages })
  return pages.length
}

function* releaseHeld({ m }: Stage, actor: Actor, call: Of<'release'>): Proc<number> {
  const held = named(actor.holds, call.of)
  actor.holds.delete(call.of)
  for (const page of held.pages) GIVE_BACK[held.what](m, page)
  return held.pages.length
}
