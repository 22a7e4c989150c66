/** Places the user marked, with a note each. */
import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import type { SideName } from './side'

export interface Bookmark {
  readonly id: number
  /** The run it was set in. */
  readonly side: SideName
  readonly event: number
  readonly timeNs: number
  readonly note: string
}

export const useBookmarksStore = defineStore('bookmarks', () => {
  /** In the order of their events, those of A before those of B. */
  const list = shallowRef<readonly Bookmark[]>([])
  let ids = 0

  /** Marks a place; one that is marked already stays as it is. */
  function add(place: Omit<Bookmark, 'id'>): void {
    const { side, event } = place
    if (list.value.some((mark) => mark.side === side && mark.event === event)) return
    const all = [...list.value, { ...place, id: ++ids }]
    list.value = all.toSorted((x, y) => x.side.localeCompare(y.side) || x.event - y.event)
  }

  /** Takes the bookmarks of a session in the place of those that are there. */
  function replace(marks: readonly Omit<Bookmark, 'id'>[]): void {
    list.value = []
    marks.forEach(add)
  }

  function setNote(id: number, note: string): void {
    list.value = list.value.map((mark) => (mark.id === id ? { ...mark, note } : mark))
  }

  function drop(id: number): void {
    list.value = list.value.filter((mark) => mark.id !== id)
  }

  return { list, add, replace, setNote, drop }
})
