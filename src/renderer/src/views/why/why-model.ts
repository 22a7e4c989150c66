/** The explanation as rows of a tree that opens and closes, and how the keys move in it. Pure. */
import { countText, retText, timeText } from '../../../../shared/text'
import type { BlockingFrame, TroubleInfo, WalkedPosition, WhyReport } from '../../../../shared/why'

type LedgerEntry = BlockingFrame['ledger'][number]

/** Rows shown below one row before the rest is asked for. */
export const MOST_CHILDREN = 50

interface RowBase {
  readonly key: string
  readonly level: 1 | 2 | 3
  /** Null: nothing below it. */
  readonly open: boolean | null
}

export type WhyRow =
  | (RowBase & { readonly kind: 'position'; readonly position: WalkedPosition })
  | (RowBase & { readonly kind: 'frame'; readonly frame: BlockingFrame })
  | (RowBase & { readonly kind: 'holder'; readonly entry: LedgerEntry })
  /** Stands for rows that are not shown: how many, and below which row they are. */
  | (RowBase & {
      readonly kind: 'more'
      readonly of: string
      readonly left: number
      readonly what: string
    })

export interface TreeState {
  /** Keys of the rows that are open. */
  readonly open: ReadonlySet<string>
  /** Children shown of a row, where that is not the usual number. */
  readonly shown: ReadonlyMap<string, number>
}

/** A single position is open at first: there is nothing to choose. */
export function firstState({ walk }: Pick<WhyReport, 'walk'>): TreeState {
  return { open: new Set(walk.length === 1 ? ['0'] : []), shown: new Map() }
}

/** The rows in sight. */
export function whyRows({ walk }: Pick<WhyReport, 'walk'>, state: TreeState): WhyRow[] {
  return capped(walk, '', 1, 'positions', state, (position, i) =>
    positionRows(position, String(i), state),
  )
}

function positionRows(position: WalkedPosition, key: string, state: TreeState): WhyRow[] {
  const { blocking } = position
  const open = blocking.length === 0 ? null : state.open.has(key)
  const own: WhyRow = { kind: 'position', key, level: 1, open, position }
  if (open !== true) return [own]
  const frames = capped(blocking, key, 2, 'frames', state, (frame) =>
    frameRows(frame, `${key}/${frame.pfn}`, state),
  )
  return [own, ...frames]
}

function frameRows(frame: BlockingFrame, key: string, state: TreeState): WhyRow[] {
  const open = frame.ledger.length === 0 ? null : state.open.has(key)
  const own: WhyRow = { kind: 'frame', key, level: 2, open, frame }
  if (open !== true) return [own]
  const holders = frame.ledger.map((entry, i): WhyRow => {
    return { kind: 'holder', key: `${key}/${i}`, level: 3, open: null, entry }
  })
  return [own, ...holders]
}

function capped<T>(
  all: readonly T[],
  of: string,
  level: 1 | 2,
  what: string,
  state: TreeState,
  rowsOf: (item: T, i: number) => WhyRow[],
): WhyRow[] {
  const most = state.shown.get(of) ?? MOST_CHILDREN
  const rows = all.slice(0, most).flatMap(rowsOf)
  const left = all.length - most
  if (left <= 0) return rows
  return [...rows, { kind: 'more', key: `${of}/more`, level, open: null, of, left, what }]
}

/** The state with a row opened or closed. */
export function toggled(state: TreeState, key: string): TreeState {
  const open = new Set(state.open)
  if (!open.delete(key)) open.add(key)
  return { ...state, open }
}

/** The state with more rows below one: ten times as many. */
export function withMore(state: TreeState, of: string): TreeState {
  const shown = new Map(state.shown)
  shown.set(of, (shown.get(of) ?? MOST_CHILDREN) * 10)
  return { ...state, shown }
}

/** What a key does on a row: where the focus goes, or that the row opens or closes. */
export type Move = { readonly to: string } | { readonly toggle: string } | null

/** The keys of a treegrid whose rows have the focus. */
export function moveOf(rows: readonly WhyRow[], key: string, pressed: string): Move {
  const at = rows.findIndex((row) => row.key === key)
  const row = rows[at]
  if (row === undefined) return null
  const to = (index: number): Move => {
    const target = rows[Math.max(0, Math.min(rows.length - 1, index))]
    return target === undefined ? null : { to: target.key }
  }
  switch (pressed) {
    case 'ArrowDown':
      return to(at + 1)
    case 'ArrowUp':
      return to(at - 1)
    case 'Home':
      return to(0)
    case 'End':
      return to(rows.length - 1)
    case 'ArrowRight':
      if (row.open === null) return null
      return row.open ? to(at + 1) : { toggle: key }
    case 'ArrowLeft':
      if (row.open === true) return { toggle: key }
      return row.level === 1
        ? null
        : to(rows.findLastIndex((r, i) => i < at && r.level < row.level))
    default:
      return null
  }
}

/** `1 · codec: dma_alloc_from_contiguous = -ENOMEM · 12.48 ms`. */
export function troubleText(t: TroubleInfo): string {
  const result = retText(t.ret, t.errno)
  const name = t.outcome === null ? '' : ` (${t.outcome})`
  return `${t.n} · ${t.actor}: ${t.call} = ${result} · ${timeText(t.timeNs)}${name}`
}

/** `2 of 5 requests failed`, and how many met busy frames besides. */
export function troublesText(troubles: readonly TroubleInfo[]): string {
  const failed = troubles.filter((t) => t.ret < 0).length
  const busy = troubles.length - failed
  if (busy === 0) return `${countText(failed)} failed`
  return `${countText(failed)} failed, ${countText(busy)} met busy frames`
}

/** How many positions were tried, and what came of them. */
export function walkText(walk: readonly WalkedPosition[]): string {
  const taken = walk.filter((p) => p.ret >= 0).length
  const tried = `${countText(walk.length)} ${walk.length === 1 ? 'position' : 'positions'} tried`
  return taken === 0 ? `${tried}, none taken` : `${tried}, ${countText(taken)} taken`
}

/** Kinds of change that did not help. */
export function vainText(tried: readonly string[]): string {
  return `Tried in vain: ${tried.join(', ')}.`
}
