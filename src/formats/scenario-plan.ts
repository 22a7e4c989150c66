/** From a checked file to the plan the model runs: bytes become pages, names are looked up. */
import {
  GFP_HIGHUSER,
  GFP_HIGHUSER_MOVABLE,
  GFP_KERNEL,
  GFP_USER,
  KERNEL_CLASSES,
  errnoNumber,
  type ActorPlan,
  type Expect,
  type Instruction,
  type ScenarioPlan,
} from '../sim'
import { toMachineSpec } from './machine-plan'
import type { ExpectFile, InstructionFile, ScenarioFile } from './scenario-schema'

const PAGE = 4096
const GFP = { GFP_KERNEL, GFP_USER, GFP_HIGHUSER, GFP_HIGHUSER_MOVABLE }

export type Planned =
  | { readonly ok: true; readonly plan: ScenarioPlan }
  | { readonly ok: false; readonly at: string; readonly message: string }

/** Reports the first thing that is well formed but cannot be. */
export function toPlan(
  file: ScenarioFile,
  values: ReadonlyMap<string, string | number | boolean>,
): Planned {
  const machine = toMachineSpec(file.machine)
  if (!machine.ok) return machine
  const actors: ActorPlan[] = []
  const names = new Set<string>()
  for (const [i, actor] of file.actors.entries()) {
    const at = `actors[${i}]`
    if (names.has(actor.name)) {
      return { ok: false, at: `${at}.name`, message: `a second actor is called "${actor.name}"` }
    }
    names.add(actor.name)
    const cpu = actor.cpu ?? 0
    if (cpu >= machine.spec.cpus) {
      const last = machine.spec.cpus - 1
      return {
        ok: false,
        at: `${at}.cpu`,
        message: `the machine has CPUs 0 to ${last}, got ${cpu}`,
      }
    }
    const lost = unknownName(actor.program, new Map(), `${at}.program`)
    if (lost !== null) return { ok: false, ...lost }
    const program = actor.program.flatMap(toInstructions)
    actors.push({ name: actor.name, cpu, startNs: actor.start ?? 0, program })
  }
  const complaint = unsignalled(file) ?? emptyClause(file, values)
  if (complaint !== null) return { ok: false, ...complaint }
  const expect = (clauses: readonly ExpectFile[]): Expect[] =>
    clauses.filter((c) => holds(c.when, values)).map(toExpect)
  return {
    ok: true,
    plan: {
      id: file.id,
      machine: machine.spec,
      actors,
      jitterNs: file.jitter ?? 0,
      expect: Object.fromEntries(
        KERNEL_CLASSES.flatMap((name) => {
          const clauses = file.expect[name]
          return clauses === undefined ? [] : [[name, expect(clauses)] as const]
        }),
      ),
    },
  }
}

function pagesOf(bytes: number): number {
  return Math.ceil(bytes / PAGE)
}

function toInstructions(i: InstructionFile): Instruction[] {
  switch (i.op) {
    case 'mmap': {
      const pages = pagesOf(i.size) * (i.times ?? 1)
      return [{ op: 'mmap', as: i.as, pages, locked: i.locked ?? false }]
    }
    case 'write':
    case 'read': {
      const { op, area } = i
      return [
        { op, area, from: i.from ?? 0, pages: i.pages ?? null, order: i.order ?? 'ascending' },
      ]
    }
    case 'fill':
      return [{ op: 'fill', as: i.as, maxPages: pagesOf(i.max ?? 1024 ** 3) }]
    case 'fork':
      return [{ op: 'fork', as: i.as, program: i.program.flatMap(toInstructions) }]
    case 'allocPages':
      return [{ op: 'allocPages', as: i.as, gfp: GFP[i.gfp], order: i.order, blocks: i.blocks }]
    case 'freePages':
      return [{ op: 'freePages', of: i.of, every: i.every ?? 1 }]
    case 'openVideo': {
      const direction = i.direction ?? 'capture'
      return [{ op: 'openVideo', as: i.as, memory: i.memory, direction }]
    }
    case 'reqbufs':
      return [{ ...i, id: i.id ?? null }]
    case 'qbuf':
      return qbufs(i)
    case 'dmaAlloc': {
      const pages = pagesOf(i.size)
      const order = Math.ceil(Math.log2(pages))
      return [{ op: 'dmaAlloc', as: i.as, pages, align: i.align ?? order, id: i.id ?? null }]
    }
    case 'pin':
      return [
        {
          op: 'pin',
          as: i.as,
          area: i.area,
          from: i.from ?? 0,
          pages: i.pages,
          write: i.write ?? true,
          long: i.long ?? true,
          label: i.label ?? 'get_user_pages',
          id: i.id ?? null,
        },
      ]
    case 'sleep':
      return [{ op: 'sleep', ns: i.time, jitterNs: i.jitter ?? 0 }]
    default:
      return [i]
  }
}

