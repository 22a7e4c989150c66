// The event of what somebody does to a run from outside; no kernel has it.
import { INJECTABLE, type InjectableName } from '../../machine/fault'
import { POLICIES } from '../../machine/types'
import { pairs, type EventType, type EventValue } from '../event'

/** Field `do` of sim_intervention, in the order of its numbers. */
export const INTERVENTION_KINDS = ['unpin', 'drain', 'kernel', 'sleep', 'inject'] as const
export type InterventionKind = (typeof INTERVENTION_KINDS)[number]

/** Functions by their number in the event. */
export const INJECTABLE_NAMES = Object.keys(INJECTABLE) as InjectableName[]

/**
 * A run is interfered with: a = INTERVENTION_KINDS. unpin: b = pfn, c = pins. kernel: b = subset number,
 * c = policy. sleep: b = task, c = ns, d = 2^31 ns. inject: b = function, c = n-th call, d = result.
 */
export const EV_sim_intervention = 110

const HALF = 2 ** 31

const FIELDS: Readonly<
  Record<InterventionKind, (b: number, c: number, d: number) => Record<string, EventValue>>
> = {
  unpin: (pfn, pins) => ({ pfn: `0x${pfn.toString(16)}`, pins }),
  drain: () => ({}),
  kernel: (subset, policy) => ({ subset, policy: POLICIES[policy] ?? policy }),
  sleep: (task, low, high) => ({ task, ns: low + high * HALF }),
  inject: (fn, nth, ret) => ({ fn: INJECTABLE_NAMES[fn] ?? fn, nth, ret }),
}

function fields(a: number, b: number, c: number, d: number): Record<string, EventValue> {
  const kind = INTERVENTION_KINDS[a]
  return kind === undefined ? { do: a } : { do: kind, ...FIELDS[kind](b, c, d) }
}

/** Splits a time into the two numbers of a sleep. */
export function sleepNumbers(ns: number): [number, number] {
  return [ns % HALF, Math.floor(ns / HALF)]
}

export const SIM_INTERVENTION_EVENTS: readonly EventType[] = [
  {
    id: EV_sim_intervention,
    name: 'sim_intervention',
    system: 'sim',
    aIsPfn: false,
    fields,
    text: (a, b, c, d) => pairs(fields(a, b, c, d)),
  },
]
