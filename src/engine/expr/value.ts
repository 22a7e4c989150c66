/** What expressions are evaluated on and what they give. */
import type { Machine } from '../../sim'
import type { EventCells } from '../event-log'

/** The frame of a modelled function, with the numbers as the model reports them. */
export interface FrameCells {
  readonly fn: string
  /** In the order of the function's arguments. */
  readonly args: readonly number[]
  readonly locals: ReadonlyMap<string, number>
  /** NaN until it returns, and for a function without a return value. */
  readonly ret: number
}

/** A moment of a run. */
export interface EvalInput {
  readonly machine: Machine
  /** The event that just happened, and its number. */
  readonly event?: EventCells
  readonly eventNumber?: number
  readonly frame?: FrameCells
  /** Name of the running task. */
  readonly actor: string
}

/** NaN stands for a value that is not there: every comparison with it is false. */
export type NumberOf = (x: EvalInput) => number
/** null stands for a text that is not there. */
export type TextOf = (x: EvalInput) => string | null

/** How a number is printed. */
export type Unit =
  'count' | 'bool' | 'hex' | 'pfn' | 'flags' | 'migratetype' | 'time' | 'ret' | 'mapping'

/** Names that a text can have, and what they are names of: `actor`, `event type`. */
export interface Words {
  readonly what: string
  /** null when any text may come. */
  readonly names: readonly string[] | null
}

export interface NumberValue {
  readonly type: 'number'
  readonly unit: Unit
  readonly get: NumberOf
}

export interface TextValue {
  readonly type: 'text'
  readonly words: Words
  readonly get: TextOf
}

/** What has fields but no value of its own: `page(0x67103)`, `vm`. */
export interface Thing {
  readonly type: 'thing'
  /** As in messages: `a page`, `the references of a page`. */
  readonly what: string
  readonly names: () => readonly string[]
  readonly member: (name: string) => Compiled | null
  /** The element at an index. */
  readonly at?: (index: NumberOf) => Compiled
}

export type Value = NumberValue | TextValue
export type Compiled = Value | Thing

export function number(unit: Unit, get: NumberOf): NumberValue {
  return { type: 'number', unit, get }
}

export function text(what: string, names: readonly string[] | null, get: TextOf): TextValue {
  return { type: 'text', words: { what, names }, get }
}

/** A thing whose fields are all known by name. */
export function thing(what: string, fields: Readonly<Record<string, Compiled>>): Thing {
  const map = new Map(Object.entries(fields))
  return {
    type: 'thing',
    what,
    names: () => [...map.keys()],
    member: (name) => map.get(name) ?? null,
  }
}
