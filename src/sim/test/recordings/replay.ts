/** Replays a recorded operation script on the model and tells where it first differs. */
import { NR_FREE_CMA_PAGES, NR_FREE_PAGES } from '../../include/linux/mmzone'
import { createKernel } from '../../patches/series'
import { bootMachine } from '../../machine/boot'
import { page_to_pfn, type Machine } from '../../machine/machine'
import { ref_drop } from '../../machine/ledger'
import { REF_ALLOC } from '../../machine/kinds'
import { NULL_PAGE, type MachineSpec, type Page } from '../../machine/types'
import {
  __free_pages,
  alloc_pages,
  drain_all_pages,
  free_hot_cold_page,
  split_page,
} from '../../mm/page_alloc'
import {
  EV_mm_page_alloc,
  EV_mm_page_alloc_extfrag,
  EV_mm_page_alloc_zone_locked,
  EV_mm_page_free,
  EV_mm_page_pcpu_drain,
} from '../../trace/events/kmem'
import {
  stateOf,
  type RecordedOp,
  type RecordedState,
  type Recording,
  type ZoneState,
} from './recording'

type RecordedEvent = (string | number)[]

/** An allocated block in a slot of the script. */
interface Slot {
  readonly page: Page
  readonly order: number
}

export interface Replay {
  readonly m: Machine
  readonly slots: Map<number, Slot>
  /** Events since the last operation, in the recording's form. */
  events: RecordedEvent[]
}

export function startReplay(recording: Recording, label: string, spec: MachineSpec): Replay {
  const m = bootMachine(spec, createKernel({ patches: [], mode: 'strict' }))
  placeCounters(m, stateOf(recording, label))
  const replay: Replay = { m, slots: new Map(), events: [] }
  m.trace.sink = {
    event: (type, _task, _timeNs, a, b, c, d) => {
      const event = recordedEvent(type, a, b, c, d)
      if (event !== null) replay.events.push(event)
    },
  }
  return replay
}

/** Counters as the recording has them: stored part and difference not folded yet. */
function placeCounters(m: Machine, state: RecordedState): void {
  for (const [i, zone] of m.zones.entries()) {
    const recorded = state.zones[i] as ZoneState
    zone.vm_stat[NR_FREE_PAGES] = recorded.NFraw
    zone.vm_stat_diff[NR_FREE_PAGES] = recorded.NF - recorded.NFraw
    zone.vm_stat[NR_FREE_CMA_PAGES] = recorded.NCraw
    zone.vm_stat_diff[NR_FREE_CMA_PAGES] = recorded.NC - recorded.NCraw
  }
}

function recordedEvent(
  type: number,
  a: number,
  b: number,
  c: number,
  d: number,
): RecordedEvent | null {
  const pfn = Math.max(0, a)
  switch (type) {
    case EV_mm_page_alloc:
      return ['al', pfn, b, `0x${d.toString(16)}`, c]
    case EV_mm_page_free:
      return ['fr', pfn, b]
    case EV_mm_page_alloc_zone_locked:
      return ['zl', pfn, b, c]
    case EV_mm_page_pcpu_drain:
      return ['dr', pfn, b, c]
    case EV_mm_page_alloc_extfrag:
      return ['xf', pfn, b, (c >> 24) & 0xff, (c >> 8) & 0xff, c & 0xff]
    default:
      return null
  }
}

/** Runs one operation; the value it returns is in the recording's form. */
export function runOp(replay: Replay, op: RecordedOp): number {
  switch (op.op) {
    case 'A':
      return allocIntoSlot(replay, op)
    case 'D':
      drain_all_pages(replay.m)
      return op.r
    case 'Z':
      return op.r
    default:
      return runOnSlot(replay, op)
  }
}

function allocIntoSlot({ m, slots }: Replay, op: RecordedOp): number {
  const order = op.o ?? 0
  const page = alloc_pages(m, Number(op.gfp), order)
  if (page === NULL_PAGE) return 0
  slots.set(op.s ?? -1, { page, order })
  return page_to_pfn(m, page)
}

/** Operations on what an earlier one left in slot `a`; -1 when that is nothing. */
function runOnSlot({ m, slots }: Replay, op: RecordedOp): number {
  const { a = -1, b = 0 } = op
  const slot = slots.get(a)
  if (slot === undefined) return -1
  let page = slot.page
  if (op.op === 'F') {
    slots.delete(a)
    __free_pages(m, page, slot.order)
  } else if (op.op === 'C') {
    slots.delete(a)
    ref_drop(m, page, REF_ALLOC)
    free_hot_cold_page(m, page, true)
  } else if (op.op === 'G') {
    page += b
    __free_pages(m, page, 0)
  } else if (op.op === 'S') {
    split_page(m, page, slot.order)
  } else {
    throw new Error(`operation ${op.op} is not in these recordings`)
  }
  return page_to_pfn(m, page)
}
