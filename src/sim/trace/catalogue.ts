import type { EventType } from './event'
import { COMPACTION_EVENTS } from './events/compaction'
import { KMEM_EVENTS } from './events/kmem'
import { MIGRATE_EVENTS } from './events/migrate'
import { SIM_EVENTS } from './events/sim'
import { SIM_HOTPLUG_EVENTS } from './events/sim_hotplug'
import { SIM_INTERVENTION_EVENTS } from './events/sim_intervention'
import { VMSCAN_EVENTS } from './events/vmscan'

const ALL = [
  ...KMEM_EVENTS,
  ...COMPACTION_EVENTS,
  ...MIGRATE_EVENTS,
  ...SIM_EVENTS,
  ...SIM_HOTPLUG_EVENTS,
  ...SIM_INTERVENTION_EVENTS,
  ...VMSCAN_EVENTS,
]

/** Every event type by its number. */
export const EVENT_TYPES: ReadonlyMap<number, EventType> = new Map(ALL.map((t) => [t.id, t]))

/** The description of an event type; an unknown number is a bug of ours. */
export function eventType(id: number): EventType {
  const type = EVENT_TYPES.get(id)
  if (type === undefined) throw new Error(`no event type ${id}`)
  return type
}
