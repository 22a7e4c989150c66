// Events of our own where v3.9 has no trace point; none has a kernel counterpart (allocator 12.2.2).
import {
  pairs,
  type EventColumn,
  type EventType,
  type EventValue,
  type FrameExtent,
} from '../event'

/** An actor's named call starts: a = index of the call name in the run's name table, b = instruction number. */
export const EV_sim_call = 30
/** It ends: a = call name, b = instruction number, c = return value, d = attempts. */
export const EV_sim_call_ret = 31
/** dma_alloc_from_contiguous: a = first pfn of the area, b = count, c = align, d = area index. */
export const EV_sim_cma_alloc = 32
/** One position is tried: a = start pfn, b = end pfn (exclusive). */
export const EV_sim_cma_try = 33
/** It ended: a = start pfn, b = end pfn, c = return value of alloc_contig_range. */
export const EV_sim_cma_try_ret = 34
/** The request ended: a = pfn or -1, b = count, c = 0 or -errno. */
export const EV_sim_cma_alloc_ret = 35
/** dma_release_from_contiguous: a = pfn, b = count. */
export const EV_sim_cma_release = 36
/** A fault was handled: a = pfn now mapped or -1, b = fault flags, c = VM_FAULT_*, d = virtual page number. */
export const EV_sim_fault = 37
/** A pin was taken: a = pfn, b = holder id, c = 1 if long, d = `_count` after. */
export const EV_sim_gup_pin = 38
/** A pin was put: a = pfn, b = holder id, c = 1 if long, d = `_count` after. */
export const EV_sim_unpin = 39
/** One unmap_and_move: a = pfn, b = target pfn or -1, c = result, d = 1 if forced. */
export const EV_sim_unmap_and_move = 40
/** The expected-count test: a = pfn, b = expected, c = found. */
export const EV_sim_move_test = 41
/** try_to_unmap: a = pfn, b = entries cleared. */
export const EV_sim_unmap = 42
/** remove_migration_ptes: a = pfn now mapped, b = entries restored, c = old pfn. */
export const EV_sim_remap = 43
/** migrate_replace_page: a = old pfn, b = new pfn, c = result, d = passes (patch 1). */
export const EV_sim_replace_page = 44
/** A DURABLE pin stayed in CMA: a = pfn, b = -errno (P4-15). */
export const EV_sim_pinned_in_cma_despite_durable = 45
/** lru_add_drain_all: a = CPUs. */
export const EV_sim_lru_add_drain_all = 46
/** drain_all_pages: a = pages flushed. */
export const EV_sim_drain_all_pages = 47
/** A pageblock changed type: a = first pfn, b = old type, c = new type. */
export const EV_sim_set_pageblock_migratetype = 48
/** alloc_contig_range met a busy page when it verified: a = pfn, b = `_count`, c = `_mapcount`+1. */
export const EV_sim_contig_busy = 49
/** A page left the LRU for migration: a = pfn, b = `_count`. */
export const EV_sim_isolate_page = 50
/** A batch was given up: a = pfn, b = last result (one event per page left on the list). */
export const EV_sim_migrate_giveup = 51
/** Bad page state: a = pfn, b = `_count`, c = mapcount, d = flags (allocator 1.5.1). */
export const EV_sim_bad_page = 52
/** A sleeping request of order <= 3 found nothing; a real kernel would loop or kill (S-08): a = gfp, b = order, or -1 for a wait that
 * nothing can end. */
export const EV_sim_would_loop = 53
/** A scenario put a page on a chosen frame; no fault did: a = pfn, b = virtual page number. */
export const EV_sim_placed = 100
/** vb2 queue operation: a = operation (VB2_OPS), b = buffer index, c = result, d = bytes. */
export const EV_sim_vb2 = 54
/** fork: a = child task. */
export const EV_sim_fork = 55
/** A task unmapped a range: a = first virtual page number, b = pages, c = frames released. */
export const EV_sim_munmap = 56
/** A virtual page number got or lost the frame: a = pfn, b = vpn, c = task, d = 1 mapped, 0 unmapped. */
export const EV_sim_map = 57
/** The OOM killer chose a task: a = task, b = score, c = gfp, d = order. */
export const EV_sim_oom_kill = 60
/** A killed process left: a = task. */
export const EV_sim_exit_killed = 61
/** Writeback of a page began: a = pfn, b = 1 for swap. */
export const EV_sim_writeback = 62
/** It ended: a = pfn. */
export const EV_sim_end_writeback = 63
/** Reclaim is done with a page it had taken off the LRU: a = pfn, b = RECLAIM_* of mm/vmscan_page, c = `_count` before. */
export const EV_sim_reclaim_page = 64

