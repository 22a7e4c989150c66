import { functionsOf, type FunctionInfo } from './functions_info'

const alloc = functionsOf('mm/page_alloc.c')
const isolation = functionsOf('mm/page_isolation.c')
const compaction = functionsOf('mm/compaction.c')

const BUDDY: Readonly<Record<string, FunctionInfo>> = {
  __free_one_page: alloc(
    '3.2.1',
    { page: 'page', zone: 'zone', order: 'order', migratetype: 'migratetype' },
    'void',
    { order: 'order' },
  ),
  free_one_page: alloc(
    '3.3.1',
    { zone: 'zone', page: 'page', order: 'order', migratetype: 'migratetype' },
    'void',
  ),
  expand: alloc(
    '3.4.2',
    { zone: 'zone', page: 'page', low: 'order', high: 'order', migratetype: 'migratetype' },
    'void',
  ),
  __rmqueue_smallest: alloc(
    '3.4.1',
    { zone: 'zone', order: 'order', migratetype: 'migratetype' },
    'page',
    { current_order: 'order' },
  ),
  __rmqueue_fallback: alloc(
    '3.6.1',
    { zone: 'zone', order: 'order', start_migratetype: 'migratetype' },
    'page',
    { current_order: 'order', migratetype: 'migratetype' },
  ),
  __rmqueue: alloc('3.8.1', { zone: 'zone', order: 'order', migratetype: 'migratetype' }, 'page'),
  move_freepages: alloc(
    '3.7.1',
    { zone: 'zone', start_page: 'page', end_page: 'page', migratetype: 'migratetype' },
    'count',
  ),
  move_freepages_block: alloc(
    '3.7.2',
    { zone: 'zone', page: 'page', migratetype: 'migratetype' },
    'count',
  ),
  set_pageblock_migratetype: alloc('1.8.1', { page: 'page', migratetype: 'migratetype' }, 'void'),
  split_free_page: alloc('3.10.1', { page: 'page' }, 'count'),
}

const LISTS: Readonly<Record<string, FunctionInfo>> = {
  rmqueue_bulk: alloc(
    '4.3.1',
    { zone: 'zone', count: 'count', migratetype: 'migratetype', cold: 'bool' },
    'count',
  ),
  free_pcppages_bulk: alloc('4.5.1', { zone: 'zone', count: 'count' }, 'void'),
  free_hot_cold_page: alloc('4.4.1', { page: 'page', cold: 'bool' }, 'void'),
  free_hot_cold_page_list: alloc('10.2.4', { nr_pages: 'count', cold: 'bool' }, 'void'),
  drain_pages: alloc('4.6.1', { cpu: 'cpu' }, 'void', { flushed: 'count' }),
  drain_all_pages: alloc('4.6.1', {}, 'void'),
  __free_pages: alloc('3.3.1', { page: 'page', order: 'order' }, 'void'),
  __free_pages_ok: alloc('3.3.1', { page: 'page', order: 'order' }, 'void'),
}

const REQUESTS: Readonly<Record<string, FunctionInfo>> = {
  alloc_pages: alloc('5.5.1', { gfp_mask: 'gfp', order: 'order' }, 'page'),
  get_page_from_freelist: alloc(
    '5.5.2',
    {
      gfp_mask: 'gfp',
      order: 'order',
      high_zoneidx: 'zone',
      alloc_flags: 'flags',
      migratetype: 'migratetype',
    },
    'page',
    { belowMark: 'zone' },
  ),
  buffered_rmqueue: alloc(
    '3.11.1',
    { zone: 'zone', order: 'order', gfp_flags: 'gfp', migratetype: 'migratetype' },
    'page',
  ),
  __alloc_pages_slowpath: alloc(
    '5.6 step 4',
    { gfp_mask: 'gfp', order: 'order', high_zoneidx: 'zone', migratetype: 'migratetype' },
    'page',
    { alloc_flags: 'flags', did_some_progress: 'count', pages_reclaimed: 'count' },
  ),
  __alloc_pages_direct_compact: alloc(
    '5.6 step 8',
    { gfp_mask: 'gfp', order: 'order', sync_migration: 'bool' },
    'page',
    { progress: 'number' },
  ),
}

