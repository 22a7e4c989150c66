/** Columns of the event list: which, in what order, how wide. */
import { membersOf } from '../../stores/kept'
import { countText } from '../../../../shared/text'
import { exactTime, TIME_FORMS, type TimeForm } from './event-time'

export const COLUMN_IDS = ['event', 'time', 'cpu', 'actor', 'name', 'fields', 'pfns'] as const
export type ColumnId = (typeof COLUMN_IDS)[number]

/** How a column is at first. */
interface Column {
  readonly title: string
  readonly menu: string
  readonly px: number
  readonly isNumber: boolean
}

export const COLUMNS: Readonly<Record<ColumnId, Column>> = {
  event: { title: 'event', menu: 'Event number', px: 68, isNumber: true },
  time: { title: 'time', menu: 'Time', px: 104, isNumber: true },
  cpu: { title: 'cpu', menu: 'CPU', px: 40, isNumber: true },
  actor: { title: 'actor', menu: 'Actor', px: 64, isNumber: false },
  name: { title: 'type', menu: 'Event type', px: 152, isNumber: false },
  fields: { title: 'fields', menu: 'Fields', px: 400, isNumber: false },
  pfns: { title: 'pfns', menu: 'Page frames', px: 220, isNumber: false },
}

const LEAST_PX = 32
const MOST_PX = 1_600

export interface ColumnLayout {
  readonly order: readonly ColumnId[]
  readonly hidden: readonly ColumnId[]
  readonly widths: Readonly<Record<ColumnId, number>>
  readonly time: TimeForm
}

export const FIRST_LAYOUT: ColumnLayout = {
  order: COLUMN_IDS,
  // The fields name the frames too, and most boards have one CPU.
  hidden: ['cpu', 'pfns'],
  widths: {
    event: COLUMNS.event.px,
    time: COLUMNS.time.px,
    cpu: COLUMNS.cpu.px,
    actor: COLUMNS.actor.px,
    name: COLUMNS.name.px,
    fields: COLUMNS.fields.px,
    pfns: COLUMNS.pfns.px,
  },
  time: 'start',
}

/** Columns in sight, in their order. */
export function shownColumns({ order, hidden }: ColumnLayout): ColumnId[] {
  return order.filter((id) => !hidden.includes(id))
}

/** Width of all of them. */
export function layoutPx(layout: ColumnLayout): number {
  return shownColumns(layout).reduce((sum, id) => sum + layout.widths[id], 0)
}

/** Of a figure of the data face; and what a cell has beside its text. */
const FIGURE_PX = 7.2
const PADDING_PX = 17

/** What the longest numbers of a run take. */
export interface RunSize {
  readonly events: number
  readonly endNs: number
}

/**
 * Numbers of a long run get the room they need, where the user gave their columns no width: a number that is cut
 * is another number.
 */
export function fitted(layout: ColumnLayout, { events, endNs }: RunSize): ColumnLayout {
  const longest = { event: countText(events), time: exactTime(endNs) }
  const widthOf = (id: keyof typeof longest): number => {
    const px = layout.widths[id]
    return px === COLUMNS[id].px
      ? Math.max(px, Math.ceil(longest[id].length * FIGURE_PX + PADDING_PX))
      : px
  }
  const widths = { ...layout.widths, event: widthOf('event'), time: widthOf('time') }
  return { ...layout, widths }
}

/** A layout that was changed as it is fitted: widths that the user left alone are as before. */
export function unfitted(
  changed: ColumnLayout,
  shown: ColumnLayout,
  own: ColumnLayout,
): ColumnLayout {
  const widths = { ...changed.widths }
  for (const id of ['event', 'time'] as const) {
    if (widths[id] === shown.widths[id]) widths[id] = own.widths[id]
  }
  return { ...changed, widths }
}

/** Shown or hidden; the last one stays. */
export function toggled(layout: ColumnLayout, id: ColumnId): ColumnLayout {
  if (layout.hidden.includes(id)) {
    return { ...layout, hidden: layout.hidden.filter((h) => h !== id) }
  }
  return shownColumns(layout).length > 1 ? { ...layout, hidden: [...layout.hidden, id] } : layout
}

export function resized(layout: ColumnLayout, id: ColumnId, px: number): ColumnLayout {
  const width = Math.round(Math.max(LEAST_PX, Math.min(px, MOST_PX)))
  return { ...layout, widths: { ...layout.widths, [id]: width } }
}

/** Changes places with the next column in sight, to the left or to the right. */
export function moved(layout: ColumnLayout, id: ColumnId, by: 1 | -1): ColumnLayout {
  const shown = shownColumns(layout)
  const other = shown[shown.indexOf(id) + by]
  return other === undefined ? layout : placed(layout, id, other)
}

/** Takes the place of another column; those between move up. */
export function placed(layout: ColumnLayout, id: ColumnId, target: ColumnId): ColumnLayout {
  const to = layout.order.indexOf(target)
  const others = layout.order.filter((column) => column !== id)
  return { ...layout, order: [...others.slice(0, to), id, ...others.slice(to)] }
}

/** What was kept; what cannot be read is as it is at first. */
export function layoutOf(value: unknown): ColumnLayout {
  const kept: Partial<Record<keyof ColumnLayout, unknown>> = membersOf(value)
  const order = listOf(kept.order)
  const hidden = kept.hidden === undefined ? FIRST_LAYOUT.hidden : listOf(kept.hidden)
  const widths = membersOf(kept.widths)
  const layout: ColumnLayout = {
    order: [...order, ...COLUMN_IDS.filter((id) => !order.includes(id))],
    hidden: hidden.length < COLUMN_IDS.length ? hidden : FIRST_LAYOUT.hidden,
    widths: FIRST_LAYOUT.widths,
    time: TIME_FORMS.find((form) => form === kept.time) ?? FIRST_LAYOUT.time,
  }
  return COLUMN_IDS.reduce((so, id) => {
    const px = widths[id]
    return typeof px === 'number' && Number.isFinite(px) ? resized(so, id, px) : so
  }, layout)
}

function listOf(value: unknown): ColumnId[] {
  if (!Array.isArray(value)) return []
  return COLUMN_IDS.filter((id) => value.includes(id)).toSorted(
    (x, y) => value.indexOf(x) - value.indexOf(y),
  )
}
