/** What a bare name means: in a frame, for an event, or for the state of the machine. */
import { callName, EVENT_TYPES, type EventType, type Machine } from '../../sim'
import { number, text, type EvalInput, type Unit, type Value } from './value'

export type ScopeKind = 'frame' | 'event' | 'state'

/** Where an expression stands. Names that are given are checked; null lets any pass. */
export interface Scope {
  readonly kind: ScopeKind
  /** Any machine of the run: its zones, areas and frames are what expressions may name. */
  readonly machine: Machine
  readonly actors: readonly string[] | null
  /** Of a frame: functions, and the arguments and locals of the one that is meant. */
  readonly functions: readonly string[] | null
  readonly locals: readonly string[] | null
}

/** The names a scope has, in the order of completion. */
export function scopeNames(scope: Scope): readonly string[] {
  switch (scope.kind) {
    case 'frame':
      return ['ret', 'actor', 'fn', 'time', 'event', ...(scope.locals ?? [])]
    case 'event':
      return ['type', 'actor', 'pfn', 'time', 'event', ...PAYLOAD.keys()]
    case 'state':
      return ['actor', 'time', 'event']
  }
}

/** The meaning of a bare name; null when the scope has none of that name. */
export function scopeName(scope: Scope, name: string): Value | null {
  return ownName(scope, name) ?? commonName(scope, name)
}

/** True when every name is taken for one of the frame's: its function is not known yet. */
export function takesAnyName(scope: Scope): boolean {
  return scope.kind === 'frame' && scope.locals === null
}

/** An argument or a local of the frame. */
export function frameName(name: string): Value {
  return number(unitOfName(name), ({ frame }) => {
    if (frame === undefined) return Number.NaN
    return frame.args[name] ?? frame.locals[name] ?? Number.NaN
  })
}

function ownName(scope: Scope, name: string): Value | null {
  if (scope.kind === 'frame') {
    if (name === 'ret') return number('ret', ({ frame }) => frame?.ret ?? Number.NaN)
    if (name === 'fn') return text('function', scope.functions, ({ frame }) => frame?.fn ?? null)
    return scope.locals?.includes(name) === true ? frameName(name) : null
  }
  if (scope.kind === 'state') return null
  if (name === 'type') {
    return text('event type', TYPE_NAMES, ({ event }) => event?.type.name ?? null)
  }
  if (name === 'pfn') return number('pfn', pfnOf)
  return PAYLOAD.get(name) ?? null
}

function commonName(scope: Scope, name: string): Value | null {
  switch (name) {
    case 'actor':
      return text('actor', scope.actors, (x) => x.actor)
    case 'time':
    case 'now':
      return number('time', ({ event, machine }) => event?.timeNs ?? machine.now)
    case 'event':
      return number('count', (x) => x.eventNumber ?? x.machine.trace.events)
    default:
      return null
  }
}

const TYPE_NAMES: readonly string[] = [...EVENT_TYPES.values()].map((type) => type.name)

/** The frame an event is about, whatever its type calls it; NaN for one that is about none. */
function pfnOf({ event }: EvalInput): number {
  if (event === undefined) return Number.NaN
  if (event.type.aIsPfn) return event.a
  const { pfn } = event.type.fields(event.a, event.b, event.c, event.d)
  return typeof pfn === 'number' ? pfn : Number.NaN
}

function payload(): Map<string, Value> {
  const types = [...EVENT_TYPES.values()]
  const names = new Set(types.flatMap((type) => Object.keys(type.fields(0, 0, 0, 0))))
  return new Map([...names].map((name) => [name, payloadField(name, types)]))
}

function payloadField(name: string, types: readonly EventType[]): Value {
  const owners = types.filter((type) => name in type.fields(0, 0, 0, 0))
  if (name === 'call') return text('call', null, (x) => callOf(x))
  if (owners.some((type) => typeof type.fields(0, 0, 0, 0)[name] === 'string')) {
    return text(name, null, (x) => {
      const value = field(x, name)
      return value === undefined ? null : String(value)
    })
  }
  const columns = new Map(owners.map((type) => [type.id, columnOf(type, name)]))
  return number(unitOfName(name), (x) => {
    const { event } = x
    if (event === undefined) return Number.NaN
    const column = columns.get(event.type.id)
    if (column === undefined) return Number.NaN
    return column === null ? Number(field(x, name)) : event[column]
  })
}

function field({ event }: EvalInput, name: string): number | string | undefined {
  return event?.type.fields(event.a, event.b, event.c, event.d)[name]
}

function callOf(x: EvalInput): string | null {
  const call = field(x, 'call')
  return typeof call === 'number' ? callName(call) : null
}

type Column = 'a' | 'b' | 'c' | 'd'

const COLUMNS: readonly Column[] = ['a', 'b', 'c', 'd']

/** Numbers unlike each other; negative ones too, as some fields stand for them with another value. */
const PROBES: readonly (readonly [number, number, number, number])[] = [
  [101, 103, 107, 109],
  [-2, -3, -5, -7],
  [0x123456, 0x345678, 0x56789a, 0x789abc],
]

/** The column that holds a field as it is, for speed; null when the field is made of columns. */
function columnOf(type: EventType, name: string): Column | null {
  const found = COLUMNS.find((_, i) => PROBES.every((p) => type.fields(...p)[name] === p[i]))
  return found ?? null
}

/** Names tell what they hold, as everywhere in the trace. */
function unitOfName(name: string): Unit {
  if (name === 'pfn' || name.endsWith('_pfn') || name === 'page' || name === 'newpage') return 'pfn'
  if (name === 'ret') return 'ret'
  if (name === 'flags' || name === 'gfp' || name === 'gfp_mask') return 'hex'
  return name.endsWith('migratetype') ? 'migratetype' : 'count'
}

/** Every field that some event type has. */
const PAYLOAD: ReadonlyMap<string, Value> = payload()
