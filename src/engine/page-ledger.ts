/** The reference ledger of a frame: who holds it, since when, on what path. */
import type { LedgerEntry } from '../shared/contract'
import { at, mappersOf, REF_KINDS, ref_count, type Machine, type Page } from '../sim'

/** Who holds the frame: one entry a reference, or a kind. */
export function ledgerOf(m: Machine, page: Page): LedgerEntry[] {
  return REF_KINDS.flatMap((kind, k) => {
    const count = ref_count(m, page, k)
    if (count === 0) return []
    if (kind === 'pin') return pinEntries(m, page)
    if (kind === 'map') return mapEntries(m, page, count)
    return [{ kind, count, holder: holderText(m, page, kind), path: [], ...since(m, page, kind) }]
  })
}

function since(
  m: Machine,
  page: Page,
  kind: string,
): { sinceEvent: number | null; sinceNs: number | null } {
  // The frame's own age is that of its allocation; other kinds keep no time of their own.
  return kind === 'alloc'
    ? { sinceEvent: at(m.mem.since, page), sinceNs: null }
    : { sinceEvent: null, sinceNs: null }
}

function pinEntries(m: Machine, page: Page): LedgerEntry[] {
  return (m.pins.get(page) ?? []).map((record) => {
    const holder = m.holders[record.holder]
    const actor = m.tasks[holder?.task ?? 0]?.comm ?? ''
    return {
      kind: 'pin',
      count: 1,
      holder: `${actor}: ${holder?.label ?? ''}`,
      path: holder?.path ?? [],
      sinceEvent: record.event,
      sinceNs: record.timeNs,
    }
  })
}

function mapEntries(m: Machine, page: Page, count: number): LedgerEntry[] {
  const mappers = mappersOf(m, page)
  const entries = mappers.map(({ comm, address }) => ({
    kind: 'map',
    count: 1,
    holder: `${comm} at 0x${address.toString(16)}`,
    path: [],
    sinceEvent: null,
    sinceNs: null,
  }))
  const rest = count - entries.length
  if (rest <= 0) return entries
  return [
    ...entries,
    { kind: 'map', count: rest, holder: 'page tables', path: [], sinceEvent: null, sinceNs: null },
  ]
}

function holderText(m: Machine, page: Page, kind: string): string {
  const owner = m.tasks[at(m.mem.owner, page)]?.comm ?? ''
  switch (kind) {
    case 'alloc':
      return `${owner} (allocated)`
    case 'pv':
      return pagevecText(m, page)
    case 'iso':
      return 'isolated from the LRU'
    case 'cache':
      return 'page cache'
    case 'swapc':
      return 'swap cache'
    case 'priv':
      return 'buffer heads'
    case 'wait':
      return 'waits for the migration entry'
    case 'tlb':
      return 'mmu_gather'
    default:
      return owner
  }
}

function pagevecText(m: Machine, page: Page): string {
  const cpus = m.pagevecs.flatMap((vecs, cpu) => {
    const all = [...vecs.lru_add, vecs.lru_rotate, vecs.lru_deactivate, vecs.activate_page]
    return all.some((vec) => vec.includes(page)) ? [`cpu${cpu}`] : []
  })
  return `pagevec ${cpus.join(', ')}`
}