/** A zone is being compacted: a = zone index, b = order or -1, c = 1 if synchronous. */
export const EV_sim_compact_begin = 70
/** It ended: a = zone index, b = order or -1, c = COMPACT_*. */
export const EV_sim_compact_end = 71
/** A huge entry came or went: a = first pfn, b = first vpn, c = task, d = pages, negative when it went. */
export const EV_sim_map_huge = 72
/** A huge page became small ones: a = first pfn, b = pages, c = entries that mapped it, d = pins on its tails. */
export const EV_sim_split_huge_page = 73
/** A huge page was wanted: a = first pfn or -1 when small pages have to do, b = first vpn. */
export const EV_sim_huge_fault = 74
/** The kernel stopped at a BUG: a = pfn it was about. */
export const EV_sim_bug = 75
/** An owner let its pin go for a migration: a = pfn, b = holder id, c = 0 or 1 if it was busy (MOD-3). */
export const EV_sim_owner_unpin = 80
/** It pinned the page again where it is now: a = pfn, b = holder id, c = old pfn, d = ns it was blocked. */
export const EV_sim_owner_repin = 81
/** A policy looked over the pages of a call: a = first virtual page number, b = round, c = pages isolated, d = pages that could not be. */
export const EV_sim_gup_round = 82
/** An owner was told that its page is unmapped: a = pfn, b = holder id, c = attempts until it lets go (MOD-5). */
export const EV_sim_owner_notify = 83

type Names = readonly [string?, string?, string?, string?]

const COLUMNS: readonly EventColumn[] = ['a', 'b', 'c', 'd']

/** Each number that its name calls a PFN is one frame. */
function namedFrames(names: Names): readonly FrameExtent[] {
  return COLUMNS.filter((_, i) => isPfnName(names[i] ?? '')).map((first) => ({ first }))
}

function isPfnName(name: string): boolean {
  return name === 'pfn' || name.endsWith('_pfn')
}

/** `b` is how many frames there are from `a` on. */
export const COUNTED: readonly FrameExtent[] = [{ first: 'a', count: 'b' }]
/** The same, looked at as a whole. */
export const COUNTED_RANGE: readonly FrameExtent[] = [{ first: 'a', count: 'b', isRange: true }]
const START_TO_END: readonly FrameExtent[] = [{ first: 'a', end: 'b', isRange: true }]

/**
 * Describes an event of ours: names of its numbers, whether the first is the frame it is about, and
 * its frames where they are more than the numbers called pfn.
 */
export function ours(
  id: number,
  name: string,
  names: Names,
  aIsPfn = false,
  frames = namedFrames(names),
): EventType {
  const fields = (a: number, b: number, c: number, d: number): Record<string, EventValue> => {
    const values = [a, b, c, d]
    return Object.fromEntries(names.map((n, i) => [n as string, values[i] as number]))
  }
  return {
    id,
    name,
    system: 'sim',
    aIsPfn,
    frames,
    fields,
    text: (a, b, c, d) => pairs(withHexPfns(fields(a, b, c, d))),
  }
}

/** Our own events print frames in hex, as the window does; the kernel's keep their own format. */
function withHexPfns(fields: Record<string, EventValue>): Record<string, EventValue> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => {
      return [
        name,
        isPfnName(name) && typeof value === 'number' && value >= 0
          ? `0x${value.toString(16)}`
          : value,
      ]
    }),
  )
}

