/** What a bare name means: in a frame, for an event, or for the state of the machine. */
import { callName, EVENT_TYPES, type EventType, type Machine } from '../../sim'
import { number, text, type EvalInput, type NumberOf, type Unit, type Value } from './value'

export type ScopeKind = 'frame' | 'event' | 'state'

/** A value of a function, and what kind of number it is (`page`, `zone`, `order` ...). */
interface FrameValue {
  readonly name: string
  readonly kind: string
}

/** What is known of the modelled functions, by name. */
export type FunctionTable = Readonly<
  Partial<
    Record<
      string,
      {
        readonly args: readonly FrameValue[]
        readonly locals: readonly FrameValue[]
        readonly ret: string
      }
    >
  >
>

/** Where an expression stands. */
export interface Scope {
  readonly kind: ScopeKind
  /** Any machine of the run: its zones, areas and frames are what expressions may name. */
  readonly machine: Machine
  /** Names that are checked; null lets any pass. */
  readonly actors: readonly string[] | null
  readonly functions: FunctionTable
  /** The function whose frame it is about; null for none and for a frame of any function. */
  readonly fn: string | null
}

/** The names a scope has, in the order of completion. */
export function scopeNames(scope: Scope): readonly string[] {
  switch (scope.kind) {
    case 'frame':
      return ['ret', 'actor', 'fn', 'time', 'event', ...frameNames(scope)]
    case 'event':
      return ['type', 'actor', 'pfn', 'touches', 'time', 'event', ...PAYLOAD.keys()]
    case 'state':
      return ['actor', 'time', 'event']
  }
}

function frameNames({ functions, fn }: Scope): string[] {
  const own = fn === null ? undefined : functions[fn]
  const all = own === undefined ? [] : [...own.args, ...own.locals]
  return [...new Set(all.map((value) => value.name))]
}

/** The meaning of a bare name; null when the scope has none of that name. */
export function scopeName(scope: Scope, name: string): Value | null {
  const own = scope.kind === 'frame' ? frameName(scope, name) : eventName(scope, name)
  return own ?? commonName(scope, name)
}

/** An argument or a local of the frame; a local of an argument's name takes its place. */
function frameName(scope: Scope, name: string): Value | null {
  const { functions, fn } = scope
  if (name === 'fn') return text('function', Object.keys(functions), (x) => x.frame?.fn ?? null)
  const own = fn === null ? undefined : functions[fn]
  if (name === 'ret') {
    return frameValue(scope, own?.ret ?? 'errno', ({ frame }) => frame?.ret ?? Number.NaN)
  }
  const i = own?.args.findIndex((value) => value.name === name) ?? -1
  const value = own?.locals.find((local) => local.name === name) ?? own?.args[i]
  if (value === undefined) return null
  return frameValue(scope, value.kind, ({ frame }) => {
    return frame?.locals.get(name) ?? frame?.args[i] ?? Number.NaN
  })
}

/** A number of the model as people write it: PFNs for pages, names for what has names. */
function frameValue({ machine, actors }: Scope, kind: string, get: NumberOf): Value {
  switch (kind) {
    case 'page':
      // Below 0 it is NULL or an error, and no page.
      return number('pfn', (x) => {
        const page = get(x)
        return page < 0 ? page : page + x.machine.startPfn
      })
    case 'zone': {
      const names = machine.zones.map((zone) => zone.name)
      return text('zone', names, (x) => x.machine.zones[get(x)]?.name ?? null)
    }
    case 'area':
      return text(
        'CMA area',
        machine.cma.map((area) => area.name),
        (x) => x.machine.cma[get(x)]?.name ?? null,
      )
    case 'task':
      return text('actor', actors, (x) => x.machine.tasks[get(x)]?.comm ?? null)
    default:
      return number(UNIT_OF_KIND.get(kind) ?? 'count', get)
  }
}

const UNIT_OF_KIND: ReadonlyMap<string, Unit> = new Map([
  ['pfn', 'pfn'],
  ['migratetype', 'migratetype'],
  ['errno', 'ret'],
  ['ns', 'time'],
  ['bool', 'bool'],
  ['flags', 'hex'],
  ['gfp', 'hex'],
  ['address', 'hex'],
  ['vpn', 'hex'],
])

function eventName(scope: Scope, name: string): Value | null {
  if (scope.kind !== 'event') return null
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
