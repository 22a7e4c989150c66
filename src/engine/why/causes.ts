/** What keeps a frame: read from the frame and its ledger, at the moment the kernel gave it up. */
import type { BlockingFrame, CauseClass } from '../../shared/why'
import {
  at,
  MIGRATETYPE_NAMES,
  page_to_pfn,
  pageFlagNames,
  REF_KINDS,
  ref_count,
  USES,
  type Machine,
  type Page,
} from '../../sim'
import { ledgerOf } from '../page-ledger'

export interface Cause {
  readonly class: CauseClass
  readonly cause: string
  readonly actor: string
  readonly label: string
  readonly sinceEvent: number | null
  readonly sinceNs: number | null
}

function refs(m: Machine, page: Page, kind: (typeof REF_KINDS)[number]): number {
  return ref_count(m, page, REF_KINDS.indexOf(kind))
}

function comm(m: Machine, task: number): string {
  return m.tasks[task]?.comm ?? ''
}

/** A pin names its holder; the oldest long one is to blame before any short one. */
function pinCause(m: Machine, page: Page): Cause | null {
  const records = m.pins.get(page) ?? []
  const isLong = (holder: number): boolean => m.holders[holder]?.long === true
  const record = records.find((r) => isLong(r.holder)) ?? records[0]
  const holder = m.holders[record?.holder ?? -1]
  if (record === undefined || holder === undefined) return null
  return {
    class: holder.long ? 'long pin' : 'transient',
    cause: holder.long ? 'long pin' : 'transient pin',
    actor: comm(m, holder.task),
    label: holder.label,
    sinceEvent: record.event,
    sinceNs: record.timeNs,
  }
}

/** A file that has no way to move its pages: metadata of the file system. */
export function isImmovableFile(m: Machine, page: Page): boolean {
  const mapping = at(m.mem.mapping, page)
  if (mapping === 0 || (mapping & 1) === 1) return false
  return m.address_spaces[mapping >> 2]?.migratepage === null
}

/** Whether a frame that nobody could move stands where only movable ones belong. */
function unmovableClass(m: Machine, page: Page): CauseClass {
  const type = MIGRATETYPE_NAMES[at(m.pageblock, page >> m.pageblockOrder)]
  return type === 'Movable' || type === 'CMA' || type === 'Isolate'
    ? 'wrong migratetype'
    : 'unmovable'
}

/** What keeps a frame from being taken. */
export function causeOf(m: Machine, page: Page): Cause {
  const pin = pinCause(m, page)
  if (pin !== null) return pin
  const actor = comm(m, at(m.mem.owner, page))
  const since = { sinceEvent: at(m.mem.since, page), sinceNs: null }
  const flags = pageFlagNames(at(m.mem.flags, page))
  const held = (cls: CauseClass, cause: string, who = actor, label = ''): Cause => ({
    ...{ class: cls, cause, actor: who, label },
    ...since,
  })
  if (flags.includes('compound')) return held('THP', 'transparent huge page')
  if (isImmovableFile(m, page)) return held('cache', 'fs metadata', '')
  if (refs(m, page, 'priv') > 0) return held('cache', 'buffer heads')
  if (refs(m, page, 'pv') > 0) return held('off-LRU', 'lru pagevec')
  const isFree = at(m.mem.count, page) === 0 && at(m.mem.use, page) === USES.indexOf('none')
  if (isFree) return held('transient', 'free but busy', '')
  if (flags.includes('writeback')) return held('transient', 'transient pin', actor, 'writeback')
  if (refs(m, page, 'iso') > 0) return held('off-LRU', 'off the lru')
  if (!flags.includes('lru')) return held(unmovableClass(m, page), 'unmovable kernel page')
  return held('transient', 'transient pin')
}

/** The frame with all that is known of it now. */
export function blockingFrame(m: Machine, page: Page): BlockingFrame {
  const { class: cls, cause, actor, label, sinceEvent, sinceNs } = causeOf(m, page)
  return {
    pfn: page_to_pfn(m, page),
    class: cls,
    cause,
    actor,
    label,
    migratetype: MIGRATETYPE_NAMES[at(m.pageblock, page >> m.pageblockOrder)] ?? '',
    count: at(m.mem.count, page),
    ledger: ledgerOf(m, page),
    sinceEvent,
    ageNs: sinceNs === null ? null : m.now - sinceNs,
  }
}
