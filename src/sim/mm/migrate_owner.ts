// Migration and the owners of pins: policies `unpin-callback` and `mmu-notifier` (MOD-3..5). No kernel
// has this; both were proposed in the discussion of 2013.
import { EAGAIN } from '../include/linux/errno'
import { pin_drop, pin_get } from '../machine/ledger'
import { page_to_pfn, type Holder, type Machine, type PinOwner } from '../machine/machine'
import type { Proc } from '../machine/proc'
import { emit } from '../machine/trace'
import type { Page } from '../machine/types'
import { EV_sim_owner_notify, EV_sim_owner_repin, EV_sim_owner_unpin } from '../trace/events/sim'
import { putUserPage } from './swap'

interface OwnedPin {
  readonly holder: Holder
  readonly owner: PinOwner
}

/** The pins on a page, one entry each; null when one of them has no owner who answers. */
function ownedPins(m: Machine, page: Page): OwnedPin[] | null {
  const owned: OwnedPin[] = []
  for (const { holder: id } of m.pins.get(page) ?? []) {
    const holder = m.holders[id] as Holder
    if (holder.owner === null) return null
    owned.push({ holder, owner: holder.owner })
  }
  return owned
}

/**
 * Runs one attempt to move a page while the owners of its pins have let go, and has them pin it again
 * where it is then. A pin without such an owner leaves everything as at baseline; an owner that is busy
 * ends the attempt with -EAGAIN (MOD-3).
 */
export function* withOwnersAway(
  m: Machine,
  page: Page,
  newpage: Page,
  attempt: () => Proc<number>,
): Proc<number> {
  const owned = m.kernel.policy === 'unpin-callback' ? ownedPins(m, page) : null
  if (owned === null || owned.length === 0) return yield* attempt()
  const busy = owned.find((o) => !o.owner.mayMove())
  if (busy !== undefined) {
    emit(m, EV_sim_owner_unpin, page_to_pfn(m, page), busy.holder.id, 1)
    return -EAGAIN
  }
  const since = m.now
  for (const { holder } of owned) {
    pin_drop(m, page, holder.id)
    emit(m, EV_sim_owner_unpin, page_to_pfn(m, page), holder.id, 0)
  }
  const rc = yield* attempt()
  const now = rc === 0 ? newpage : page
  for (const { holder, owner } of owned) {
    pin_get(m, now, holder.id)
    if (now !== page) owner.moved(page, now)
    const blocked = m.now - since
    emit(m, EV_sim_owner_repin, page_to_pfn(m, now), holder.id, page_to_pfn(m, page), blocked)
  }
  return rc
}

/**
 * The page was unmapped for an attempt. Owners hear of it the first time, and let go `notifierPasses`
 * attempts later; until then the count is too high (MOD-5).
 */
export function notifyOwners(m: Machine, page: Page, wasMapped: boolean): void {
  if (m.kernel.policy !== 'mmu-notifier') return
  for (const { holder: id } of [...(m.pins.get(page) ?? [])]) {
    const { owner } = m.holders[id] as Holder
    if (owner === null) continue
    const left = owner.leaving.get(page)
    if (left === undefined && !wasMapped) continue
    const attempts = left ?? m.kernel.notifierPasses
    if (left === undefined) emit(m, EV_sim_owner_notify, page_to_pfn(m, page), id, attempts)
    if (attempts > 0) {
      owner.leaving.set(page, attempts - 1)
      continue
    }
    owner.leaving.delete(page)
    owner.released(page)
    putUserPage(m, page, id)
  }
}
