// Model of include/trace/events/compaction.h, v3.9 (allocator 12.2).
import { pairs, type EventType } from '../event'

export const EV_mm_compaction_isolate_migratepages = 10
export const EV_mm_compaction_isolate_freepages = 11
export const EV_mm_compaction_migratepages = 12

const scanned = (a: number, b: number): Record<string, number> => ({ nr_scanned: a, nr_taken: b })

const moved = (a: number, b: number): Record<string, number> => ({ nr_migrated: a, nr_failed: b })

export const COMPACTION_EVENTS: readonly EventType[] = [
  {
    id: EV_mm_compaction_isolate_migratepages,
    name: 'mm_compaction_isolate_migratepages',
    system: 'compaction',
    aIsPfn: false,
    fields: scanned,
    text: (a, b) => pairs(scanned(a, b)),
  },
  {
    id: EV_mm_compaction_isolate_freepages,
    name: 'mm_compaction_isolate_freepages',
    system: 'compaction',
    aIsPfn: false,
    fields: scanned,
    text: (a, b) => pairs(scanned(a, b)),
  },
  {
    id: EV_mm_compaction_migratepages,
    name: 'mm_compaction_migratepages',
    system: 'compaction',
    aIsPfn: false,
    fields: moved,
    text: (a, b) => pairs(moved(a, b)),
  },
]
