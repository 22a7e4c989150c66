// Events of our own about memory going offline and online; v3.9 has no trace point there.
import type { EventType } from '../event'
import { COUNTED_RANGE, ours } from './sim'

/** offline_pages begins: a = first pfn, b = pages, c = zone index. */
export const EV_sim_offline_start = 90
/** A round of its loop: a = pfn of the LRU page found, b = do_migrate_range, c = round, d = budget left. */
export const EV_sim_offline_round = 91
/** offline_pages ends: a = first pfn, b = pages, c = result, d = rounds. */
export const EV_sim_offline_result = 92
/** online_pages ends: a = first pfn, b = pages, c = result, d = zone index. */
export const EV_sim_online_result = 93
/** The memory notifier chain was called: a = first pfn, b = pages, c = action (MEMORY_ACTIONS), d = answer. */
export const EV_sim_memory_notify = 94

export const SIM_HOTPLUG_EVENTS: readonly EventType[] = [
  ours(EV_sim_offline_start, 'sim_offline_start', ['pfn', 'pages', 'zone'], true, COUNTED_RANGE),
  ours(EV_sim_offline_round, 'sim_offline_round', ['pfn', 'ret', 'round', 'retries'], true),
  ours(
    EV_sim_offline_result,
    'sim_offline_result',
    ['pfn', 'pages', 'ret', 'rounds'],
    true,
    COUNTED_RANGE,
  ),
  ours(
    EV_sim_online_result,
    'sim_online_result',
    ['pfn', 'pages', 'ret', 'zone'],
    true,
    COUNTED_RANGE,
  ),
  ours(
    EV_sim_memory_notify,
    'sim_memory_notify',
    ['pfn', 'pages', 'action', 'ret'],
    true,
    COUNTED_RANGE,
  ),
]
