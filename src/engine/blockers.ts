/** Who keeps the frames of a failed request: pins by holder, everything else by what it is. */
import type { TriedPosition } from '../shared/run'
import { page_to_pfn, pfn_to_page, type Machine } from '../sim'

/** Frames that block for the same reason. */
export interface Blocker {
  /** `pin`, or what a frame is when no pin holds it. */
  readonly kind: 'pin' | 'in-use'
  readonly actor: string
  /** Who pinned it (`vb2 QBUF`), or what the frame is used for. */
  readonly label: string
  readonly pages: number
  /** When the oldest of them was taken, ns; null when that is not kept. */
  readonly sinceNs: number | null
}

/**
 * Groups the frames that made the tried positions fail. A position is given up at its first bad
 * batch, so pins elsewhere in the tried ranges block just as well: every pinned frame there counts.
 */
export function whoBlocks(m: Machine, positions: readonly TriedPosition[]): Blocker[] {
  const failed = positions.filter((p) => p.ret < 0)
  if (failed.length === 0) return []
  const start = failed.reduce((pfn, p) => Math.min(pfn, p.startPfn), Infinity)
  const end = failed.reduce((pfn, p) => Math.max(pfn, p.endPfn), 0)
  const groups = new Map<string, Blocker>()
  for (const [page, records] of m.pins) {
    const pfn = page_to_pfn(m, page)
    if (pfn < start || pfn >= end) continue
    const record = records[0]
    const holder = record === undefined ? undefined : m.holders[record.holder]
    if (record === undefined || holder === undefined) continue
    const label = holder.label.replace(/ index \d+$/, '')
    add(groups, {
      kind: 'pin',
      actor: m.tasks[holder.task]?.comm ?? '',
      label,
      pages: 1,
      sinceNs: record.timeNs,
    })
  }
  const named = new Set(failed.flatMap((p) => p.blocking))
  for (const pfn of named) {
    const page = pfn_to_page(m, pfn)
    if (m.pins.has(page)) continue
    const label = 'a reference that is no pin'
    const actor = m.tasks[m.mem.owner[page] ?? 0]?.comm ?? ''
    add(groups, { kind: 'in-use', actor, label, pages: 1, sinceNs: null })
  }
  return [...groups.values()].toSorted((x, y) => y.pages - x.pages)
}

function add(groups: Map<string, Blocker>, one: Blocker): void {
  const key = `${one.kind} ${one.actor} ${one.label}`
  const known = groups.get(key)
  if (known === undefined) {
    groups.set(key, one)
    return
  }
  const sinceNs =
    known.sinceNs === null || one.sinceNs === null ? null : Math.min(known.sinceNs, one.sinceNs)
  groups.set(key, { ...known, pages: known.pages + 1, sinceNs })
}
