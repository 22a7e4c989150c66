/** From a checked file to the plan the model runs: names are looked up, expectations chosen. */
import {
  KERNEL_CLASSES,
  type ActorPlan,
  type Bounds,
  type Expect,
  type FilePlan,
  type ScenarioPlan,
} from '../sim'
import { toMachineSpec } from './machine-plan'
import { pagesOf, returnValue, toInstructions } from './scenario-calls'
import { endlessWait, unknownName, type Complaint } from './scenario-names'
import type { ActorFile, ExpectFile, ScenarioFile } from './scenario-schema'

export type Planned =
  | { readonly ok: true; readonly plan: ScenarioPlan }
  | { readonly ok: false; readonly at: string; readonly message: string }

type Values = ReadonlyMap<string, string | number | boolean>

/** Reports the first thing that is well formed but cannot be. */
export function toPlan(file: ScenarioFile, values: Values): Planned {
  const machine = toMachineSpec(file.machine)
  if (!machine.ok) return machine
  const complaint =
    badActor(file, machine.spec.cpus) ??
    twice(file.files ?? [], 'files', 'file') ??
    unknownName(file) ??
    endlessWait(file) ??
    emptyClause(file, values)
  if (complaint !== null) return { ok: false, ...complaint }
  return {
    ok: true,
    plan: {
      id: file.id,
      counterfactualReason: file.counterfactualReason ?? null,
      machine: machine.spec,
      files: (file.files ?? []).map(toFile),
      actors: file.actors.map(toActor),
      jitterNs: file.jitter ?? 0,
      expect: Object.fromEntries(
        KERNEL_CLASSES.flatMap((name) => {
          const clauses = file.expect[name]
          if (clauses === undefined) return []
          return [[name, clauses.filter((c) => holds(c.when, values)).map(toExpect)] as const]
        }),
      ),
    },
  }
}

function toFile(f: NonNullable<ScenarioFile['files']>[number]): FilePlan {
  return { name: f.name, pages: pagesOf(f.size), kind: f.kind ?? 'plain' }
}

function toActor(actor: ActorFile): ActorPlan {
  return {
    name: actor.name,
    cpu: actor.cpu ?? 0,
    startNs: actor.start ?? 0,
    threadOf: actor.threadOf ?? null,
    program: actor.program.flatMap(toInstructions),
  }
}

function twice(
  things: readonly { readonly name: string }[],
  list: string,
  what: string,
): Complaint | null {
  const n = things.findIndex((x, i) => things.slice(0, i).some((y) => y.name === x.name))
  if (n < 0) return null
  return { at: `${list}[${n}].name`, message: `a second ${what} is called "${things[n]?.name}"` }
}

/** The first actor whose name, CPU or process cannot be. */
function badActor(file: ScenarioFile, cpus: number): Complaint | null {
  for (const [n, { cpu, threadOf }] of file.actors.entries()) {
    if ((cpu ?? 0) >= cpus) {
      const message = `the machine has CPUs 0 to ${cpus - 1}, got ${cpu}`
      return { at: `actors[${n}].cpu`, message }
    }
    const earlier = file.actors.slice(0, n).map((a) => a.name)
    if (threadOf !== undefined && !earlier.includes(threadOf)) {
      const message = `no actor "${threadOf}" before this one; before it: ${earlier.join(', ') || 'none'}`
      return { at: `actors[${n}].threadOf`, message }
    }
  }
  return twice(file.actors, 'actors', 'actor')
}

/** The first expectation that says nothing, or depends on a parameter there is not. */
function emptyClause(file: ScenarioFile, values: Values): Complaint | null {
  for (const [name, clauses] of Object.entries(file.expect)) {
    for (const [n, clause] of (clauses ?? []).entries()) {
      const at = `expect.${name}[${n}]`
      if (saysNothing(clause)) return { at, message: nothingText(clause) }
      const lost = Object.keys(clause.when ?? {}).find((parameter) => !values.has(parameter))
      if (lost === undefined) continue
      const known = [...values.keys()].join(', ') || 'none'
      return { at: `${at}.when.${lost}`, message: `no such parameter; there are ${known}` }
    }
  }
  return null
}

function saysNothing(c: ExpectFile): boolean {
  if (c.min !== undefined || c.max !== undefined || 'log' in c) return false
  return !('outcome' in c) || (c.ret === undefined && c.attempts === undefined)
}

function nothingText(c: ExpectFile): string {
  return 'outcome' in c ? 'needs ret, attempts, min or max' : 'needs min, max or both'
}

function holds(when: Readonly<Record<string, unknown>> | undefined, values: Values): boolean {
  return Object.entries(when ?? {}).every(([name, value]) => values.get(name) === value)
}

function bounds(b: { min?: number | undefined; max?: number | undefined } = {}): Bounds {
  return { min: b.min ?? null, max: b.max ?? null }
}

function toExpect(c: ExpectFile): Expect {
  if ('counter' in c) return { kind: 'counter', counter: c.counter, ...bounds(c) }
  if ('state' in c) return { kind: 'state', state: c.state, ...bounds(c) }
  if ('log' in c) {
    const some = c.min === undefined && c.max === undefined ? { min: 1 } : c
    return { kind: 'log', text: c.log, ...bounds(some) }
  }
  const exact = c.ret === undefined ? undefined : returnValue(c.ret)
  const ret = exact === undefined ? bounds(c) : { min: exact, max: exact }
  return { kind: 'ret', outcome: c.outcome, ret, attempts: bounds(c.attempts) }
}
