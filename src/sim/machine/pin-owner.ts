/** Owners of pins that can let go of them, as drivers of the later policies would be (MOD-3, MOD-5). */
import type { Machine, PinOwner } from './machine'
import type { CallerName, Page } from './types'

/** True when this kernel has drivers answer to migration, and the caller's driver is among them. */
export function answersToMigration(m: Machine, caller: CallerName): boolean {
  const { policy, converted } = m.kernel
  return (policy === 'unpin-callback' || policy === 'mmu-notifier') && converted.has(caller)
}

/**
 * An owner with a table of pages, which can do without any of them at any time: a page that moved is
 * replaced in the table, one that was let go is taken out. Data, no closure: a machine can be copied.
 */
export class TableOwner implements PinOwner {
  readonly leaving = new Map<Page, number>()
  protected readonly pages: Page[]

  constructor(pages: Page[]) {
    this.pages = pages
  }

  mayMove(): boolean {
    return true
  }

  moved(from: Page, to: Page): void {
    this.pages[this.pages.indexOf(from)] = to
  }

  released(page: Page): void {
    this.pages.splice(this.pages.indexOf(page), 1)
  }
}
