/** ZERO_PAGE: the one frame behind every anonymous page that was only read (REF-10). */
import { GFP_KERNEL } from '../include/linux/gfp'
import { PG_reserved } from '../include/linux/page-flags'
import { USE_KERNEL, USE_RESERVED } from '../machine/kinds'
import { inCmaArea } from '../machine/ledger'
import { page_zone, type Machine } from '../machine/machine'
import { NULL_PAGE, type Page } from '../machine/types'
import { alloc_pages } from './page_alloc'

/**
 * The zero page, chosen once: the highest frame of low memory outside CMA that the boot keeps, reserved
 * before other kernel frames; a machine without such a frame gives one of its free ones.
 */
export function zeroPage(m: Machine): Page {
  if (m.zero_page !== NULL_PAGE) return m.zero_page
  let page = highestBootFrame(m, USE_RESERVED)
  if (page === NULL_PAGE) page = highestBootFrame(m, USE_KERNEL)
  if (page === NULL_PAGE) page = alloc_pages(m, GFP_KERNEL, 0)
  if (page === NULL_PAGE) throw new Error('no frame is left for the zero page')
  m.zero_page = page
  m.mem.flags[page] = PG_reserved
  m.mem.use[page] = USE_RESERVED
  m.mem.content[page] = 0
  return page
}

/** Frames of the boot belong to task 0 and are older than the first event. */
function highestBootFrame(m: Machine, use: number): Page {
  const { mem } = m
  for (let page = m.nrPages - 1; page >= 0; page--) {
    if (mem.use[page] !== use || mem.owner[page] !== 0 || mem.since[page] !== 0) continue
    if (m.zoneOf[page] === 255 || mem.count[page] !== 1) continue
    if (page_zone(m, page).name === 'HighMem' || inCmaArea(m, page)) continue
    return page
  }
  return NULL_PAGE
}
