import { functionsOf, type FunctionInfo } from './functions_info'

const migrate = functionsOf('mm/migrate.c')
const rmap = functionsOf('mm/rmap.c')
const swap = functionsOf('mm/swap.c')
const vmscan = functionsOf('mm/vmscan.c')
const oom = functionsOf('mm/oom_kill.c')

const MOVE = { newpage: 'page', page: 'page' } as const

const MIGRATION: Readonly<Record<string, FunctionInfo>> = {
  migrate_prep: migrate('REF-17', {}, 'errno'),
  putback_movable_pages: migrate('10.4.2', { nr_pages: 'count' }, 'void'),
  migrate_pages: migrate(
    'MIG-9',
    { nr_pages: 'count', mode: 'number', reason: 'number' },
    'errno',
    { pass: 'number', rc: 'errno', retry: 'count', nr_failed: 'count' },
  ),
  unmap_and_move: migrate('MIG-12', { page: 'page', force: 'bool', mode: 'number' }, 'errno', {
    newpage: 'page',
  }),
  __unmap_and_move: migrate(
    'MIG-14',
    { page: 'page', newpage: 'page', force: 'bool', mode: 'number' },
    'errno',
    { remap: 'bool' },
  ),
  move_to_new_page: migrate('MIG-20', { ...MOVE, remap: 'bool', mode: 'number' }, 'errno'),
  migrate_page: migrate('MIG-27', MOVE, 'errno'),
  migrate_page_move_mapping: migrate('REF-23', { ...MOVE, extra_count: 'count' }, 'errno', {
    page_count: 'count',
    expected_count: 'count',
  }),
  migrate_page_copy: migrate('MIG-27', MOVE, 'void'),
  buffer_migrate_page: migrate('MIG-28', MOVE, 'errno'),
  fallback_migrate_page: migrate('MIG-29', { ...MOVE, mode: 'number' }, 'errno'),
  writeout: migrate('MIG-29', { page: 'page' }, 'errno'),
  remove_migration_ptes: migrate('MIG-31', { old: 'page', new: 'page' }, 'void', {
    entries: 'count',
  }),
  migration_entry_wait: migrate('MIG-47', { mm: 'mm', address: 'vpn' }, 'void', { page: 'page' }),
  migrate_replace_page: migrate('P1-1', { oldpage: 'page', newpage: 'page' }, 'errno', {
    pass: 'number',
    page_count: 'count',
    ret: 'errno',
  }),
  try_to_unmap: rmap('MIG-19', { page: 'page', flags: 'flags' }, 'number'),
  try_to_unmap_one: rmap(
    'MIG-23',
    { page: 'page', mm: 'mm', address: 'vpn', flags: 'flags' },
    'void',
  ),
}

const LRU: Readonly<Record<string, FunctionInfo>> = {
  put_page: swap('REF-20', { page: 'page' }, 'void'),
  release_pages: swap('10.2.4', { nr: 'count' }, 'void', { freed: 'count' }),
  __pagevec_lru_add: swap('REF-14', { nr: 'count', lru: 'lru' }, 'void'),
  __lru_cache_add: swap('REF-13', { page: 'page', lru: 'lru' }, 'void'),
  lru_add_drain_cpu: swap('10.2.6', { cpu: 'cpu' }, 'void'),
  lru_add_drain: swap('REF-16', {}, 'void'),
  lru_add_drain_all: swap('REF-16', {}, 'errno', { cpu: 'cpu' }),
  __isolate_lru_page: vmscan('REF-4', { page: 'page', mode: 'flags' }, 'errno'),
  isolate_lru_page: vmscan('REF-4', { page: 'page' }, 'errno'),
  putback_lru_page: vmscan('REF-18', { page: 'page' }, 'void'),
}

const LIST = { zone: 'zone', lru: 'lru', nr_to_scan: 'count' } as const

const RECLAIM: Readonly<Record<string, FunctionInfo>> = {
  try_to_free_pages: vmscan(
    '5.6 step 9',
    { high_zoneidx: 'zone', order: 'order', gfp_mask: 'gfp' },
    'count',
    { priority: 'number', nr_reclaimed: 'count' },
  ),
  wakeup_kswapd: vmscan('5.8.1', { zone: 'zone', order: 'order', classzone_idx: 'zone' }, 'void'),
  balance_pgdat: vmscan('5.8.2', { order: 'order', classzone_idx: 'zone' }, 'void', {
    priority: 'number',
  }),
  shrink_zone: vmscan('S-06', { zone: 'zone', priority: 'number', order: 'order' }, 'void', {
    nr_reclaimed: 'count',
  }),
  shrink_inactive_list: vmscan('S-06', LIST, 'void'),
  shrink_active_list: vmscan('S-06', LIST, 'void'),
  isolate_lru_pages: vmscan('REF-4', LIST, 'count', { nr_scanned: 'count' }),
  shrink_page_list: vmscan(
    '7.3.4',
    { nr_pages: 'count', ttu_flags: 'flags', force_reclaim: 'bool' },
    'count',
    { page: 'page' },
  ),
  pageout: vmscan('S-06', { page: 'page' }, 'number'),
  __remove_mapping: vmscan('MIG-41', { page: 'page' }, 'bool'),
  reclaim_clean_pages_from_list: vmscan('7.3.1', { zone: 'zone', nr_pages: 'count' }, 'count'),
  out_of_memory: oom('5.6 step 10', { gfp_mask: 'gfp', order: 'order' }, 'void'),
  oom_kill_process: oom('5.6 step 10', { chosen: 'task', points: 'count' }, 'void', {
    victim: 'task',
  }),
}

/** Functions of migration, of the LRU lists and of reclaim. */
export const MIGRATE_FUNCTIONS: Readonly<Record<string, FunctionInfo>> = {
  ...MIGRATION,
  ...LRU,
  ...RECLAIM,
}
