/** Breakpoints, watches and logpoints, and the bookkeeping of their hits. */
import type { Machine } from '../sim'
import type { Moment } from './moment'

/** What a breakpoint is set on. */
export type Trigger =
  /** A function is entered, or left. */
  | { readonly kind: 'function'; readonly fn: string; readonly when: 'entry' | 'exit' }
  | { readonly kind: 'event'; readonly type: number; readonly name: string }
  /** An event names the frame. */
  | {
      readonly kind: 'pfn'
      readonly pfn: number
      readonly names: (moment: Moment) => boolean
    }
  /** The value of an expression changes. */
  | {
      readonly kind: 'watch'
      readonly text: string
      readonly read: (machine: Machine) => WatchValue
    }

export type WatchValue = number | string | boolean | null

export interface BreakpointSpec {
  readonly trigger: Trigger
  /** As typed; empty without one. */
  readonly conditionText: string
  readonly condition: ((moment: Moment) => boolean) | null
  readonly temporary: boolean
  /** Prints instead of stopping. */
  readonly log: ((moment: Moment) => string) | null
  readonly logText: string
}

export interface Breakpoint extends BreakpointSpec {
  readonly id: number
  enabled: boolean
  /** Hits to pass over. */
  ignore: number
  hits: number
}

/** A breakpoint was met: why it stops there, or what it prints. */
export interface Hit {
  readonly breakpoint: Breakpoint
  readonly text: string
  readonly log: string | null
}

export class Breakpoints {
  readonly #list: Breakpoint[] = []
  #nextId = 1
  /** Values of the watches at the moment before. */
  readonly #values = new Map<number, WatchValue>()

  add(spec: BreakpointSpec): Breakpoint {
    const breakpoint = { ...spec, id: this.#nextId++, enabled: true, ignore: 0, hits: 0 }
    this.#list.push(breakpoint)
    return breakpoint
  }

  /** Takes over those of another run of the same machine, with numbers, hits and all. */
  copyFrom(other: Breakpoints): void {
    for (const b of other.#list) this.#list.push({ ...b })
    this.#nextId = Math.max(this.#nextId, other.#nextId)
  }

  /** Replaces what a breakpoint does; its number and hits stay. Null when there is none. */
  change(id: number, spec: Partial<BreakpointSpec>): Breakpoint | null {
    const at = this.#list.findIndex((b) => b.id === id)
    const old = this.#list[at]
    if (old === undefined) return null
    const changed = { ...old, ...spec }
    this.#list[at] = changed
    return changed
  }

  delete(id: number): boolean {
    const at = this.#list.findIndex((b) => b.id === id)
    if (at >= 0) this.#list.splice(at, 1)
    return at >= 0
  }

  get(id: number): Breakpoint | null {
    return this.#list.find((b) => b.id === id) ?? null
  }

  get list(): readonly Breakpoint[] {
    return this.#list
  }

  /** True when entries and returns of functions must be seen: for functions, and for watches, which see more then. */
  get needFrames(): boolean {
    return this.#list.some(
      (b) => b.enabled && b.trigger.kind !== 'event' && b.trigger.kind !== 'pfn',
    )
  }

  /** Watches compare with the machine as it is now. */
  begin(machine: Machine): void {
    for (const b of this.#list) {
      if (b.trigger.kind === 'watch') this.#values.set(b.id, b.trigger.read(machine))
    }
  }

  /** The enabled breakpoints that a moment meets; null for none. Counts nothing yet. */
  match(moment: Moment): readonly Hit[] | null {
    let hits: Hit[] | null = null
    for (const b of this.#list) {
      // A watch keeps up also while its condition does not hold.
      const text = this.#reason(b, moment)
      if (text === null || !b.enabled) continue
      if (b.condition !== null && !b.condition(moment)) continue
      hits ??= []
      hits.push({ breakpoint: b, text, log: b.log?.(moment) ?? null })
    }
    return hits
  }

  /** Counts the hits of a moment and tells the first that stops; logpoints print into `log`. */
  count(hits: readonly Hit[], log: string[]): Hit | null {
    let stop: Hit | null = null
    for (const hit of hits) {
      hit.breakpoint.hits++
      if (hit.breakpoint.ignore > 0) hit.breakpoint.ignore--
      else if (hit.log !== null) log.push(hit.log)
      else stop ??= hit
    }
    return stop
  }

  #reason(b: Breakpoint, moment: Moment): string | null {
    const { trigger } = b
    if (trigger.kind === 'watch') return this.#change(b.id, trigger, moment.machine)
    if (trigger.kind === 'function') return functionReason(trigger, moment)
    if (moment.kind !== 'event') return null
    if (trigger.kind === 'event') return moment.type === trigger.type ? trigger.name : null
    return trigger.names(moment) ? `an event names pfn 0x${trigger.pfn.toString(16)}` : null
  }

  #change(
    id: number,
    trigger: Extract<Trigger, { kind: 'watch' }>,
    machine: Machine,
  ): string | null {
    const value = trigger.read(machine)
    const old = this.#values.get(id)
    if (old === value) return null
    this.#values.set(id, value)
    return old === undefined ? null : `${trigger.text}: ${String(old)} -> ${String(value)}`
  }
}

function functionReason(
  { fn, when }: Extract<Trigger, { kind: 'function' }>,
  moment: Moment,
): string | null {
  if (moment.kind !== (when === 'entry' ? 'enter' : 'leave') || moment.frame?.fn !== fn) return null
  return when === 'entry' ? `${fn} is entered` : `${fn} returns`
}
