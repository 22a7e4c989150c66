/** Entries and returns of probed functions in the form of the recordings. */
import { page_to_pfn, type Machine } from '../../machine/machine'
import type { EventTap } from './events'
import type { RecordedEvent } from './format'

type Form = 'address' | 'hex' | 'number' | 'page'

interface Probe {
  readonly args: readonly Form[]
  /** Which of the function's arguments these are; the first ones when it is missing. */
  readonly from?: number
  /** The entry also tells `page_count` of the first page argument. */
  readonly counts?: boolean
  /** Form of the return value; none is recorded when it is missing. */
  readonly ret?: Form
}

const PROBES: Readonly<Record<string, Probe>> = {
  handle_mm_fault: { args: ['address', 'hex'], ret: 'hex' },
  do_wp_page: { args: [], ret: 'hex' },
  follow_page_mask: { args: ['address', 'hex'], ret: 'page' },
  dma_alloc_from_contiguous: { args: ['number', 'number'], ret: 'page' },
  alloc_contig_range: { args: ['number', 'number', 'number'], ret: 'number' },
  start_isolate_page_range: { args: ['number', 'number', 'number'], ret: 'number' },
  undo_isolate_page_range: { args: ['number', 'number', 'number'], ret: 'number' },
  drain_all_pages: { args: [] },
  lru_add_drain_all: { args: [], ret: 'number' },
  isolate_migratepages_range: { args: ['number', 'number'], ret: 'number' },
  __isolate_lru_page: { args: ['page'], counts: true, ret: 'number' },
  reclaim_clean_pages_from_list: { args: [], ret: 'number' },
  migrate_pages: { args: ['number'], from: 1, ret: 'number' },
  alloc_migrate_target: { args: ['page'], counts: true, ret: 'page' },
  try_to_unmap: { args: ['page', 'hex'], counts: true, ret: 'number' },
  migrate_page: { args: ['page', 'page'], ret: 'number' },
  putback_lru_page: { args: ['page'], counts: true },
  test_pages_isolated: { args: ['number', 'number'], ret: 'number' },
  isolate_freepages_range: { args: ['number', 'number'], ret: 'number' },
  free_contig_range: { args: ['number', 'number'] },
  migrate_replace_page: { args: ['page', 'page'], counts: true, ret: 'number' },
}

function inForm(m: Machine, form: Form, value: number): number | string {
  switch (form) {
    case 'address':
      return `0x${(value * 4096).toString(16)}`
    case 'hex':
      return `0x${value.toString(16)}`
    case 'page':
      // NULL is printed as 0, an error pointer as the number it is.
      return value < 0 ? (value === -1 ? 0 : value) : page_to_pfn(m, value)
    case 'number':
      return value
  }
}

/** Sends the entries and returns of probed functions to the tap. */
export function attachProbes(m: Machine, tap: EventTap): void {
  m.trace.frames = {
    enter(fn, ...values) {
      const probe = PROBES[fn]
      if (probe === undefined) return
      const from = probe.from ?? 0
      const args = probe.args.map((form, i) => inForm(m, form, values[from + i] as number))
      const count =
        probe.counts === true ? [{ count: m.mem.count[values[0] as number] as number }] : []
      tap.push(['fn', fn, ...args, ...count])
    },
    local: () => undefined,
    leave(fn, ret) {
      const probe = PROBES[fn]
      if (probe === undefined) return
      const value = probe.ret === undefined ? [] : [inForm(m, probe.ret, ret)]
      tap.push(['rt', fn, ...value] satisfies RecordedEvent)
    },
  }
}
