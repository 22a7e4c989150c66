/** Takes pins from their holders as their drivers would: out of the driver's own table first. */
import type { Machine } from '../machine/machine'
import { page_to_pfn } from '../machine/machine'
import { REF_KINDS } from '../machine/kinds'
import { ref_count } from '../machine/ledger'
import type { Page } from '../machine/types'
import { putUserPage } from '../mm/swap'
import type { Stage } from './stage'

/** Where a driver keeps the pages it has pinned. */
interface PinTable {
  readonly pages: Page[]
  readonly isStale: (() => void) | null
}

/** Drops every pin on a page; what is left to do for its users is theirs. All have a table. */
export function dropPins(stage: Stage, page: Page): void {
  const { m } = stage
  for (const { holder } of [...(m.pins.get(page) ?? [])]) {
    const table = tableOf(stage, page, holder)
    table?.pages.splice(table.pages.indexOf(page), 1)
    table?.isStale?.()
    m.holders[holder]?.owner?.leaving.delete(page)
    // It is the holder that puts the page: on its CPU, and the event names it.
    m.current = m.holders[holder]?.task ?? 0
    putUserPage(m, page, holder)
    m.current = 0
  }
}

/** Why nobody can be made to let go of a page; null when its holders can. */
export function unpinComplaint(stage: Stage, page: Page): string | null {
  const { m } = stage
  const pfn = `pfn 0x${page_to_pfn(m, page).toString(16)}`
  const records = m.pins.get(page) ?? []
  if (records.length === 0) return `nobody pins ${pfn}; ${referencesText(m, page)}`
  const busy = records.find(({ holder }) => tableOf(stage, page, holder) === null)
  if (busy === undefined) return null
  const holder = m.holders[busy.holder]
  const who = `${m.tasks[holder?.task ?? 0]?.comm ?? ''} (${holder?.label ?? ''})`
  return `${pfn} is pinned by ${who} for a call that is under way and puts it itself; let the others sleep until then`
}

function referencesText(m: Machine, page: Page): string {
  const kinds = REF_KINDS.flatMap((kind, k) => {
    const n = ref_count(m, page, k)
    return n === 0 ? [] : [`${kind} ${n}`]
  })
  return kinds.length === 0 ? 'it has no references' : `its references are: ${kinds.join(', ')}`
}

/** The table that holds this pin; null while a call has it in hand. */
function tableOf(stage: Stage, page: Page, holder: number): PinTable | null {
  for (const actor of stage.actors) {
    for (const pinned of actor.pins.values()) {
      if (pinned.holder === holder && pinned.pages.includes(page)) {
        return { pages: pinned.pages, isStale: null }
      }
    }
    for (const queue of actor.queues.values()) {
      for (const { memory } of queue.bufs) {
        if (memory?.kind !== 'userptr' || memory.holder !== holder) continue
        // The buffer's next use pins its pages anew, as after a notice (MOD-5).
        const isStale = (): void => void (memory.stale = true)
        if (memory.pages.includes(page)) return { pages: memory.pages, isStale }
      }
    }
  }
  return ringOf(stage.m, page, holder)
}

function ringOf(m: Machine, page: Page, holder: number): PinTable | null {
  for (const ctx of m.mms.flatMap((mm) => mm.ioctx_list)) {
    if (ctx.holder === holder && ctx.ring_pages.includes(page)) {
      return { pages: ctx.ring_pages, isStale: null }
    }
  }
  return null
}
