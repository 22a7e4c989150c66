/** The inspector's facts and sentences about one frame. */
import type { LedgerEntry, PageInfo } from '../../../../shared/contract'
import { countText, pfnText, timeText } from '../../../../shared/text'
import { CLASS_NAMES } from '../page-map/page-map-model'

export interface Fact {
  readonly name: string
  readonly value: string
}

/** As crash prints addresses: eight digits at least. */
export function physText(address: number): string {
  return `0x${address.toString(16).padStart(8, '0')}`
}

export function factsOf(page: PageInfo): Fact[] {
  return [
    { name: 'state', value: CLASS_NAMES[page.class] },
    { name: 'phys', value: physText(page.physAddr) },
    { name: 'zone', value: page.zone },
    { name: 'pageblock', value: `${page.pageblock} ${page.pageblockType}` },
    { name: 'flags', value: page.flags.length === 0 ? 'none' : page.flags.join(' ') },
    { name: '_count', value: countText(page.count) },
    { name: '_mapcount', value: countText(page.mapcount) },
    { name: 'mapping', value: page.mapping },
    ...(page.freeOrder === null
      ? []
      : [{ name: 'order', value: `${page.freeOrder} (${countText(2 ** page.freeOrder)} pages)` }]),
  ]
}

/** `event 10,942 · 3.204 ms`; empty when the model keeps no time for this kind. */
export function sinceText({ sinceEvent, sinceNs }: LedgerEntry): string {
  const parts = []
  if (sinceEvent !== null) parts.push(`event ${countText(sinceEvent)}`)
  if (sinceNs !== null) parts.push(timeText(sinceNs))
  return parts.join(' · ')
}

/** Outermost first, as a call is read. */
export function pathText(path: readonly string[]): string {
  return path.map((name) => `${name}()`).join(' › ')
}

export interface SumText {
  readonly text: string
  /** False would be a defect of the model: the sum is `_count` at every step (REF-29). */
  readonly holds: boolean
}

export function sumText(page: PageInfo): SumText {
  const holds = page.ledgerSum === page.count
  const sum = `sum ${countText(page.ledgerSum)}`
  return { holds, text: `${sum} ${holds ? '=' : 'differs from'} _count ${countText(page.count)}` }
}

/** What the same frame is in the other run. */
export function otherText(other: PageInfo): string {
  const holders = [...new Set(other.ledger.map((entry) => entry.holder))]
  const held = holders.length === 0 ? '' : `: ${holders.join(', ')}`
  return `${pfnText(other.pfn)} is ${CLASS_NAMES[other.class]}, _count ${countText(other.count)}${held}`
}
