/** Joins the debugger's moments to the expression language: conditions, watches, logpoints. */
import { EVENT_TYPES, eventType, type Machine } from '../../sim'
import type { BreakpointSpec, Trigger } from '../breakpoints'
import { namesFrame } from '../event-frames'
import { compileExpr, type CompiledExpr } from '../expr/compile'
import type { Expr } from '../expr/ast'
import type { Scope } from '../expr/scope'
import type { TemplatePart } from '../expr/template'
import type { EvalInput } from '../expr/value'
import { seenFrame } from '../frame'
import type { Moment } from '../moment'
import type { Source, StopAt } from './command'
import { scopeOf, type ConsoleNames, type StopNames } from './names'
import { valueText } from './print-value'

/** What an expression sees of a moment. */
export function inputOf(moment: Moment): EvalInput {
  const { machine, task, frame, ret } = moment
  const base = { machine, actor: machine.tasks[task]?.comm ?? '', eventNumber: moment.event }
  const event = moment.kind === 'event' ? { event: cellsOf(moment) } : {}
  if (frame === null) return { ...base, ...event }
  return { ...base, ...event, frame: seenFrame(frame, ret) }
}

function cellsOf({ type, task, timeNs, a, b, c, d }: Moment): NonNullable<EvalInput['event']> {
  return { type: eventType(type), task, timeNs, a, b, c, d }
}

/** The expression ready to run; the line was checked against the same scope, so it compiles. */
export function compiledIn(expr: Expr, scope: Scope): CompiledExpr {
  const compiled = compileExpr(expr, scope)
  if (!compiled.ok) throw new Error(compiled.error.message)
  return compiled.value
}

/** A breakpoint as the debugger wants it. */
export function stopSpec(
  names: ConsoleNames,
  stop: StopAt,
  condition: Source | null,
  once: boolean,
): BreakpointSpec {
  const scope = scopeOfStop(names, stop)
  return { ...spec(triggerOf(stop), once), ...conditionSpec(condition, scope) }
}

export function watchSpec(
  names: ConsoleNames,
  expr: Source,
  condition: Source | null,
): BreakpointSpec {
  const scope = scopeOf(names, 'state')
  const compiled = compiledIn(expr.expr, scope)
  const read = (machine: Machine): number | string | null =>
    compiled.evaluate({ machine, actor: machine.tasks[machine.current]?.comm ?? '' })
  const trigger: Trigger = { kind: 'watch', text: expr.text, read }
  return { ...spec(trigger, false), ...conditionSpec(condition, scope) }
}

function spec(trigger: Trigger, temporary: boolean): BreakpointSpec {
  return { trigger, temporary, conditionText: '', condition: null, log: null, logText: '' }
}

/** The part of a breakpoint that its condition is. */
export function conditionSpec(
  condition: Source | null,
  scope: Scope,
): Pick<BreakpointSpec, 'condition' | 'conditionText'> {
  if (condition === null) return { condition: null, conditionText: '' }
  const { test } = compiledIn(condition.expr, scope)
  return { condition: (moment) => test(inputOf(moment)), conditionText: condition.text }
}

/** The part of a breakpoint that makes it print. */
export function logSpec(
  parts: readonly TemplatePart[],
  scope: Scope,
): Pick<BreakpointSpec, 'log' | 'logText'> {
  const pieces = parts.map((part) => {
    if (part.kind === 'text') return () => part.text
    const compiled = compiledIn(part.expr, scope)
    return (x: EvalInput) => valueText(compiled.evaluate(x), compiled.unit)
  })
  const logText = parts.map((p) => (p.kind === 'text' ? braced(p.text) : `{${p.source}}`)).join('')
  return {
    log: (moment) => {
      const input = inputOf(moment)
      return pieces.map((piece) => piece(input)).join('')
    },
    logText,
  }
}

/** Braces as a template has them. */
function braced(text: string): string {
  return text.replaceAll('{', '{{').replaceAll('}', '}}')
}

function triggerOf(stop: StopAt): Trigger {
  switch (stop.kind) {
    case 'function':
      return { kind: 'function', fn: stop.fn, when: stop.on }
    case 'event':
      return { kind: 'event', type: numberOfType(stop.type), name: stop.type }
    case 'pfn': {
      const { pfn } = stop
      return {
        kind: 'pfn',
        pfn,
        names: (moment) => namesFrame(moment.type, (column) => moment[column], pfn, false),
      }
    }
  }
}

function scopeOfStop(names: ConsoleNames, stop: StopAt): Scope {
  return stop.kind === 'function' ? scopeOf(names, 'frame', stop.fn) : scopeOf(names, 'event')
}

/** How the conditions of a breakpoint are read. */
export function stopNames(id: number, trigger: Trigger): StopNames {
  switch (trigger.kind) {
    case 'function':
      return { id, scope: 'frame', fn: trigger.fn }
    case 'event':
    case 'pfn':
      return { id, scope: 'event', fn: null }
    case 'watch':
      return { id, scope: 'state', fn: null }
  }
}

function numberOfType(name: string): number {
  for (const type of EVENT_TYPES.values()) if (type.name === name) return type.id
  throw new Error(`no event type ${name}`)
}
