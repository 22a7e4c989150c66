/** The list of keys: actions by menu, and what a new key would take away from another. */
import { ACTIONS, MENUS, type Action } from '../../../../shared/actions'

export interface KeyGroup {
  readonly title: string
  readonly actions: readonly Action[]
}

/** Actions whose title or keys have the typed text, by menu; those without one are last. */
export function groupsOf(typed: string, keysOf: (id: string) => readonly string[]): KeyGroup[] {
  const wanted = typed.trim().toLowerCase()
  const fits = (a: Action): boolean =>
    [a.title, ...keysOf(a.id)].some((text) => text.toLowerCase().includes(wanted))
  return [...MENUS, null]
    .map((menu) => ({
      title: menu ?? 'Elsewhere',
      actions: ACTIONS.filter((a) => a.menu === menu && fits(a)),
    }))
    .filter((group) => group.actions.length > 0)
}

/** The action that has a key already where both would hear it; null when the key is free. */
export function holderOf(
  key: string,
  id: string,
  keysOf: (id: string) => readonly string[],
): Action | null {
  const area = ACTIONS.find((a) => a.id === id)?.area
  const clash = ACTIONS.find(
    (a) =>
      a.id !== id &&
      keysOf(a.id).includes(key) &&
      (a.area === area || a.area === undefined || area === undefined),
  )
  return clash ?? null
}
