/** Files of a scenario, and reading and writing them through the page cache. */
import { ENOMEM } from '../../include/linux/errno'
import { PG_dirty } from '../../include/linux/page-flags'
import { lock_page, unlock_page } from '../../include/linux/pagemap'
import { REF_TMP } from '../../machine/kinds'
import { ref_get } from '../../machine/ledger'
import type { Machine } from '../../machine/machine'
import type { AddressSpace } from '../../machine/mm_types'
import { setFlag } from '../../machine/page'
import type { Proc } from '../../machine/proc'
import { NULL_PAGE } from '../../machine/types'
import { createAddressSpace, read_cache_page } from '../../mm/filemap'
import { mark_page_accessed, put_page } from '../../mm/swap'
import { named, type Actor } from '../actor'
import type { FileCall, Of } from '../call-types'
import type { CallTable, Stage } from '../stage'
import type { FileKind, FilePlan } from '../types'

export const FILE_CALLS: CallTable<FileCall['op']> = {
  readFile: { name: 'read_file', run: accessFile },
  writeFile: { name: 'write_file', run: accessFile },
}

/** How the file systems behind the kinds treat migration (MIG-26..29). */
const KINDS: Readonly<Record<FileKind, Parameters<typeof createAddressSpace>[3]>> = {
  plain: {},
  buffers: { buffers: true, migratepage: 'buffer_migrate_page' },
  blockdev: { buffers: true, migratepage: null },
  tmpfs: { swapBacked: true },
  unmovable: { migratepage: null, writepage: 'none' },
}

/** Makes the machine's files; none has a page in the cache. */
export function makeFiles(m: Machine, plans: readonly FilePlan[]): Map<string, AddressSpace> {
  return new Map(plans.map((f) => [f.name, createAddressSpace(m, f.name, f.pages, KINDS[f.kind])]))
}

/** read(2) or write(2): pages served, or -ENOMEM when the first had no memory. */
function* accessFile(
  { m, files }: Stage,
  _actor: Actor,
  call: Of<'readFile'> | Of<'writeFile'>,
): Proc<number> {
  const mapping = named(files, call.file)
  const pages = Math.min(call.pages ?? mapping.size, mapping.size - call.from)
  for (let i = 0; i < pages; i++) {
    const page = yield* read_cache_page(m, mapping, call.from + i)
    if (page === NULL_PAGE) return i > 0 ? i : -ENOMEM
    ref_get(m, page, REF_TMP)
    mark_page_accessed(m, page)
    if (call.op === 'writeFile') {
      yield* lock_page(m, page)
      setFlag(m, page, PG_dirty)
      unlock_page(m, page)
    }
    put_page(m, page, REF_TMP)
  }
  return pages
}
