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

/** Keys that controls and fields are used by: with one of them taken away, not every control could be reached. */
const OF_CONTROLS =
  /^(?:Shift\+)?(?:Tab|Enter|Space|Backspace|Delete|Home|End|PageUp|PageDown|Arrow(?:Left|Right|Up|Down))$/
const OF_TEXT = /^Ctrl\+(?:[ACVXYZ]|Shift\+Z)$/

/** Why an action cannot have a key; null when it can. */
export function keyProblem(
  key: string,
  id: string,
  keysOf: (id: string) => readonly string[],
): string | null {
  if (OF_CONTROLS.test(key)) return `${key} is what controls are used by. Press a different key.`
  if (OF_TEXT.test(key)) return `${key} is what text is edited by. Press a different key.`
  const holder = holderOf(key, id, keysOf)
  return holder === null
    ? null
    : `${key} is the key of “${holder.title}”. Give that one another key first, or press a different key.`
}

/** Why an action cannot have its first keys back; null when it can. */
export function resetProblem(id: string, keysOf: (id: string) => readonly string[]): string | null {
  for (const key of ACTIONS.find((a) => a.id === id)?.keys ?? []) {
    const holder = holderOf(key, id, keysOf)
    if (holder !== null) return `${key} is the key of “${holder.title}” now. Reset that one first.`
  }
  return null
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
