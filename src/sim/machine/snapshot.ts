/**
 * Images of a state: a deep copy that keeps who points to whom, with its large columns packed. The
 * state is plain data: objects, arrays, maps, sets, typed arrays and instances whose methods keep no
 * closure. Functions are taken over as they are, so they must hold no state; what must not be copied
 * (recipes, programs) is named as shared.
 */
import {
  deltaBytes,
  fullBytes,
  packColumn,
  packDelta,
  unpackColumn,
  unpackDelta,
  type Column,
  type ColumnDelta,
  type FullColumn,
} from './column-image'

/** Columns of at least so many values are packed; smaller ones are copied. */
const LARGE = 2048
/** Every so many images all columns are kept in full; those between keep differences. */
const FULL_EVERY = 8

/** What stands for a large column in an image. */
class PackedColumn {
  readonly data: FullColumn | ColumnDelta

  constructor(data: FullColumn | ColumnDelta) {
    this.data = data
  }

  unpack(pool: ColumnPool | null): Column {
    const full = 'full' in this.data ? this.data.full : this.data
    const into = pool?.take(full)
    return 'full' in this.data ? unpackDelta(this.data, into) : unpackColumn(this.data, into)
  }
}

/** A frozen state; `thaw` makes any number of live ones of it. */
export interface Image<T extends object> {
  readonly frozen: T
  readonly shared: ReadonlySet<object>
  /** Bytes of its columns. */
  readonly bytes: number
}

/** Columns of a state that is not used any more, for the next one. */
export class ColumnPool {
  readonly #free: Column[] = []

  /** Takes the large columns of a dead state. */
  refill(state: object, shared: ReadonlySet<object>): void {
    this.#free.length = 0
    const seen = new Set<object>()
    const visit = (value: unknown): void => {
      if (typeof value !== 'object' || value === null || seen.has(value) || shared.has(value))
        return
      seen.add(value)
      if (isColumn(value)) {
        if (value.length >= LARGE) this.#free.push(value)
      } else eachChild(value, visit)
    }
    visit(state)
  }

  take(full: FullColumn): Column | undefined {
    return this.#fitting(full.length, full.make(0).constructor)
  }

  /** A copy of a column, in one of a dead state where it fits. */
  copyOf(column: Column): Column {
    const into = this.#fitting(column.length, column.constructor)
    if (into === undefined) return column.slice()
    into.set(column)
    return into
  }

  #fitting(length: number, type: unknown): Column | undefined {
    const at = this.#free.findIndex((c) => c.length === length && c.constructor === type)
    return at < 0 ? undefined : this.#free.splice(at, 1)[0]
  }
}

function isColumn(value: object): value is Column {
  return ArrayBuffer.isView(value)
}

function eachChild(value: object, visit: (child: unknown) => void): void {
  if (value instanceof Map) {
    for (const [k, v] of value as Map<unknown, unknown>) {
      visit(k)
      visit(v)
    }
  } else if (value instanceof Set) for (const v of value) visit(v)
  else for (const v of Object.values(value)) visit(v)
}

/** Copies a graph of objects; `leaf` copies what stands for a column. */
function copyGraph<T extends object>(
  root: T,
  shared: ReadonlySet<object>,
  leaf: (value: object) => object | null,
): T {
  const copies = new Map<object, object>()
  const copy = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null || shared.has(value)) return value
    const known = copies.get(value)
    if (known !== undefined) return known
    const made = leaf(value)
    if (made !== null) {
      copies.set(value, made)
      return made
    }
    return copyObject(value, copies, copy)
  }
  return copy(root) as T
}

function copyObject(
  value: object,
  copies: Map<object, object>,
  copy: (value: unknown) => unknown,
): object {
  if (Array.isArray(value)) {
    const list: unknown[] = new Array(value.length)
    copies.set(value, list)
    for (let i = 0; i < value.length; i++) list[i] = copy(value[i])
    return list
  }
  if (value instanceof Map) {
    const map = new Map<unknown, unknown>()
    copies.set(value, map)
    for (const [k, v] of value as Map<unknown, unknown>) map.set(copy(k), copy(v))
    return map
  }
  if (value instanceof Set) {
    const set = new Set<unknown>()
    copies.set(value, set)
    for (const v of value) set.add(copy(v))
    return set
  }
  const object = sameShape(value)
  copies.set(value, object)
  for (const key of Object.keys(value)) {
    const child = (value as Record<string, unknown>)[key]
    if (typeof child === 'object' && child !== null) object[key] = copy(child)
  }
  return object
}

/**
 * A shallow copy. Spreading keeps the engine's fast form of an object, which adding one computed
 * property after the other would lose; the model would then run many times slower on the copy.
 */
function sameShape(value: object): Record<string, unknown> {
  const shallow = { ...value } as Record<string, unknown>
  const proto = Object.getPrototypeOf(value) as object | null
  return proto === Object.prototype ? shallow : (Object.setPrototypeOf(shallow, proto) as never)
}

interface Base {
  readonly full: FullColumn
  /** Its values, to compare with. */
  readonly raw: Column
}

