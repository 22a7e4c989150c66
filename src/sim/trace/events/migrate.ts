// Model of include/trace/events/migrate.h, v3.9 (allocator 12.2, 12.2.1).
import { MIGRATE_MODE_NAMES, MIGRATE_REASON_NAMES } from '../../include/linux/migrate'
import { pairs, type EventType } from '../event'

export const EV_mm_migrate_pages = 15

function fields(a: number, b: number, c: number, d: number): Record<string, string | number> {
  return {
    nr_succeeded: a,
    nr_failed: b,
    mode: MIGRATE_MODE_NAMES[c] ?? c,
    reason: MIGRATE_REASON_NAMES[d] ?? d,
  }
}

export const MIGRATE_EVENTS: readonly EventType[] = [
  {
    id: EV_mm_migrate_pages,
    name: 'mm_migrate_pages',
    system: 'migrate',
    aIsPfn: false,
    fields,
    text: (a, b, c, d) => pairs(fields(a, b, c, d)),
  },
]
