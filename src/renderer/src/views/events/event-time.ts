/** When events were, as the list writes it. */
import { timeText } from '../../../../shared/text'

/** Since the start of the run, since the row before, or from the cursor. */
export const TIME_FORMS = ['start', 'previous', 'cursor'] as const
export type TimeForm = (typeof TIME_FORMS)[number]

export const TIME_TITLES: Readonly<Record<TimeForm, string>> = {
  start: 'Time since the start of the run',
  previous: 'Time since the row before',
  cursor: 'Time from the cursor',
}

export const TIME_HEADS: Readonly<Record<TimeForm, string>> = {
  start: 'time',
  previous: 'Δ row',
  cursor: 'Δ cursor',
}

/** `12.480900 ms`: to the nanosecond, so that neighbours differ and points stand in one column. */
export function exactTime(ns: number): string {
  const ms = Math.floor(ns / 1e6)
  const rest = String(Math.round(ns - ms * 1e6)).padStart(6, '0')
  return `${String(ms).replaceAll(/\B(?=(\d{3})+$)/g, ',')}.${rest} ms`
}

/** `+640 ns`, `-12.4 us`, `0`. */
export function deltaTime(ns: number): string {
  if (ns === 0) return '0'
  return `${ns < 0 ? '-' : '+'}${timeText(Math.abs(ns))}`
}

/** Times a row is written with. */
export interface Times {
  readonly timeNs: number
  /** Of the row before; null at the first. */
  readonly previousNs: number | null
  readonly cursorNs: number
}

export function rowTime(form: TimeForm, { timeNs, previousNs, cursorNs }: Times): string {
  switch (form) {
    case 'start':
      return exactTime(timeNs)
    case 'previous':
      return previousNs === null ? '' : deltaTime(timeNs - previousNs)
    case 'cursor':
      return deltaTime(timeNs - cursorNs)
  }
}
