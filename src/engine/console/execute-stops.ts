/** Breakpoints, watches and logpoints. */
import type { Result } from '../../shared/result'
import type { Breakpoint, Trigger } from '../breakpoints'
import { pfnText } from '../../shared/text'
import { answer, refuse, type Answer, type Bench } from './bench'
import type { Command } from './command'
import { conditionSpec, logSpec, stopNames, stopSpec, watchSpec } from './moments'
import { scopeOf, type ConsoleNames } from './names'
import { columns } from './print-table'
import type { Scope } from '../expr/scope'

export type StopCommand = Extract<
  Command,
  { verb: 'break' | 'watch' | 'condition' | 'ignore' | 'log' | 'enable' | 'disable' | 'delete' }
>

export function executeStop(bench: Bench, command: StopCommand): Result<Answer> {
  const { breakpoints } = bench.debug
  switch (command.verb) {
    case 'break': {
      const { stop, condition, once } = command
      return added(breakpoints.add(stopSpec(bench.names, stop, condition, once)))
    }
    case 'watch':
      return added(breakpoints.add(watchSpec(bench.names, command.expr, command.condition)))
    case 'condition':
      return withStop(bench, command.id, (b, scope) => {
        breakpoints.change(b.id, conditionSpec(command.condition, scope))
        return command.condition === null ? `Breakpoint ${b.id} now stops always.\n` : ''
      })
    case 'log':
      return withStop(bench, command.id, (b, scope) => {
        if (command.parts === null) {
          breakpoints.change(b.id, { log: null, logText: '' })
          return `Breakpoint ${b.id} stops again.\n`
        }
        breakpoints.change(b.id, logSpec(command.parts, scope))
        return ''
      })
    case 'ignore':
      return withStop(bench, command.id, (b) => {
        b.ignore = command.count
        return `Will ignore the next ${command.count} hits of breakpoint ${b.id}.\n`
      })
    case 'enable':
    case 'disable':
    case 'delete':
      return several(bench, command.verb, command.ids)
  }
}

function added(breakpoint: Breakpoint): Result<Answer> {
  const kind = breakpoint.temporary
    ? 'Temporary breakpoint'
    : breakpoint.trigger.kind === 'watch'
      ? 'Watchpoint'
      : 'Breakpoint'
  return answer(`${kind} ${breakpoint.id}: ${triggerText(breakpoint.trigger)}\n`)
}

function withStop(
  bench: Bench,
  id: number,
  use: (b: Breakpoint, scope: Scope) => string,
): Result<Answer> {
  const found = bench.debug.breakpoints.get(id)
  if (found === null) return refuse(`no breakpoint ${id}`)
  return answer(use(found, scopeOfBreakpoint(bench.names, found)))
}

function scopeOfBreakpoint(names: ConsoleNames, { id, trigger }: Breakpoint): Scope {
  const { scope, fn } = stopNames(id, trigger)
  return scopeOf(names, scope, fn)
}

function several(
  { debug, commands }: Bench,
  verb: 'enable' | 'disable' | 'delete',
  ids: readonly number[],
): Result<Answer> {
  const all = ids.length === 0 ? debug.breakpoints.list.map((b) => b.id) : ids
  for (const id of all) {
    if (verb === 'delete') {
      debug.breakpoints.delete(id)
      commands.delete(id)
      continue
    }
    const breakpoint = debug.breakpoints.get(id)
    if (breakpoint !== null) breakpoint.enabled = verb === 'enable'
  }
  return answer('')
}

/** The table of `info breakpoints`, with conditions and logpoints below each. */
export function breakpointTable({ debug, commands }: Bench): string {
  const { list } = debug.breakpoints
  if (list.length === 0) return 'No breakpoints or watchpoints.\n'
  const rows = list.map((b) => [
    b.id,
    b.trigger.kind === 'watch' ? 'watchpoint' : 'breakpoint',
    b.log !== null ? 'log' : b.temporary ? 'del' : 'keep',
    b.enabled ? 'y' : 'n',
    b.hits,
    triggerText(b.trigger),
  ])
  const [head = '', ...lines] = columns([['Num', 'Type', 'Disp', 'Enb', 'Hits', 'What'], ...rows])
    .trimEnd()
    .split('\n')
  const below = list.map((b) => detailLines(b, commands.get(b.id) ?? []))
  return `${head}\n${lines.map((line, i) => `${line}\n${below[i] ?? ''}`).join('')}`
}

function detailLines(b: Breakpoint, commands: readonly string[]): string {
  const lines = [
    ...(b.conditionText === '' ? [] : [`stop only if ${b.conditionText}`]),
    ...(b.ignore === 0 ? [] : [`ignore next ${b.ignore} hits`]),
    ...(b.log === null ? [] : [`print "${b.logText}"`]),
    ...commands,
  ]
  return lines.map((line) => `        ${line}\n`).join('')
}

export function triggerText(trigger: Trigger): string {
  switch (trigger.kind) {
    case 'function':
      return trigger.when === 'entry' ? trigger.fn : `return of ${trigger.fn}`
    case 'event':
      return `event ${trigger.name}`
    case 'pfn':
      return `events of PFN ${pfnText(trigger.pfn)}`
    case 'watch':
      return trigger.text
  }
}

/** The line that sets a breakpoint on it. */
export function triggerLine(trigger: Trigger, temporary: boolean): string {
  const verb = temporary ? 'tbreak' : 'break'
  switch (trigger.kind) {
    case 'function':
      return `${verb} ${trigger.fn}${trigger.when === 'exit' ? ' exit' : ''}`
    case 'event':
      return `${verb} event ${trigger.name}`
    case 'pfn':
      return `${verb} pfn ${pfnText(trigger.pfn)}`
    case 'watch':
      return `watch ${trigger.text}`
  }
}
