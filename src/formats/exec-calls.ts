/** The calls of `pinscope exec`: their members, in any spelling, and what they become. */
import { DUMP_KINDS, type CallArguments, type CallName } from '../sim'
import { area, call, callMade, type CallKind } from './exec-call-kind'
import { DEVICE_CALLS } from './exec-calls-device'
import { MEMORY_CALLS } from './exec-calls-memory'
import {
  Complaint,
  count,
  flag,
  gfp,
  label,
  listOf,
  may,
  maybe,
  migratetype,
  nameOrNumber,
  named,
  need,
  oneOf,
  oneOrMore,
  pfn,
  text,
  whole,
  type Kind,
} from './exec-kinds'
import { page } from './exec-refs'

export type CallKinds = { readonly [N in CallName]: CallKind<CallArguments[N]> }

const AS = maybe(label, 'name by which later calls refer to the result')
// One more than the largest order is asked for on purpose; from 31 on the sizes leave 32 bits.
const order = named('order', whole(0, 30, 'an order'))
const optionalOrder = maybe(
  order,
  'order of the block; default: that of the named allocation, else 0',
)
const zone = maybe(text(32), 'zone name; default: all zones')
const PAGE = need(page, 'PFN, or name of a result', 'pfn', 'page_pfn')
const pageType = (value: number, help: string) => may(migratetype, value, help, 'type', 'mt')
const START = need(pfn, 'first PFN', 'start_pfn', 'from', 'pfn', 'page')
const END = need(pfn, 'PFN behind the last', 'end_pfn', 'to')

const MOVABLE = 2
const CMA = 4

const AREA = maybe(area, 'CMA area by name or number; default: the first', 'dev', 'cma')

const MARKS = oneOf(
  new Map([
    ['MIN', 'MIN'],
    ['LOW', 'LOW'],
    ['HIGH', 'HIGH'],
    ['WMARK_MIN', 'MIN'],
    ['WMARK_LOW', 'LOW'],
    ['WMARK_HIGH', 'HIGH'],
  ] as const),
)
const mark: Kind<number | 'MIN' | 'LOW' | 'HIGH'> = {
  read: (x, at) => (typeof x === 'number' ? whole(0, 2 ** 30).read(x, at) : MARKS.read(x, at)),
  json: { anyOf: [{ type: 'integer' }, MARKS.json] },
}

const ALLOC_FLAGS = new Map([
  ['ALLOC_NO_WATERMARKS', 0x04],
  ['ALLOC_HARDER', 0x10],
  ['ALLOC_HIGH', 0x20],
  ['ALLOC_CPUSET', 0x40],
  ['ALLOC_CMA', 0x80],
])
const allocFlag = oneOf(ALLOC_FLAGS)
const allocFlags: Kind<number> = {
  read: (x, at) => {
    if (typeof x === 'number') return whole(0, 0xff).read(x, at)
    const words = typeof x === 'string' ? x.split('|') : x
    return oneOrMore(allocFlag, 8)
      .read(words, at)
      .reduce((flags, bit) => flags | bit, 0)
  },
  json: { anyOf: [{ type: 'integer' }, { type: 'string' }, { type: 'array' }] },
}

const MODES = oneOf(
  new Map([
    ['ASYNC', 0],
    ['SYNC_LIGHT', 1],
    ['SYNC', 2],
    ['MIGRATE_ASYNC', 0],
    ['MIGRATE_SYNC_LIGHT', 1],
    ['MIGRATE_SYNC', 2],
  ]),
)
const REASONS = oneOf(
  new Map([
    ['compaction', 0],
    ['memory_failure', 1],
    ['memory_hotplug', 2],
    ['syscall', 3],
    ['mempolicy_mbind', 4],
    ['numa_misplaced', 5],
    ['cma', 6],
    ['MR_CMA', 6],
  ]),
)

/** A name or a number that some table knows. */
function numbered(words: Kind<number>, most: number): Kind<number> {
  return {
    read: (x, at) => (typeof x === 'number' ? whole(0, most).read(x, at) : words.read(x, at)),
    json: { anyOf: [{ type: 'integer', minimum: 0, maximum: most }, words.json] },
  }
}

