/**
 * Pages on the free lists by migratetype, kept as blocks come and go. The model has no such counters, as
 * the kernel has none but that of CMA; and walking the lists at every event would cost more than the run.
 */
import {
  freeListHead,
  listToArray,
  MIGRATETYPE_NAMES,
  type FreeListSink,
  type Machine,
  type Page,
} from '../sim'

export class FreeByType implements FreeListSink {
  /** By number of the migratetype. */
  readonly pages = new Int32Array(MIGRATETYPE_NAMES.length)
  /** Grows with every block that comes or goes. */
  changes = 0
  /** By head of a free block: the list it is on, which its pageblock does not tell. */
  readonly #listOf: Uint8Array

  constructor(m: Machine) {
    this.#listOf = new Uint8Array(m.nrPages)
    for (const zone of m.zones) {
      for (let order = 0; order < m.maxOrder; order++) {
        for (let type = 0; type < this.pages.length; type++) {
          const heads = listToArray(m.mem, freeListHead(zone, order, type))
          for (const page of heads) this.added(page, order, type)
        }
      }
    }
  }

  added(page: Page, order: number, type: number): void {
    this.#listOf[page] = type
    this.pages[type] = (this.pages[type] as number) + (1 << order)
    this.changes++
  }

  removed(page: Page, order: number): void {
    const type = this.#listOf[page] as number
    this.pages[type] = (this.pages[type] as number) - (1 << order)
    this.changes++
  }
}
