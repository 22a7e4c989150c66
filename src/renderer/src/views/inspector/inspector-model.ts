/** The inspector's facts and sentences about one frame. */
import type { LedgerEntry, PageInfo } from '../../../../shared/page'
import { countText, pagesText, pfnText, timeText } from '../../../../shared/text'
import { addressText } from '../../components/sheet-model'
import type { InspectorTab } from '../../stores/inspector'
import { CLASS_NAMES } from '../page-map/page-map-model'

export const TABS: readonly { readonly id: InspectorTab; readonly title: string }[] = [
  { id: 'page', title: 'Page' },
  { id: 'freelists', title: 'Free lists' },
  { id: 'pcp', title: 'pcp' },
  { id: 'lru', title: 'LRU' },
  { id: 'zone', title: 'Zone' },
  { id: 'cma', title: 'CMA' },
  { id: 'processes', title: 'Processes' },
  { id: 'vb2', title: 'vb2' },
  { id: 'costs', title: 'Costs' },
]

/** A part of a fact: words, or what leads somewhere. */
export type Piece =
  string | { readonly pfn: number } | { readonly event: number } | { readonly actor: string }

/** Facts whose names the glossary explains: its terms by the names. */
export const TERMS: Readonly<Record<string, string>> = {
  zone: 'zone',
  pageblock: 'pageblock',
  _count: 'count',
  _mapcount: 'mapcount',
  order: 'order',
}

/** The term for the list a frame is on; null for a list that has none. */
export function listTerm(text: string): string | null {
  const terms = { LRU: 'lru', free_list: 'free-list', pcp: 'pcp', pagevec: 'pagevec' }
  return Object.entries(terms).find(([name]) => text.startsWith(name))?.[1] ?? null
}

export interface Fact {
  readonly name: string
  readonly pieces: readonly Piece[]
}

export function factsOf(page: PageInfo): Fact[] {
  return [
    { name: 'state', pieces: [CLASS_NAMES[page.class]] },
    { name: 'phys', pieces: [addressText(page.physAddr)] },
    { name: 'zone', pieces: [page.zone] },
    { name: 'pageblock', pieces: [`${page.pageblock} ${page.pageblockType}`] },
    { name: 'flags', pieces: [page.flags.length === 0 ? 'none' : page.flags.join(' ')] },
    { name: '_count', pieces: [countText(page.count)] },
    { name: '_mapcount', pieces: [countText(page.mapcount)] },
    { name: 'mapping', pieces: [page.mapping] },
    ...orderFacts(page),
    ...page.places.map(({ list, position, length }) => ({
      name: 'list',
      pieces: [`${list}: ${countText(position)} of ${countText(length)}`],
    })),
    ...(page.allocated === null
      ? []
      : [
          {
            name: 'allocated',
            pieces: [
              'by ',
              { actor: page.allocated.actor },
              ' at ',
              { event: page.allocated.event },
            ],
          },
        ]),
  ]
}

/** Only free frames have an order: of the block they head, or of the one they lie in. */
function orderFacts({ freeOrder, freeBlock }: PageInfo): Fact[] {
  if (freeOrder !== null) {
    return [{ name: 'order', pieces: [`${freeOrder} (${pagesText(2 ** freeOrder)})`] }]
  }
  if (freeBlock === null) return []
  const { order, pfn } = freeBlock
  return [{ name: 'order', pieces: [`in a free block of order ${order} at `, { pfn }] }]
}

export function factText({ pieces }: Fact): string {
  return pieces.map(pieceText).join('')
}

function pieceText(piece: Piece): string {
  if (typeof piece === 'string') return piece
  if ('pfn' in piece) return pfnText(piece.pfn)
  return 'event' in piece ? `#${countText(piece.event)}` : piece.actor
}

/** A fact, and what the other run says of the same frame where that is something else. */
export interface ComparedFact extends Fact {
  readonly key: string
  readonly other: string | null
}

