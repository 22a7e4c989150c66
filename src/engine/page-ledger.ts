/** The reference ledger of a frame: who holds it, since when, on what path. */
import type { LedgerEntry } from '../shared/page'
import { at, mappersOf, REF_KINDS, ref_count, type Machine, type Page } from '../sim'

/** What the model keeps no path and no time for. */
const NOT_KEPT = { path: [], sinceEvent: null, sinceNs: null }

/** Holders of kinds that no actor holds. */
const HOLDERS: Readonly<Partial<Record<(typeof REF_KINDS)[number], string>>> = {
  iso: 'isolated from the LRU',
  cache: 'page cache',
  swapc: 'swap cache',
  priv: 'buffer heads',
  wait: 'waits for the migration entry',
  tlb: 'mmu_gather',
}

/** Who holds the frame: one entry a reference, or a kind. */
export function ledgerOf(m: Machine, page: Page): LedgerEntry[] {
  return REF_KINDS.flatMap((kind, k) => {
    const count = ref_count(m, page, k)
    if (count === 0) return []
    if (kind === 'pin') return pinEntries(m, page)
    if (kind === 'map') return mapEntries(m, page, count)
    const owner = m.tasks[at(m.mem.owner, page)]?.comm ?? ''
    const known = kind === 'pv' ? pagevecText(m, page) : HOLDERS[kind]
    const holder = known ?? (kind === 'alloc' ? `${owner} (allocated)` : owner)
    const actor = known !== undefined || owner === '' ? null : owner
    return [{ kind, count, holder, actor, path: [], ...since(m, page, kind) }]
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
      actor: actor === '' ? null : actor,
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
    actor: comm,
    ...NOT_KEPT,
  }))
  const rest = count - entries.length
  if (rest <= 0) return entries
  return [...entries, { kind: 'map', count: rest, holder: 'page tables', actor: null, ...NOT_KEPT }]
}

function pagevecText(m: Machine, page: Page): string {
  const cpus = m.pagevecs.flatMap((vecs, cpu) => {
    const all = [...vecs.lru_add, vecs.lru_rotate, vecs.lru_deactivate, vecs.activate_page]
    return all.some((vec) => vec.includes(page)) ? [`cpu${cpu}`] : []
  })
  return `pagevec ${cpus.join(', ')}`
}