const CONTIG: Readonly<Record<string, FunctionInfo>> = {
  alloc_contig_range: alloc(
    'MIG-2',
    { start: 'pfn', end: 'pfn', migratetype: 'migratetype' },
    'errno',
    { order: 'order', outer_start: 'pfn', outer_end: 'pfn' },
  ),
  __alloc_contig_migrate_range: alloc('7.2.2', { start: 'pfn', end: 'pfn' }, 'errno', {
    pfn: 'pfn',
    tries: 'count',
    ret: 'errno',
  }),
  free_contig_range: alloc('7.10.1', { pfn: 'pfn', nr_pages: 'count' }, 'void'),
  __offline_isolated_pages: alloc('11.2 step 9', { start_pfn: 'pfn', end_pfn: 'pfn' }, 'void'),
  start_isolate_page_range: isolation(
    '6.4.1',
    {
      start_pfn: 'pfn',
      end_pfn: 'pfn',
      migratetype: 'migratetype',
      skip_hwpoisoned_pages: 'bool',
    },
    'errno',
  ),
  undo_isolate_page_range: isolation(
    '6.4.2',
    { start_pfn: 'pfn', end_pfn: 'pfn', migratetype: 'migratetype' },
    'errno',
  ),
  set_migratetype_isolate: isolation(
    '6.1.3',
    { page: 'page', skip_hwpoisoned_pages: 'bool' },
    'errno',
  ),
  unset_migratetype_isolate: isolation(
    '6.3.1',
    { page: 'page', migratetype: 'migratetype' },
    'void',
  ),
  has_unmovable_pages: isolation(
    '6.2.2',
    { zone: 'zone', page: 'page', count: 'count', skip_hwpoisoned_pages: 'bool' },
    'bool',
    { page: 'page' },
  ),
  test_pages_isolated: isolation(
    '6.6.1',
    { start_pfn: 'pfn', end_pfn: 'pfn', skip_hwpoisoned_pages: 'bool' },
    'errno',
    { pfn: 'pfn' },
  ),
  __test_page_isolated_in_pageblock: isolation(
    '6.6.2',
    { pfn: 'pfn', end_pfn: 'pfn', skip_hwpoisoned_pages: 'bool' },
    'pfn',
  ),
  alloc_migrate_target: isolation('MIG-8', { page: 'page' }, 'page'),
}

const COMPACTION: Readonly<Record<string, FunctionInfo>> = {
  isolate_migratepages_range: compaction(
    'MIG-6',
    { low_pfn: 'pfn', end_pfn: 'pfn', unevictable: 'bool' },
    'pfn',
    { nr_scanned: 'count', nr_isolated: 'count' },
  ),
  isolate_freepages_block: compaction(
    '7.6.1',
    { blockpfn: 'pfn', end_pfn: 'pfn', strict: 'bool' },
    'count',
  ),
  isolate_freepages_range: compaction('7.6.1', { start_pfn: 'pfn', end_pfn: 'pfn' }, 'pfn'),
  release_freepages: compaction('7.6.2', { nr_pages: 'count' }, 'void'),
  isolate_freepages: compaction(
    '9.4.1',
    { zone: 'zone', free_pfn: 'pfn', nr_migratepages: 'count' },
    'void',
    { nr_freepages: 'count' },
  ),
  compaction_alloc: compaction('9.4.1', { migratepage: 'page' }, 'page'),
  compact_zone: compaction('9.4.1', { zone: 'zone', order: 'order', sync: 'bool' }, 'number', {
    migrate_pfn: 'pfn',
    free_pfn: 'pfn',
  }),
  compact_nodes: compaction('9.4.1', {}, 'void'),
}

/** Functions of the page allocator, of page isolation and of compaction. */
export const PAGE_ALLOC_FUNCTIONS: Readonly<Record<string, FunctionInfo>> = {
  ...BUDDY,
  ...LISTS,
  ...REQUESTS,
  ...CONTIG,
  ...COMPACTION,
}
