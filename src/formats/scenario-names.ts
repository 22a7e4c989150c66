/** Names in a scenario: what makes them, what needs them, and waits that could never end. */
import type { InstructionFile } from './scenario-ops'
import type { ScenarioFile } from './scenario-schema'

/** Something well formed that cannot be: where in the file, and why. */
export interface Complaint {
  readonly at: string
  readonly message: string
}

type Kind = 'area' | 'queue' | 'buffer' | 'pin' | 'pages' | 'hold' | 'ring' | 'file'

/** What an op's member `as` names. */
const MAKES: Readonly<Partial<Record<string, Kind>>> = {
  mmap: 'area',
  fill: 'area',
  place: 'area',
  allocPages: 'pages',
  openVideo: 'queue',
  dmaAlloc: 'buffer',
  pin: 'pin',
  hold: 'hold',
  holdBuffers: 'hold',
  ioSetup: 'ring',
}

/** What a member of that name refers to; `of` depends on the op. */
const NEEDS: Readonly<Partial<Record<string, Kind>>> = {
  area: 'area',
  queue: 'queue',
  buffer: 'buffer',
  pin: 'pin',
  file: 'file',
}
const OF: Readonly<Partial<Record<string, Kind>>> = {
  freePages: 'pages',
  release: 'hold',
  ioDestroy: 'ring',
}

/** The names an instruction refers to, with the member that holds each. */
function needsOf(i: InstructionFile): [kind: Kind, name: string, member: string][] {
  return Object.entries(i as unknown as Record<string, unknown>).flatMap(([member, value]) => {
    const kind = member === 'of' ? OF[i.op] : NEEDS[member]
    return kind === undefined || typeof value !== 'string' ? [] : [[kind, value, member]]
  })
}

/** The program that an instruction holds; null when it holds none. */
function innerProgram(i: InstructionFile): readonly InstructionFile[] | null {
  return 'program' in i ? i.program : null
}

/** Adds what a program makes, at any depth, to what is known. */
function addMade(program: readonly InstructionFile[], known: Map<string, Kind>): void {
  for (const i of program) {
    const kind = MAKES[i.op]
    if (kind !== undefined && 'as' in i) known.set(i.as, kind)
    if (i.op !== 'fork') addMade(innerProgram(i) ?? [], known)
  }
}

/**
 * The first use of a name that no earlier instruction of the actor (or its parent) made. A thread may
 * use what any instruction of its process makes: only signals order the two.
 */
export function unknownName(file: ScenarioFile): Complaint | null {
  for (const [n, actor] of file.actors.entries()) {
    const known = new Map<string, Kind>(file.files?.map((f) => [f.name, 'file'] as const))
    const owner = file.actors.find((a) => a.name === actor.threadOf)
    if (owner !== undefined) addMade(owner.program, known)
    const lost = unknownIn(actor.program, known, `actors[${n}].program`)
    if (lost !== null) return lost
  }
  return null
}

function unknownIn(
  program: readonly InstructionFile[],
  known: Map<string, Kind>,
  at: string,
): Complaint | null {
  for (const [n, i] of program.entries()) {
    for (const [kind, name, member] of needsOf(i)) {
      if (known.get(name) === kind) continue
      const have = [...known].filter(([, k]) => k === kind).map(([k]) => k)
      const list = have.length === 0 ? 'none is known here' : `known here: ${have.join(', ')}`
      return { at: `${at}[${n}].${member}`, message: `no ${kind} "${name}"; ${list}` }
    }
    const makes = MAKES[i.op]
    if (makes !== undefined && 'as' in i) known.set(i.as, makes)
    const inner = innerProgram(i)
    if (inner === null) continue
    // A child has its parent's names; the parent does not get the child's.
    const scope = i.op === 'fork' ? new Map(known) : known
    const lost = unknownIn(inner, scope, `${at}[${n}].program`)
    if (lost !== null) return lost
  }
  return null
}

/** Calls `visit` for every instruction of the file, at any depth, with its path. */
function visitAll(file: ScenarioFile, visit: (i: InstructionFile, at: string) => void): void {
  const walk = (program: readonly InstructionFile[], at: string): void => {
    for (const [n, i] of program.entries()) {
      visit(i, `${at}[${n}]`)
      walk(innerProgram(i) ?? [], `${at}[${n}].program`)
    }
  }
  for (const [n, actor] of file.actors.entries()) walk(actor.program, `actors[${n}].program`)
}

/** The first wait for a signal that nobody sends, or for an actor there is not: it would never end. */
export function endlessWait(file: ScenarioFile): Complaint | null {
  const sent = new Set<string>()
  const actors = new Set(file.actors.map((a) => a.name))
  const waits: Complaint[] = []
  let lost: Complaint | null = null
  visitAll(file, (i, at) => {
    if (i.op === 'signal') sent.add(i.name)
    if (i.op === 'wait') waits.push({ at: `${at}.name`, message: i.name })
    if (i.op === 'fork') actors.add(i.as)
    if (i.op === 'atPoint' && !actors.has(i.actor)) {
      const message = `no actor "${i.actor}"; there are ${[...actors].join(', ')}`
      lost ??= { at: `${at}.actor`, message }
    }
  })
  const wait = waits.find((w) => !sent.has(w.message))
  if (wait === undefined) return lost
  const signals = [...sent].join(', ') || 'none'
  return { at: wait.at, message: `nobody signals "${wait.message}"; signals: ${signals}` }
}
