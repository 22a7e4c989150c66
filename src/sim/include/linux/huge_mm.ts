// Model of include/linux/huge_mm.h, v3.9.
import type { Machine } from '../../machine/machine'
import { compound_order, PageTransHuge } from '../../machine/page'
import type { Page } from '../../machine/types'

/** What a page counts for on the LRU and in the statistics: a huge one as all its pages. */
export function hpage_nr_pages(m: Machine, page: Page): number {
  return PageTransHuge(m, page) ? 1 << compound_order(m, page) : 1
}