/** One QBUF per buffer: buffer n lies n sizes behind the offset. */
function qbufs(i: InstructionFile & { op: 'qbuf' }): Instruction[] {
  const first = i.index ?? 0
  return Array.from({ length: i.count ?? 1 }, (_, n) => ({
    op: 'qbuf' as const,
    queue: i.queue,
    index: first + n,
    area: i.area,
    from: pagesOf(i.offset ?? 0) + n * pagesOf(i.size),
    size: i.size,
    id: i.id === undefined ? null : (i.count ?? 1) > 1 ? `${i.id}${first + n}` : i.id,
  }))
}

interface Complaint {
  readonly at: string
  readonly message: string
}

type Kind = 'area' | 'queue' | 'buffer' | 'pin' | 'pages'

/** Names an instruction brings into being, and those it needs. */
function namesOf(i: InstructionFile): { makes?: [Kind, string]; needs: [Kind, string, string][] } {
  switch (i.op) {
    case 'mmap':
    case 'fill':
      return { makes: ['area', i.as], needs: [] }
    case 'munmap':
    case 'write':
    case 'read':
      return { needs: [['area', i.area, 'area']] }
    case 'allocPages':
      return { makes: ['pages', i.as], needs: [] }
    case 'freePages':
      return { needs: [['pages', i.of, 'of']] }
    case 'openVideo':
      return { makes: ['queue', i.as], needs: [] }
    case 'reqbufs':
    case 'streamon':
    case 'streamoff':
    case 'closeVideo':
    case 'dqbuf':
      return { needs: [['queue', i.queue, 'queue']] }
    case 'qbuf':
      return {
        needs: [
          ['queue', i.queue, 'queue'],
          ['area', i.area, 'area'],
        ],
      }
    case 'dmaAlloc':
      return { makes: ['buffer', i.as], needs: [] }
    case 'dmaRelease':
      return { needs: [['buffer', i.buffer, 'buffer']] }
    case 'pin':
      return { makes: ['pin', i.as], needs: [['area', i.area, 'area']] }
    case 'unpin':
      return { needs: [['pin', i.pin, 'pin']] }
    default:
      return { needs: [] }
  }
}

/** The first use of a name that no earlier instruction of the actor (or its parent) made. */
function unknownName(
  program: readonly InstructionFile[],
  inherited: ReadonlyMap<string, Kind>,
  at: string,
): Complaint | null {
  const known = new Map(inherited)
  for (const [n, i] of program.entries()) {
    const { makes, needs } = namesOf(i)
    for (const [kind, name, field] of needs) {
      if (known.get(name) === kind) continue
      const have = [...known].filter(([, k]) => k === kind).map(([k]) => k)
      const list = have.length === 0 ? 'none is known here' : `known here: ${have.join(', ')}`
      return { at: `${at}[${n}].${field}`, message: `no ${kind} "${name}"; ${list}` }
    }
    if (makes !== undefined) known.set(makes[1], makes[0])
    if (i.op === 'fork') {
      const lost = unknownName(i.program, known, `${at}[${n}].program`)
      if (lost !== null) return lost
    }
  }
  return null
}

/** The first wait for a signal that nobody sends: it would never end. */
function unsignalled(file: ScenarioFile): Complaint | null {
  const sent = new Set<string>()
  const waits: Complaint[] = []
  const walk = (program: readonly InstructionFile[], at: string): void => {
    for (const [n, i] of program.entries()) {
      if (i.op === 'signal') sent.add(i.name)
      if (i.op === 'wait') waits.push({ at: `${at}[${n}].name`, message: i.name })
      if (i.op === 'fork') walk(i.program, `${at}[${n}].program`)
    }
  }
  for (const [n, actor] of file.actors.entries()) walk(actor.program, `actors[${n}].program`)
  const lost = waits.find((w) => !sent.has(w.message))
  if (lost === undefined) return null
  return {
    at: lost.at,
    message: `nobody signals "${lost.message}"; signals: ${[...sent].join(', ') || 'none'}`,
  }
}

/** The first expectation that says nothing, or depends on a parameter there is not. */
function emptyClause(
  file: ScenarioFile,
  values: ReadonlyMap<string, string | number | boolean>,
): Complaint | null {
  for (const [name, clauses] of Object.entries(file.expect)) {
    for (const [n, clause] of (clauses ?? []).entries()) {
      const at = `expect.${name}[${n}]`
      if ('counter' in clause && clause.min === undefined && clause.max === undefined) {
        return { at, message: 'needs min, max or both' }
      }
      const lost = Object.keys(clause.when ?? {}).find((parameter) => !values.has(parameter))
      if (lost === undefined) continue
      const known = [...values.keys()].join(', ') || 'none'
      return { at: `${at}.when.${lost}`, message: `no such parameter; there are ${known}` }
    }
  }
  return null
}

function holds(
  when: Readonly<Record<string, unknown>> | undefined,
  values: ReadonlyMap<string, string | number | boolean>,
): boolean {
  return Object.entries(when ?? {}).every(([name, value]) => values.get(name) === value)
}

function toExpect(c: ExpectFile): Expect {
  if ('counter' in c) {
    return { kind: 'counter', counter: c.counter, min: c.min ?? null, max: c.max ?? null }
  }
  const ret = typeof c.ret === 'number' ? c.ret : errnoNumber(c.ret)
  return { kind: 'ret', outcome: c.outcome, ret }
}
