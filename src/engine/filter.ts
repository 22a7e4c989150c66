/** Filters of the event list: an expression about events alone, ready to be put to many rows. */
import type { TextProblem } from '../shared/events'
import { failWith, success, type Result } from '../shared/result'
import { EV_sim_call, eventType, FUNCTIONS, type Machine } from '../sim'
import { inExpression, type Completion } from './console/complete'
import type { EventTest } from './event-log'
import { partsOf, type Expr } from './expr/ast'
import { compileExpr, ROOTS } from './expr/compile'
import { parseExpr } from './expr/parse'
import type { Scope } from './expr/scope'
import type { EvalInput } from './expr/value'

type Writable<T> = { -readonly [K in keyof T]: T[K] }

function eventScope(machine: Machine): Scope {
  const actors = machine.tasks.map((task) => task.comm)
  return { kind: 'event', machine, actors, functions: FUNCTIONS, fn: null }
}

/** The test of a filter, or what is wrong with its text, which is not empty. */
export function compileFilter(machine: Machine, filter: string): Result<EventTest, TextProblem> {
  const parsed = parseExpr(filter)
  if (!parsed.ok) return parsed
  const state = stateName(parsed.value)
  if (state !== null) return failWith(state)
  const compiled = compileExpr(parsed.value, eventScope(machine))
  if (!compiled.ok) return compiled
  const { test } = compiled.value
  const names = machine.tasks.map((task) => task.comm)
  // One object for all rows: a filter is put to millions of them.
  const event: Writable<NonNullable<EvalInput['event']>> = {
    ...{ type: eventType(EV_sim_call), task: 0, timeNs: 0, a: 0, b: 0, c: 0, d: 0 },
  }
  const input: Writable<EvalInput> = { machine, event, eventNumber: 0, actor: '' }
  return success((type, task, timeNs, a, b, c, d, number) => {
    if (event.type.id !== type) event.type = eventType(type)
    event.task = task
    event.timeNs = timeNs
    event.a = a
    event.b = b
    event.c = c
    event.d = d
    input.eventNumber = number
    input.actor = names[task] ?? ''
    return test(input)
  })
}

/** What may follow at the cursor. */
export function completeFilter(machine: Machine, filter: string, cursor: number): Completion {
  const { from, candidates } = inExpression(filter.slice(0, cursor), eventScope(machine))
  return { from, candidates: candidates.filter((name) => !STATE_NAMES.has(name)) }
}

/** What leads to the state of the machine. */
const STATE_NAMES: ReadonlySet<string> = new Set(ROOTS)

/** The state is that of one place and a filter is put to all of them, so it may not ask for it. */
function stateName(expr: Expr): TextProblem | null {
  const name = expr.kind === 'call' || expr.kind === 'name' ? expr.name : ''
  const isState = expr.kind === 'call' || name === 'vm' || name === 'counter'
  if (isState && STATE_NAMES.has(name)) {
    return {
      column: expr.at + 1,
      message: `a filter is about events; ${name} is the state of the machine, for watches and conditions`,
      nearest: [],
    }
  }
  for (const part of partsOf(expr)) {
    const found = stateName(part)
    if (found !== null) return found
  }
  return null
}
