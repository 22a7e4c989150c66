import { createPinia } from 'pinia'
import { createApp } from 'vue'
import { describe, expect, it } from 'vitest'
import { success } from '../../../shared/result'
import { useActionsStore } from '../stores/actions'
import { useBookmarksStore } from '../stores/bookmarks'
import { useComparisonStore } from '../stores/comparison'
import { createFakePinscope } from '../test/fake-pinscope'
import { PINSCOPE } from '../wire/pinscope'
import { provideCursorActions } from './use-cursor-actions'

/** A window whose engine says where a time is only when it is let. */
async function open() {
  const gates: (() => void)[] = []
  const pinscope = createFakePinscope({
    calls: {
      eventAt: (_run, timeNs) =>
        new Promise((resolve) => {
          gates.push(() => resolve(success({ event: timeNs, step: 0, timeNs })))
        }),
      align: () => Promise.resolve(success({ event: 1, step: 0, timeNs: 1 })),
    },
  })
  const pinia = createPinia()
  const app = createApp({}).provide(PINSCOPE, pinscope).use(pinia)
  app.runWithContext(() => provideCursorActions())
  await useComparisonStore(pinia).open()
  const answer = (): void => gates.splice(0).forEach((give) => give())
  return { actions: useActionsStore(pinia), bookmarks: useBookmarksStore(pinia), answer }
}

describe('the actions of the cursor', () => {
  it('bookmark the place the cursor is on its way to, as keys come faster than answers', async () => {
    const { actions, bookmarks, answer } = await open()
    expect(actions.isEnabled('bookmark.add')).toBe(false)
    expect(actions.run('cursor.start')).toBe(true)
    const marked = actions.perform('bookmark.add')
    answer()
    await marked
    expect(bookmarks.list.map(({ side, event }) => [side, event])).toEqual([['a', 0]])
  })

  it('bookmark nothing where the cursor ends up at the end', async () => {
    const { actions, bookmarks, answer } = await open()
    actions.run('cursor.start')
    const marked = actions.perform('bookmark.add')
    actions.run('cursor.end')
    answer()
    await marked
    expect(bookmarks.list).toEqual([])
    expect(actions.isEnabled('bookmark.add')).toBe(false)
  })
})