/** Facts that only the other run has stand at the end with nothing here. */
export function comparedFacts(page: PageInfo, other: PageInfo | null): ComparedFact[] {
  const here = keyed(factsOf(page))
  if (other === null) return here.map((fact) => ({ ...fact, other: null }))
  const there = keyed(factsOf(other))
  const otherOf = (key: string): string => {
    const fact = there.find((f) => f.key === key)
    return fact === undefined ? 'none' : factText(fact)
  }
  const compared = here.map((fact): ComparedFact => {
    const text = otherOf(fact.key)
    return { ...fact, other: text === factText(fact) ? null : text }
  })
  const missing = there.filter(({ key }) => !here.some((fact) => fact.key === key))
  return [
    ...compared,
    ...missing.map((fact) => ({ ...fact, pieces: ['none'], other: factText(fact) })),
  ]
}

/** What a recording of another kernel tells of a frame; flags, counts and lists are not in it. */
export function tracedFacts(page: PageInfo): ComparedFact[] {
  const told = new Set(['state', 'phys', 'allocated'])
  return comparedFacts(page, null).filter(({ name }) => told.has(name))
}

/** A frame can be on two lists, so that a name alone would not do. */
function keyed(facts: readonly Fact[]): (Fact & { readonly key: string })[] {
  return facts.map((fact, i) => {
    const nth = facts.slice(0, i).filter(({ name }) => name === fact.name).length
    return { ...fact, key: `${fact.name} ${nth}` }
  })
}

/** `held for 10.6 ms`; empty when the model keeps no time for this kind. */
export function heldText({ sinceNs }: LedgerEntry, nowNs: number): string {
  return sinceNs === null ? '' : `held for ${timeText(Math.max(0, nowNs - sinceNs))}`
}

/** The holder with the actor apart, who is a link. */
export function holderParts({ holder, actor }: LedgerEntry): {
  actor: string | null
  rest: string
} {
  return actor !== null && holder.startsWith(actor)
    ? { actor, rest: holder.slice(actor.length) }
    : { actor: null, rest: holder }
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

/** Whether the frame is free, and what stands in the way of its becoming so. */
export function whyNotFree(page: PageInfo): string {
  if (page.freeBlock !== null) {
    const { order, pfn } = page.freeBlock
    return `It is free, in a block of order ${order} at ${pfnText(pfn)}.`
  }
  if (page.class === 'pcp') {
    return "It is free, on a CPU's own list; until that is drained it merges with no other block."
  }
  if (page.class === 'reserved') return 'It was never given to the allocator.'
  return `${referencesText(page)} ${migrationText(page)}`
}

function referencesText({ ledger, ledgerSum }: PageInfo): string {
  if (ledgerSum === 0) {
    return 'No reference is its own: it is part of a larger allocation, or on its way to a list.'
  }
  const kinds = ledger.map(({ kind, count }) => ({ kind, count }))
  const sums = [...new Set(kinds.map(({ kind }) => kind))].map((kind) => {
    const of = kinds.filter((entry) => entry.kind === kind)
    return `${kind} ${countText(of.reduce((n, { count }) => n + count, 0))}`
  })
  const references = ledgerSum === 1 ? '1 reference' : `${countText(ledgerSum)} references`
  return `It has ${references} (${sums.join(', ')}).`
}

function migrationText({ blocking }: PageInfo): string {
  if (blocking === null) return 'Migration could move it now.'
  const { cause, actor, label } = blocking
  const who = actor === '' ? '' : ` by ${actor}${label === '' ? '' : ` (${label})`}`
  return `Migration could not move it now: ${cause}${who}.`
}

/** Where the sheets stand: `event 10,942 · 3.204 ms`, or the end of the run. */
export function placeText(at: { readonly event: number; readonly timeNs: number } | null): string {
  return at === null ? 'end of run' : `event ${countText(at.event)} · ${timeText(at.timeNs)}`
}
