/** Where the debugger stopped and why, and the frames it stopped in. */
import { FUNCTIONS, type Machine } from '../../sim'
import type { Stop, Why } from '../debugger'
import { positionText } from '../position'
import type { Frame } from '../frame'
import { frameValueText } from './print-value'

/** `#0  migrate_pages (reason=3) at mm/migrate.c · MIG-9`; with what it returns, if it does now. */
export function frameLine(m: Machine, index: number, frame: Frame, ret: number): string {
  const info = FUNCTIONS[frame.fn]
  const args = (info?.args ?? []).map(
    ({ name, kind }, i) => `${name}=${frameValueText(m, kind, frame.args[i] ?? 0)}`,
  )
  const returns =
    Number.isNaN(ret) || info === undefined ? '' : ` = ${frameValueText(m, info.ret, ret)}`
  const where = info === undefined ? '' : ` at ${info.file} · ${info.rule}`
  return `#${index}  ${frame.fn} (${args.join(', ')})${returns}${where}\n`
}

/** `order=3` a line, for `info args` and `info locals`. */
export function valueLines(
  m: Machine,
  values: readonly { readonly name: string; readonly kind: string }[],
  read: (name: string, i: number) => number | undefined,
): string {
  return values
    .flatMap(({ name, kind }, i) => {
      const value = read(name, i)
      return value === undefined ? [] : [`${name} = ${frameValueText(m, kind, value)}\n`]
    })
    .join('')
}

/** Logpoints, the reason, and the place. */
export function stopText(stop: Stop, actor: string, hasStops: boolean): string {
  const log = stop.log.map((line) => `${line}\n`).join('')
  return `${log}${whyText(stop.why, hasStops)}${positionText(stop.position)}  ${actor}\n`
}

/** Why it stopped, a line; empty for an arrival and for a step that is done. */
export function whyText(why: Why, hasStops: boolean): string {
  switch (why.kind) {
    case 'breakpoint':
      return `Breakpoint ${why.breakpoint.id}: ${why.text}\n`
    case 'end':
    case 'start':
      return edgeText(why, hasStops)
    case 'cancelled':
      return 'Interrupted.\n'
    case 'arrived':
    case 'step':
      return ''
  }
}

/** It never just runs to the edge: it says where the last match is, or that there is none. */
function edgeText(why: Extract<Why, { kind: 'end' | 'start' }>, hasStops: boolean): string {
  const edge = why.kind === 'end' ? 'the end' : 'the start'
  if (!hasStops) return `Reached ${edge} of the run.\n`
  if (why.lastHit === null) return `Reached ${edge} of the run; no breakpoint was hit on the way.\n`
  const side = why.kind === 'end' ? 'last hit before' : 'first hit after'
  return `Reached ${edge} of the run without a hit; the ${side} was at ${positionText(why.lastHit)}.\n`
}
