/**
 * Explicit placement: anonymous pages on chosen CMA frames. The frames are taken as
 * dma_alloc_from_contiguous takes them, but stay unmarked in the area's bitmap, and are mapped as
 * do_anonymous_page maps them. It stands for a history the scenario does not play (errata 3).
 */
import { lockCmaMutex, unlockCmaMutex } from '../../drivers/base/dma-contiguous'
import { EINVAL, ENOMEM } from '../../include/linux/errno'
import { MIGRATE_CMA } from '../../include/linux/mmzone'
import { PG_uptodate } from '../../include/linux/page-flags'
import { down_write, up_write } from '../../include/linux/rwsem'
import { USE_ANON } from '../../machine/kinds'
import { pfn_to_page, type Machine } from '../../machine/machine'
import { set_pte, type MmStruct, type Vma } from '../../machine/mm_types'
import { setFlag } from '../../machine/page'
import { mmapRegion } from '../../machine/process'
import type { Proc } from '../../machine/proc'
import { emit } from '../../machine/trace'
import type { Page, Pfn } from '../../machine/types'
import { emitMap, pte_alloc, writtenPte } from '../../mm/memory_pte'
import { find_vma } from '../../mm/mmap'
import { alloc_contig_range } from '../../mm/page_alloc_contig'
import { anon_vma_prepare, page_add_new_anon_rmap } from '../../mm/rmap'
import { EV_sim_placed } from '../../trace/events/sim'
import type { Actor } from '../actor'
import type { Of } from '../call-types'
import type { Stage } from '../stage'

/** Pages placed, or -EINVAL / -EBUSY / -ENOMEM when the first could not be. */
export function* placePages({ m }: Stage, actor: Actor, call: Of<'place'>): Proc<number> {
  const cma = m.cma[call.cma]
  const last = call.first + (call.pages - 1) * call.stride
  if (cma === undefined || last >= cma.count) return -EINVAL
  const vpn = yield* mmapRegion(m, actor.mm, call.pages, false)
  const vma = vpn < 0 ? undefined : find_vma(actor.mm, vpn)
  if (vma === undefined) return -ENOMEM
  actor.areas.set(call.as, { vpn, pages: call.pages, mapped: call.pages })
  const run = call.stride === 1 ? call.pages : 1
  for (let i = 0; i < call.pages; i += run) {
    const pfn = cma.base_pfn + call.first + i * call.stride
    const ret = yield* placeRun(m, actor.mm, vma, vpn + i, pfn, run)
    if (ret < 0) return i > 0 ? i : ret
  }
  return call.pages
}

/** Takes `count` frames in a row and maps them from `vpn` on. */
function* placeRun(
  m: Machine,
  mm: MmStruct,
  vma: Vma,
  vpn: number,
  pfn: Pfn,
  count: number,
): Proc<number> {
  yield* lockCmaMutex(m)
  const ret = yield* alloc_contig_range(m, pfn, pfn + count, MIGRATE_CMA)
  unlockCmaMutex(m)
  if (ret < 0) return ret
  yield* down_write(m, mm.mmap_sem)
  let done = 0
  for (; done < count; done++) {
    if ((yield* pte_alloc(m, mm, vpn + done)) === null) break
    mapFresh(m, mm, vma, vpn + done, pfn_to_page(m, pfn + done))
  }
  up_write(mm.mmap_sem)
  return done === count ? 0 : -ENOMEM
}

function mapFresh(m: Machine, mm: MmStruct, vma: Vma, vpn: number, page: Page): void {
  anon_vma_prepare(m, vma)
  m.mem.use[page] = USE_ANON
  m.mem.owner[page] = m.current
  setFlag(m, page, PG_uptodate)
  page_add_new_anon_rmap(m, page, vma, vpn)
  set_pte(mm, vpn, writtenPte(page, vma))
  emitMap(m, mm, vpn, page, true)
  emit(m, EV_sim_placed, page + m.startPfn, vpn)
}