export const SIM_EVENTS: readonly EventType[] = [
  ours(EV_sim_call, 'sim_call', ['call', 'step']),
  ours(EV_sim_call_ret, 'sim_call_ret', ['call', 'step', 'ret', 'attempts']),
  ours(EV_sim_cma_alloc, 'sim_cma_alloc', ['base_pfn', 'count', 'align', 'area'], false, []),
  ours(EV_sim_cma_try, 'sim_cma_try', ['start_pfn', 'end_pfn'], false, START_TO_END),
  ours(EV_sim_cma_try_ret, 'sim_cma_try_ret', ['start_pfn', 'end_pfn', 'ret'], false, START_TO_END),
  ours(EV_sim_cma_alloc_ret, 'sim_cma_alloc_ret', ['pfn', 'count', 'ret'], false, COUNTED),
  ours(EV_sim_cma_release, 'sim_cma_release', ['pfn', 'count'], true, COUNTED),
  ours(EV_sim_fault, 'sim_fault', ['pfn', 'flags', 'result', 'vpn'], true),
  ours(EV_sim_gup_pin, 'sim_gup_pin', ['pfn', 'holder', 'long', 'count'], true),
  ours(EV_sim_unpin, 'sim_unpin', ['pfn', 'holder', 'long', 'count'], true),
  ours(EV_sim_unmap_and_move, 'sim_unmap_and_move', ['pfn', 'target_pfn', 'ret', 'force'], true),
  ours(EV_sim_move_test, 'sim_move_test', ['pfn', 'expected', 'found'], true),
  ours(EV_sim_unmap, 'sim_unmap', ['pfn', 'entries'], true),
  ours(EV_sim_remap, 'sim_remap', ['pfn', 'entries', 'old_pfn'], true),
  ours(EV_sim_replace_page, 'sim_replace_page', ['pfn', 'new_pfn', 'ret', 'passes'], true),
  ours(
    EV_sim_pinned_in_cma_despite_durable,
    'sim_pinned_in_cma_despite_durable',
    ['pfn', 'ret'],
    true,
  ),
  ours(EV_sim_lru_add_drain_all, 'sim_lru_add_drain_all', ['cpus']),
  ours(EV_sim_drain_all_pages, 'sim_drain_all_pages', ['pages']),
  ours(
    EV_sim_set_pageblock_migratetype,
    'sim_set_pageblock_migratetype',
    ['pfn', 'from', 'to'],
    true,
  ),
  ours(EV_sim_contig_busy, 'sim_contig_busy', ['pfn', 'count', 'mapcount'], true),
  ours(EV_sim_isolate_page, 'sim_isolate_page', ['pfn', 'count'], true),
  ours(EV_sim_migrate_giveup, 'sim_migrate_giveup', ['pfn', 'ret'], true),
  ours(EV_sim_bad_page, 'sim_bad_page', ['pfn', 'count', 'mapcount', 'flags'], true),
  ours(EV_sim_would_loop, 'sim_would_loop', ['gfp', 'order']),
  ours(EV_sim_placed, 'sim_placed', ['pfn', 'vpn'], true),
  ours(EV_sim_vb2, 'sim_vb2', ['op', 'index', 'ret', 'size']),
  ours(EV_sim_fork, 'sim_fork', ['child']),
  ours(EV_sim_munmap, 'sim_munmap', ['vpn', 'pages', 'released']),
  ours(EV_sim_owner_unpin, 'sim_owner_unpin', ['pfn', 'holder', 'busy'], true),
  ours(EV_sim_owner_repin, 'sim_owner_repin', ['pfn', 'holder', 'old_pfn', 'blocked_ns'], true),
  ours(EV_sim_gup_round, 'sim_gup_round', ['vpn', 'round', 'isolated', 'errors']),
  ours(EV_sim_owner_notify, 'sim_owner_notify', ['pfn', 'holder', 'attempts'], true),
  ours(EV_sim_map, 'sim_map', ['pfn', 'vpn', 'task', 'mapped'], true),
  ours(EV_sim_oom_kill, 'sim_oom_kill', ['task', 'score', 'gfp', 'order']),
  ours(EV_sim_exit_killed, 'sim_exit_killed', ['task']),
  ours(EV_sim_writeback, 'sim_writeback', ['pfn', 'swap'], true),
  ours(EV_sim_end_writeback, 'sim_end_writeback', ['pfn'], true),
  ours(EV_sim_reclaim_page, 'sim_reclaim_page', ['pfn', 'result', 'count'], true),
  ours(EV_sim_compact_begin, 'sim_compact_begin', ['zone', 'order', 'sync']),
  ours(EV_sim_compact_end, 'sim_compact_end', ['zone', 'order', 'ret']),
  ours(EV_sim_map_huge, 'sim_map_huge', ['pfn', 'vpn', 'task', 'pages'], true, [
    { first: 'a', count: 'd' },
  ]),
  ours(
    EV_sim_split_huge_page,
    'sim_split_huge_page',
    ['pfn', 'pages', 'maps', 'pins'],
    true,
    COUNTED,
  ),
  ours(EV_sim_huge_fault, 'sim_huge_fault', ['pfn', 'vpn'], true),
  ours(EV_sim_bug, 'sim_bug', ['pfn'], true),
]
