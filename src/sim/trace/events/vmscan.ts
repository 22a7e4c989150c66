// Model of include/trace/events/vmscan.h, v3.9 (allocator 12.2).
import { gfpText } from '../../include/linux/gfp'
import { pairs, type EventType, type EventValue } from '../event'

/** kswapd was asked to run: a = node, b = zone index, c = order. */
export const EV_mm_vmscan_wakeup_kswapd = 20
/** It starts on a node: a = node, b = order. */
export const EV_mm_vmscan_kswapd_wake = 21
/** It goes back to sleep: a = node. */
export const EV_mm_vmscan_kswapd_sleep = 22
/** An allocation reclaims for itself: a = order, b = may_writepage, c = gfp. */
export const EV_mm_vmscan_direct_reclaim_begin = 23
/** It is done: a = pages freed. */
export const EV_mm_vmscan_direct_reclaim_end = 24
/** A batch left an LRU list: a = packed mode, order and class, b = wanted, c = scanned, d = taken. */
export const EV_mm_vmscan_lru_isolate = 25

/** The three small fields of mm_vmscan_lru_isolate in one word. */
export function packLruIsolate(mode: number, order: number, file: number): number {
  return (mode << 8) | (order << 1) | file
}

type Fields = EventType['fields']

function vmscan(id: number, name: string, fields: Fields): EventType {
  return {
    id,
    name,
    system: 'vmscan',
    aIsPfn: false,
    fields,
    text: (a, b, c, d) => pairs(fields(a, b, c, d)),
  }
}

function lruIsolate(a: number, b: number, c: number, d: number): Record<string, EventValue> {
  return {
    isolate_mode: a >> 8,
    order: (a >> 1) & 0x7f,
    nr_requested: b,
    nr_scanned: c,
    nr_taken: d,
    file: a & 1,
  }
}

export const VMSCAN_EVENTS: readonly EventType[] = [
  vmscan(EV_mm_vmscan_wakeup_kswapd, 'mm_vmscan_wakeup_kswapd', (nid, zid, order) => ({
    nid,
    zid,
    order,
  })),
  vmscan(EV_mm_vmscan_kswapd_wake, 'mm_vmscan_kswapd_wake', (nid, order) => ({ nid, order })),
  vmscan(EV_mm_vmscan_kswapd_sleep, 'mm_vmscan_kswapd_sleep', (nid) => ({ nid })),
  vmscan(
    EV_mm_vmscan_direct_reclaim_begin,
    'mm_vmscan_direct_reclaim_begin',
    (order, may_writepage, gfp) => ({ order, may_writepage, gfp_flags: gfpText(gfp) }),
  ),
  vmscan(EV_mm_vmscan_direct_reclaim_end, 'mm_vmscan_direct_reclaim_end', (nr_reclaimed) => ({
    nr_reclaimed,
  })),
  vmscan(EV_mm_vmscan_lru_isolate, 'mm_vmscan_lru_isolate', lruIsolate),
]
