/** Actions that move the cursor of the window, or keep its place. */
import { useActionsStore } from '../stores/actions'
import { useBookmarksStore } from '../stores/bookmarks'
import { useComparisonStore } from '../stores/comparison'
import { useCursorStore } from '../stores/cursor'
import { useDialogsStore } from '../stores/dialogs'
import { foreignOf } from '../stores/side'
import { usePinscope } from '../wire/pinscope'
import { nextTrouble } from './next-trouble'

export function provideCursorActions(): void {
  const actions = useActionsStore()
  const bookmarks = useBookmarksStore()
  const comparison = useComparisonStore()
  const cursor = useCursorStore()
  const dialogs = useDialogsStore()
  const pinscope = usePinscope()

  const enabled = (): boolean => comparison[cursor.side].shown !== null

  async function toFailure(by: 1 | -1): Promise<void> {
    await cursor.moveOn(async (name) => {
      const run = comparison[name].shown?.summary
      if (run === undefined) return null
      const found = await pinscope.troubles(run.run)
      const from = cursor.at[name]?.event ?? run.events
      const to = found.ok ? nextTrouble(found.value, from, by) : null
      return to === null ? null : { event: to, step: 0 }
    })
  }

  /** Of where the cursor goes, where it still moves: keys may come faster than answers. */
  async function bookmark(): Promise<void> {
    await cursor.settled()
    const { side, here } = cursor
    if (here !== null) bookmarks.add({ side, event: here.event, timeNs: here.timeNs, note: '' })
  }

  /** Bookmarks are of the session, and a recording of another kernel is no part of it. */
  function canBookmark(): boolean {
    return (cursor.here !== null || cursor.moving) && foreignOf(comparison[cursor.side]) === null
  }

  actions.provide({
    'cursor.start': { run: () => cursor.goToTime(cursor.side, 0), enabled },
    'cursor.end': { run: () => cursor.stand(cursor.side, null), enabled },
    'cursor.seek': { run: () => dialogs.show('seek'), enabled },
    'cursor.next-failure': { run: () => toFailure(1), enabled },
    'cursor.previous-failure': { run: () => toFailure(-1), enabled },
    'bookmark.add': { run: bookmark, enabled: canBookmark },
  })
}
