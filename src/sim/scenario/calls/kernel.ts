/** What the kernel does on its own account: allocations and drains. */
import { find_memory_block, store_mem_state } from '../../drivers/base/memory'
import { EINVAL } from '../../include/linux/errno'
import { wait_on_page_writeback } from '../../include/linux/pagemap'
import type { Proc } from '../../machine/proc'
import { NULL_PAGE, type Page } from '../../machine/types'
import { compact_nodes } from '../../mm/compaction_zone'
import { wakeup_flusher_threads } from '../../mm/page-writeback'
import { __free_pages, allocPagesMaySleep, drain_all_pages } from '../../mm/page_alloc'
import { lru_add_drain_all } from '../../mm/swap'
import { named, type Actor } from '../actor'
import type { KernelCall, Of } from '../call-types'
import type { CallTable, Stage } from '../stage'

export const KERNEL_CALLS: CallTable<KernelCall['op']> = {
  allocPages: { name: 'alloc_pages', run: allocBlocks },
  freePages: { name: '__free_pages', run: freeBlocks },
  offline: { name: 'offline', run: changeBlock },
  online: { name: 'online', run: changeBlock },
  compact: {
    name: 'compact_nodes',
    *run({ m }) {
      yield* compact_nodes(m)
      return 0
    },
  },
  sync: { name: 'sync', run: syncFiles },
  drain: {
    name: (call) => (call.what === 'lru' ? 'lru_add_drain_all' : 'drain_all_pages'),
    *run({ m }, _actor, call) {
      if (call.what === 'lru') return yield* lru_add_drain_all(m)
      drain_all_pages(m)
      return 0
    },
  },
}

/** Writes `offline` or `online` to the state of a memory block; -EINVAL when there is no such block. */
function* changeBlock(
  { m }: Stage,
  _actor: Actor,
  call: Of<'offline'> | Of<'online'>,
): Proc<number> {
  const block = find_memory_block(m, call.block)
  return block === undefined ? -EINVAL : yield* store_mem_state(m, block, call.op)
}

/** sync(2): all dirty pages of files start to be written, and every one under writeback is waited for. */
function* syncFiles({ m }: Stage): Proc<number> {
  wakeup_flusher_threads(m, Infinity)
  for (const mapping of m.address_spaces) {
    const indices = [...(mapping?.pages.keys() ?? [])].sort((a, b) => a - b)
    for (const index of indices) {
      const page = mapping?.pages.get(index)
      if (page !== undefined) yield* wait_on_page_writeback(m, page)
    }
  }
  return 0
}

function* allocBlocks({ m }: Stage, actor: Actor, call: Of<'allocPages'>): Proc<number> {
  const heads: Page[] = []
  while (heads.length < call.blocks) {
    const page = yield* allocPagesMaySleep(m, call.gfp, call.order)
    if (page === NULL_PAGE) break
    heads.push(page)
  }
  actor.blocks.set(call.as, { order: call.order, heads })
  return heads.length
}

function* freeBlocks({ m }: Stage, actor: Actor, call: Of<'freePages'>): Proc<number> {
  const { order, heads } = named(actor.blocks, call.of)
  let freed = 0
  for (let i = 0; i < heads.length; i += call.every) {
    const page = heads[i] as Page
    if (page === NULL_PAGE) continue
    __free_pages(m, page, order)
    heads[i] = NULL_PAGE
    freed++
  }
  return freed
}