/** Range by its end or by its number of pages. */
const RANGE = {
  start: START,
  end: maybe(pfn, 'PFN behind the last', 'end_pfn', 'to'),
  pages: maybe(count, 'number of pages, instead of end', 'nr_pages', 'n', 'count'),
}

function withEnd<T extends { start: number; end: number | null; pages: number | null }>(
  members: T,
): Omit<T, 'pages'> {
  const { pages, ...rest } = members
  return { ...rest, end: rest.end ?? (pages === null ? null : rest.start + pages) }
}

const ISOLATE = callMade(
  { ...RANGE, migratetype: pageType(MOVABLE, 'type the pageblocks get back; default MOVABLE') },
  withEnd,
)

const DUMP_WORDS = oneOf(
  new Map([
    ...DUMP_KINDS.map((kind) => [kind, kind] as const),
    ['free_lists', 'freelists'] as const,
    ['bitmap', 'cma_bitmap'] as const,
  ]),
)

const FRAME_OF_BLOCK = need(pfn, 'a PFN in the pageblock', 'page', 'start')

export const CALLS: CallKinds = {
  alloc_pages: call({
    gfp: need(gfp, 'gfp mask', 'gfp_mask', 'gfp_flags'),
    order: may(order, 0, 'order; default 0'),
    as: AS,
    noWatermarks: may(flag, false, 'do not look at the watermarks, as with ALLOC_NO_WATERMARKS'),
  }),
  free_pages: call({ page: PAGE, order: optionalOrder }),
  free_hot_cold_page: call({ page: PAGE, cold: may(flag, true, 'to the tail of the list') }),
  split_page: call({ page: PAGE, order: optionalOrder }),
  split_free_page: call({ page: PAGE, as: AS }),
  free_contig_range: callMade(
    {
      start: need(page, 'first PFN, or name of a range', 'pfn', 'page'),
      count: maybe(
        count,
        'number of pages; default: the named range',
        'nr_pages',
        'pages',
        'n',
        'nr',
      ),
      end: maybe(pfn, 'PFN behind the last, instead of count', 'end_pfn'),
    },
    ({ start, count: n, end }) => ({
      start,
      count: n ?? (end !== null && 'pfn' in start ? end - start.pfn : null),
    }),
  ),
  alloc_contig_range: callMade(
    { ...RANGE, migratetype: pageType(CMA, 'MOVABLE or CMA; default CMA'), as: AS },
    (members, at) => {
      const { start, end, migratetype: type, as } = withEnd(members)
      if (end === null) throw new Complaint(`${at}.end`, 'is missing; or give pages')
      return { start, end, migratetype: type, as }
    },
  ),
  dma_alloc_from_contiguous: call({
    area: AREA,
    count: need(count, 'number of pages', 'pages', 'n'),
    align: may(whole(0, 30), 0, 'alignment order; default 0', 'align_order'),
    as: AS,
  }),
  dma_release_from_contiguous: call({
    area: AREA,
    page: need(page, 'first PFN, or name of the allocation', 'pfn', 'pages'),
    count: maybe(count, 'number of pages; default: all of the named allocation', 'n'),
  }),
  start_isolate_page_range: ISOLATE,
  undo_isolate_page_range: ISOLATE,
  set_migratetype_isolate: call({ pfn: FRAME_OF_BLOCK }),
  unset_migratetype_isolate: call({
    pfn: FRAME_OF_BLOCK,
    migratetype: pageType(MOVABLE, 'type the pageblock gets; default MOVABLE'),
  }),
  test_pages_isolated: call({ start: START, end: END }),
  move_freepages_block: call({
    pfn: FRAME_OF_BLOCK,
    migratetype: need(migratetype, 'type of the lists', 'type'),
  }),
  set_pageblock_migratetype: call({
    pfn: FRAME_OF_BLOCK,
    migratetype: need(migratetype, 'new type', 'type'),
  }),
  isolate_migratepages_range: call({
    start: START,
    end: END,
    sync: may(flag, true, 'synchronous; default true'),
    unevictable: may(flag, true, 'unevictable pages too; default true'),
    as: AS,
  }),
  putback_movable_pages: call({ pages: need(page, 'name of an isolated list', 'list') }),
  isolate_lru_page: call({ page: PAGE }),
  putback_lru_page: call({ page: PAGE }),
  migrate_pages: call({
    pages: may(oneOrMore(page, 4096), [], 'PFNs or names', 'page', 'pfn', 'pfns'),
    start: maybe(pfn, 'first PFN of a range instead', 'start_pfn'),
    end: maybe(pfn, 'PFN behind the last', 'end_pfn'),
    mode: may(numbered(MODES, 2), 2, 'ASYNC, SYNC_LIGHT or SYNC; default SYNC'),
    reason: may(numbered(REASONS, 6), 6, 'default cma'),
  }),
  lru_add_drain: call({}),
  lru_add_drain_all: call({}),
  drain_all_pages: call({}),
  refresh_cpu_vm_stats: call({}),
  zone_watermark_ok: call({
    zone,
    order: may(order, 0, 'order; default 0'),
    mark: need(mark, 'a number of pages, or MIN, LOW or HIGH of the zone'),
    classzone_idx: may(whole(0, 4), 0, 'index of the preferred zone; default 0', 'classzone'),
    alloc_flags: may(allocFlags, 0, 'ALLOC_* flags by number or name; default 0', 'flags'),
    NF: maybe(whole(-(2 ** 30), 2 ** 30), 'free pages instead of the zone\u2019s own'),
    NC: maybe(whole(0, 2 ** 30), 'free CMA pages instead of the zone\u2019s own'),
    nr_free: maybe(listOf(count, 31), 'blocks by order instead of the zone\u2019s own'),
  }),
  setup_zone_migrate_reserve: call({
    zone,
    min: maybe(whole(0, 2 ** 30), 'new WMARK_MIN of the zone, in pages', 'wmark_min'),
  }),
  sysctl: callMade(
    {
      name: may(text(64), 'min_free_kbytes', 'sysctl name'),
      value: need(oneOrMore(whole(0, 2 ** 30), 8), 'value, or a list of them', 'values', 'kbytes'),
    },
    ({ name, value }) => ({ name, values: value }),
  ),
  gfp: call({ gfp: need(gfp, 'gfp mask', 'mask', 'value') }),
  bitmap_find_next_zero_area: call({
    size: need(whole(1, 2 ** 20), 'bits of the bitmap'),
    set: may(listOf(whole(0, 2 ** 20), 2 ** 16), [], 'bits that are set', 'bits'),
    start: may(whole(0, 2 ** 20), 0, 'first bit to look at', 'from'),
    nr: need(whole(0, 2 ** 20), 'number of clear bits wanted', 'n', 'count'),
    mask: may(whole(0, 2 ** 20), 0, 'alignment mask', 'align_mask'),
  }),
  fail_next_allocs: call({ n: may(whole(0, 2 ** 20), 1, 'how many fail', 'count', 'times') }),
  compact_memory: call({}),
  offline_pages: callMade(RANGE, withEnd),
  online_pages: callMade(
    {
      ...RANGE,
      type: may(
        oneOf(
          new Map([
            ['online', 'online'],
            ['online_kernel', 'online_kernel'],
            ['online_movable', 'online_movable'],
          ] as const),
        ),
        'online',
        'online (default), online_kernel or online_movable',
        'online_type',
      ),
    },
    withEnd,
  ),
  kill: call({
    mm: maybe(nameOrNumber, 'process; default: the task of kernel calls', 'process', 'task'),
    signal: may(
      oneOf(
        new Map([
          ['SIGKILL', 'SIGKILL'],
          ['SIGINT', 'other'],
          ['SIGTERM', 'other'],
          ['SIGUSR1', 'other'],
        ] as const),
      ),
      'SIGKILL',
      'SIGKILL (default), SIGINT, SIGTERM or SIGUSR1',
      'sig',
    ),
  }),
  get_page: call({
    page: PAGE,
    n: may(whole(1, 1024), 1, 'references to take', 'count'),
    as: AS,
  }),
  lock_page: call({ page: PAGE }),
  unlock_page: call({ page: PAGE }),
  add_to_swap: call({ page: PAGE }),
  create_file: call({
    name: need(nameOrNumber, 'file name', 'as', 'file'),
    pages: need(whole(0, 2 ** 20), 'size of the file in pages', 'size'),
    shmem: may(flag, false, 'a tmpfs file', 'swapBacked', 'tmpfs'),
    buffers: may(flag, false, 'pages carry buffer heads'),
    migratepage: may(
      oneOf(
        new Map([
          ['migrate_page', 'migrate_page'],
          ['buffer_migrate_page', 'buffer_migrate_page'],
          ['fail_migrate_page', 'fail_migrate_page'],
          ['none', null],
        ] as const),
      ),
      'migrate_page',
      'migratepage callback; default migrate_page',
    ),
    writepage: may(
      oneOf(
        new Map([
          ['written', 'written'],
          ['fails', 'fails'],
          ['none', 'none'],
        ] as const),
      ),
      'written',
      'what writepage does; default written',
    ),
  }),
  truncate: call({
    file: need(nameOrNumber, 'file name', 'name'),
    pages: may(whole(0, 2 ** 20), 0, 'new size in pages', 'size'),
  }),
  dump: call({ what: need(DUMP_WORDS, 'what to dump'), zone }),
  check: call({ quiescent: may(flag, true, 'free counters are checked too') }),
  ...MEMORY_CALLS,
  ...DEVICE_CALLS,
}

