/** Frames of the machine in the form of the recordings. */
import { MIGRATETYPE_LETTERS } from '../../include/linux/mmzone'
import { pageFlagNames } from '../../include/linux/page-flags'
import { pfn_to_page, type Machine } from '../../machine/machine'
import { page_mapcount, PageAnon } from '../../machine/page'
import type { Pfn } from '../../machine/types'
import type { FrameState } from './format'
import { NEVER_WRITTEN } from './state'

function kindOf(m: Machine, page: number): string {
  if (page === m.zero_page) return 'zero'
  if (m.mem.mapping[page] === 0) return 'none'
  return PageAnon(m, page) ? 'anon' : 'file'
}

/** A frame as `pages`, `frames` and `pinned` list it. */
export function observeFrame(m: Machine, pfn: Pfn): FrameState {
  const page = pfn_to_page(m, pfn)
  const free = m.mem.count[page] === 0
  const flags = pageFlagNames(m.mem.flags[page] as number)
  const block = m.pageblock[page >> m.pageblockOrder] as number
  return {
    pfn,
    count: m.mem.count[page] as number,
    mapcount: free ? 0 : page_mapcount(m, page),
    block: MIGRATETYPE_LETTERS[block] ?? '?',
    flags: flags.map((name) => (name === 'arch_1' ? 'arch1' : name)).join('|'),
    kind: kindOf(m, page),
    ...(free && { cached: (m.mem.index[page] as number) & ~NEVER_WRITTEN }),
  }
}

/** The members of a frame that differ. */
export function differingMembers(m: Machine, recorded: FrameState): string[] {
  if (recorded.pfn === 0) return []
  const model = observeFrame(m, recorded.pfn)
  const members = ['count', 'mapcount', 'block', 'flags', 'kind', 'cached'] as const
  return members.filter((name) => recorded[name] !== undefined && recorded[name] !== model[name])
}
