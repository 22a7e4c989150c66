/** Where kept work goes: files of the desktop application, or the browser's own database. */
import type { Pinscope } from '../../../shared/contract'
import type { Recovery } from '../../../shared/recovery'
import type { DesktopShell } from '../../../shared/shell'
import { browserRecovery } from './browser-recovery'
import { databaseStore, lockedPages } from './work-store'

/** Null where the browser has no place for it. */
export function recoveryOf(shell: DesktopShell | undefined, pinscope: Pinscope): Recovery | null {
  if (shell !== undefined) return shell.recovery
  // A page of an address that is not trusted has no locks, an old browser neither.
  const { indexedDB, navigator } = window as Partial<Pick<Window, 'navigator'>> & {
    readonly indexedDB?: IDBFactory
  }
  const locks: LockManager | undefined = navigator?.locks
  if (indexedDB === undefined || locks === undefined) return null
  return browserRecovery(
    pinscope,
    databaseStore(indexedDB),
    lockedPages(locks),
    crypto.randomUUID(),
  )
}