/** Other names of calls, with members they set. */
export const CALL_ALIASES: Readonly<Record<string, readonly [CallName, Readonly<object>?]>> = {
  alloc_page: ['alloc_pages'],
  __alloc_pages: ['alloc_pages'],
  get_free_pages: ['alloc_pages'],
  __get_free_pages: ['alloc_pages'],
  free_page: ['free_pages'],
  __free_page: ['free_pages'],
  __free_pages: ['free_pages'],
  isolate: ['start_isolate_page_range'],
  isolate_page_range: ['start_isolate_page_range'],
  undo: ['undo_isolate_page_range'],
  undo_isolate: ['undo_isolate_page_range'],
  unisolate: ['undo_isolate_page_range'],
  dma_alloc: ['dma_alloc_from_contiguous'],
  cma_alloc: ['dma_alloc_from_contiguous'],
  dma_release: ['dma_release_from_contiguous'],
  cma_release: ['dma_release_from_contiguous'],
  drain_pages: ['drain_all_pages'],
  fold_vm_stats: ['refresh_cpu_vm_stats'],
  min_free_kbytes: ['sysctl', { name: 'min_free_kbytes' }],
  lowmem_reserve_ratio: ['sysctl', { name: 'lowmem_reserve_ratio' }],
  percpu_pagelist_fraction: ['sysctl', { name: 'percpu_pagelist_fraction' }],
  read: ['touch', { write: false }],
  write: ['touch', { write: true }],
  madvise: ['madvise_dontneed'],
  dontneed: ['madvise_dontneed'],
  pin: ['get_user_pages'],
  __get_user_pages: ['get_user_pages'],
  gup: ['get_user_pages'],
  put_page: ['put_pages'],
  put_user_pages: ['put_pages'],
  unpin: ['put_pages'],
  vb2_open: ['vb2_queue_init'],
  vb2_init: ['vb2_queue_init'],
  vb2_release: ['vb2_queue_release'],
  vb2_close: ['vb2_queue_release'],
  vb2_done: ['vb2_buffer_done'],
  vb2_read: ['vb2_init_fileio', { direction: 'capture' }],
  vb2_write: ['vb2_init_fileio', { direction: 'output' }],
  vb2_dc_get_userptr: ['vb2_get_userptr', { allocator: 'dma-contig' }],
  vb2_dma_sg_get_userptr: ['vb2_get_userptr', { allocator: 'dma-sg' }],
  vb2_vmalloc_get_userptr: ['vb2_get_userptr', { allocator: 'vmalloc' }],
  vb2_dc_put_userptr: ['vb2_put_userptr'],
  vb2_dma_sg_put_userptr: ['vb2_put_userptr'],
  vb2_vmalloc_put_userptr: ['vb2_put_userptr'],
  direct_IO: ['direct_io'],
  dio_read: ['direct_io', { rw: 'read' }],
  dio_write: ['direct_io', { rw: 'write' }],
  ibv_reg_mr: ['ib_umem_get'],
  ibv_dereg_mr: ['ib_umem_release'],
  offline: ['offline_pages'],
  online: ['online_pages'],
  send_sigkill: ['kill'],
  signal: ['kill'],
  sigkill: ['kill'],
  gfp_text: ['gfp'],
  bitmap_search: ['bitmap_find_next_zero_area'],
  watermark_ok: ['zone_watermark_ok'],
}
