import { createPinia } from 'pinia'
import { createApp } from 'vue'
import { describe, expect, it } from 'vitest'
import { useBookmarksStore } from './bookmarks'

function open(): ReturnType<typeof useBookmarksStore> {
  const pinia = createPinia()
  createApp({}).use(pinia)
  return useBookmarksStore(pinia)
}

describe('bookmarks', () => {
  it('keeps places in the order of their runs and events, each once', () => {
    const marks = open()
    marks.add({ side: 'b', event: 5, timeNs: 50, note: '' })
    marks.add({ side: 'a', event: 9, timeNs: 90, note: 'here' })
    marks.add({ side: 'a', event: 2, timeNs: 20, note: '' })
    marks.add({ side: 'a', event: 9, timeNs: 90, note: 'again' })
    expect(marks.list.map((m) => [m.side, m.event, m.note])).toEqual([
      ['a', 2, ''],
      ['a', 9, 'here'],
      ['b', 5, ''],
    ])
  })

  it('takes notes, and forgets what is removed', () => {
    const marks = open()
    marks.add({ side: 'a', event: 1, timeNs: 1, note: '' })
    const [first] = marks.list
    marks.setNote(first?.id ?? 0, 'the pin')
    expect(marks.list[0]?.note).toBe('the pin')
    marks.drop(first?.id ?? 0)
    expect(marks.list).toEqual([])
  })
})
