// Model of the page lock of include/linux/pagemap.h, v3.9.
import { clearFlag, setFlag, testFlag } from '../../machine/page'
import type { Machine } from '../../machine/machine'
import type { Proc } from '../../machine/proc'
import type { Page } from '../../machine/types'
import { completeWriteback, writebackDoneNs } from '../../mm/page-writeback'
import { PG_locked, PG_writeback } from './page-flags'

export function PageLocked(m: Machine, page: Page): boolean {
  return testFlag(m, page, PG_locked)
}

export function trylock_page(m: Machine, page: Page): boolean {
  if (testFlag(m, page, PG_locked)) return false
  setFlag(m, page, PG_locked)
  return true
}

/** Sleeps until the lock is free and takes it; not interruptible (MIG-14). */
export function* lock_page(m: Machine, page: Page): Proc<void> {
  while (!trylock_page(m, page)) {
    yield { at: 'wait', why: 'the page lock', until: () => !testFlag(m, page, PG_locked) }
  }
}

export function unlock_page(m: Machine, page: Page): void {
  clearFlag(m, page, PG_locked)
}

export function* wait_on_page_locked(m: Machine, page: Page): Proc<void> {
  while (testFlag(m, page, PG_locked)) {
    yield { at: 'wait', why: 'the page lock', until: () => !testFlag(m, page, PG_locked) }
  }
}

/** Sleeps until the page's I/O is done, which takes the device its time (MIG-15, S-16). */
export function* wait_on_page_writeback(m: Machine, page: Page): Proc<void> {
  while (testFlag(m, page, PG_writeback)) {
    yield {
      at: 'wait',
      why: 'writeback',
      until: () => {
        completeWriteback(m)
        return !testFlag(m, page, PG_writeback)
      },
      dueNs: () => writebackDoneNs(m, page),
    }
  }
}
