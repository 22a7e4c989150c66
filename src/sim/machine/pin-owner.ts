/** Owners of pins that can let go of them, as drivers of the later policies would be (MOD-3, MOD-5). */
import type { Machine, PinOwner } from './machine'
import type { CallerName, Page } from './types'

/** True when this kernel has drivers answer to migration, and the caller's driver is among them. */
export function answersToMigration(m: Machine, caller: CallerName): boolean {
  const { policy, converted } = m.kernel
  return (policy === 'unpin-callback' || policy === 'mmu-notifier') && converted.has(caller)
}

/**
 * An owner whose table of pages is `pages`: a page that moved is replaced there, one that was let go is
 * taken out and `onReleased` is told. `mayMove` is false while the device cannot do without the page.
 */
export function ownerOf(
  pages: Page[],
  mayMove: (page: Page) => boolean,
  onReleased: () => void,
): PinOwner {
  return {
    mayMove,
    moved: (from, to) => {
      pages[pages.indexOf(from)] = to
    },
    released: (page) => {
      pages.splice(pages.indexOf(page), 1)
      onReleased()
    },
    leaving: new Map(),
  }
}
