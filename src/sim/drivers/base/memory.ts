// Model of drivers/base/memory.c, v3.9: memory blocks as /sys/devices/system/memory shows them
// (allocator 11.1.1).
import { EINVAL } from '../../include/linux/errno'
import { page_zone, pfn_to_page, pfn_valid, type Machine } from '../../machine/machine'
import type { MemoryBlock } from '../../machine/memory_block'
import type { Proc } from '../../machine/proc'
import { offline_pages } from '../../mm/memory_hotplug'
import { online_pages, type OnlineType } from '../../mm/memory_online'
import { has_unmovable_pages } from '../../mm/page_isolation'

/** Memory block N, as in memoryN; undefined when the board has no such block. */
export function find_memory_block(m: Machine, nr: number): MemoryBlock | undefined {
  return m.hotplug.blocks.find((block) => block.nr === nr)
}

/** The block a frame lies in. */
export function memoryBlockOf(m: Machine, pfn: number): MemoryBlock | undefined {
  return m.hotplug.blocks.find(
    (block) => pfn >= block.startPfn && pfn < block.startPfn + block.pages,
  )
}

/** The file `removable`: no pageblock of the block has unmovable pages in its own right. */
export function show_mem_removable(m: Machine, block: MemoryBlock): 0 | 1 {
  const step = 1 << m.pageblockOrder
  for (let pfn = block.startPfn; pfn < block.startPfn + block.pages; pfn += step) {
    if (!pfn_valid(m, pfn)) continue
    const page = pfn_to_page(m, pfn)
    if (has_unmovable_pages(m, page_zone(m, page), page, 0, true)) return 0
  }
  return 1
}

/**
 * Writes the file `state`: 0, or -errno as write(2) returns it. A block that is not in the state the
 * request starts from gives -EINVAL.
 */
export function* store_mem_state(
  m: Machine,
  block: MemoryBlock,
  to: 'offline' | OnlineType,
): Proc<number> {
  const from = to === 'offline' ? 'online' : 'offline'
  if (block.state !== from) return -EINVAL
  if (to !== 'offline') {
    const ret = yield* online_pages(m, block.startPfn, block.pages, to)
    if (ret === 0) block.state = 'online'
    return ret
  }
  block.state = 'going-offline'
  const ret = yield* offline_pages(m, block.startPfn, block.pages)
  block.state = ret === 0 ? 'offline' : 'online'
  return ret
}