/** Freezes the states of one run, one after the other; later images share what did not change. */
export class Freezer<T extends object> {
  readonly #state: T
  readonly #shared: ReadonlySet<object>
  #bases = new Map<Column, Base>()
  /** Copies of small columns as last kept. */
  #small = new WeakMap<Column, Column>()
  readonly #records: Records
  #images = 0

  constructor(state: T, shared: ReadonlySet<object>) {
    this.#state = state
    this.#shared = shared
    this.#records = new Records(shared)
  }

  /** An image of the state as it is now. */
  freeze(): Image<T> {
    if (this.#images++ % FULL_EVERY === 0) this.#bases = new Map()
    let bytes = 0
    const frozen = copyGraph(this.#state, this.#shared, (value) => {
      if (!isColumn(value)) return this.#records.keep(value)
      if (value.length < LARGE) {
        const [column, added] = this.#keepSmall(value)
        bytes += added
        return column
      }
      const [packed, added] = this.#keepLarge(value)
      bytes += added
      return packed
    })
    return { frozen, shared: this.#shared, bytes }
  }

  #keepSmall(column: Column): [Column, number] {
    const known = this.#small.get(column)
    if (known !== undefined && sameColumn(known, column)) return [known, 0]
    const copy = column.slice()
    this.#small.set(column, copy)
    return [copy, copy.byteLength]
  }

  #keepLarge(column: Column): [PackedColumn, number] {
    const base = this.#bases.get(column)
    if (base === undefined) {
      const full = packColumn(column)
      this.#bases.set(column, { full, raw: column.slice() })
      return [new PackedColumn(full), fullBytes(full)]
    }
    const delta = packDelta(column, base.full, base.raw)
    return [new PackedColumn(delta), deltaBytes(delta)]
  }
}

/** An object or a list that holds nothing but values and records of lower depth. */
type RecordLike = Record<string, unknown>

/** How deep records are: one that holds lists of values, and no deeper. */
const RECORD_DEPTH = 2

/**
 * Copies of small plain records, shared by the images of a run as long as they do not change: a run
 * gathers log lines, holders and areas of old, and each image would have all of them again.
 */
class Records {
  readonly #shared: ReadonlySet<object>
  /** Copies as last kept. */
  readonly #copies = new WeakMap<object, RecordLike>()

  constructor(shared: ReadonlySet<object>) {
    this.#shared = shared
  }

  /** The copy of a record, the one of before where it is the same; null for what is no record. */
  keep(value: object, depth = RECORD_DEPTH): object | null {
    if (depth === 0 || !isPlain(value)) return null
    const copy = this.#copyOf(value as RecordLike, depth)
    if (copy === null) return null
    const known = this.#copies.get(value)
    if (known !== undefined && sameFields(known, copy)) return known
    this.#copies.set(value, copy)
    return copy
  }

  #copyOf(value: RecordLike, depth: number): RecordLike | null {
    if (Array.isArray(value)) return this.#copyOfList(value, depth) as RecordLike | null
    const copy = { ...value }
    for (const key of Object.keys(copy)) {
      const child = this.#childOf(copy[key], depth)
      if (child === NO_RECORD) return null
      copy[key] = child
    }
    return copy
  }

  #copyOfList(list: readonly unknown[], depth: number): unknown[] | null {
    const copy = [...list]
    for (let i = 0; i < copy.length; i++) {
      const child = this.#childOf(copy[i], depth)
      if (child === NO_RECORD) return null
      copy[i] = child
    }
    return copy
  }

  #childOf(child: unknown, depth: number): unknown {
    if (typeof child !== 'object' || child === null || this.#shared.has(child)) return child
    return this.keep(child, depth - 1) ?? NO_RECORD
  }
}

const NO_RECORD = Symbol('no record')

function isPlain(value: object): boolean {
  const proto = Object.getPrototypeOf(value) as object | null
  return proto === Object.prototype || proto === Array.prototype
}

function sameFields(a: RecordLike, b: RecordLike): boolean {
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((field, i) => Object.is(field, b[i]))
  }
  const keys = Object.keys(a)
  return keys.length === Object.keys(b).length && keys.every((key) => Object.is(a[key], b[key]))
}

function sameColumn(a: Column, b: Column): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

/** A live state, equal to the frozen one and independent of it. */
export function thaw<T extends object>(image: Image<T>, pool: ColumnPool | null = null): T {
  return copyGraph(image.frozen, image.shared, (value) => {
    if (value instanceof PackedColumn) return value.unpack(pool)
    return isColumn(value) ? value.slice() : null
  })
}

/** A copy of a state as it stands, to be looked at: no image need be made of it. */
export function copyState<T extends object>(
  state: T,
  shared: ReadonlySet<object>,
  pool: ColumnPool | null = null,
): T {
  return copyGraph(state, shared, (value) => {
    if (!isColumn(value)) return null
    return pool === null || value.length < LARGE ? value.slice() : pool.copyOf(value)
  })
}

/** Every object that can be reached from the roots: what a copy shares. */
export function reachable(...roots: readonly unknown[]): Set<object> {
  const seen = new Set<object>()
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null || seen.has(value)) return
    seen.add(value)
    if (!isColumn(value)) eachChild(value, visit)
  }
  for (const root of roots) visit(root)
  return seen
}
