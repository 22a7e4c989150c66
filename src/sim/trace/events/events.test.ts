// Every trace point of v3.9 that the specification lists, with the kernel's name, subsystem and payload
// (allocator 12.2).
import { describe, expect, it } from 'vitest'
import { GFP_HIGHUSER_MOVABLE, GFP_KERNEL } from '../../include/linux/gfp'
import {
  MIGRATE_ASYNC,
  MIGRATE_SYNC,
  MIGRATE_SYNC_LIGHT,
  MR_CMA,
} from '../../include/linux/migrate'
import { migrate_pages } from '../../mm/migrate'
import { alloc_migrate_target } from '../../mm/page_isolation'
import { Lab } from '../../mm/test/lab'
import { EVENT_TYPES, eventType } from '../catalogue'
import {
  EV_mm_compaction_isolate_freepages,
  EV_mm_compaction_isolate_migratepages,
  EV_mm_compaction_migratepages,
} from './compaction'
import {
  EV_mm_page_alloc,
  EV_mm_page_alloc_extfrag,
  EV_mm_page_alloc_zone_locked,
  EV_mm_page_free,
  EV_mm_page_free_batched,
  EV_mm_page_pcpu_drain,
  packExtfrag,
} from './kmem'
import { EV_mm_migrate_pages } from './migrate'
import {
  EV_mm_vmscan_direct_reclaim_begin,
  EV_mm_vmscan_direct_reclaim_end,
  EV_mm_vmscan_kswapd_sleep,
  EV_mm_vmscan_kswapd_wake,
  EV_mm_vmscan_lru_isolate,
  EV_mm_vmscan_wakeup_kswapd,
  packLruIsolate,
} from './vmscan'

interface Row {
  readonly id: number
  readonly event: string
  readonly args: readonly [number, number?, number?, number?]
  readonly payload: string
}

const HIGHUSER = GFP_HIGHUSER_MOVABLE

const ROWS: readonly Row[] = [
  {
    id: EV_mm_page_alloc,
    event: 'kmem:mm_page_alloc',
    args: [456704, 2, 2, HIGHUSER],
    payload: 'page=P pfn=456704 order=2 migratetype=2 gfp_flags=GFP_HIGHUSER_MOVABLE',
  },
  {
    id: EV_mm_page_free,
    event: 'kmem:mm_page_free',
    args: [7, 3],
    payload: 'page=P pfn=7 order=3',
  },
  {
    id: EV_mm_page_free_batched,
    event: 'kmem:mm_page_free_batched',
    args: [7, 1],
    payload: 'page=P pfn=7 order=0 cold=1',
  },
  {
    id: EV_mm_page_alloc_zone_locked,
    event: 'kmem:mm_page_alloc_zone_locked',
    args: [7, 1, 4],
    payload: 'page=P pfn=7 order=1 migratetype=4 percpu_refill=0',
  },
  {
    id: EV_mm_page_pcpu_drain,
    event: 'kmem:mm_page_pcpu_drain',
    args: [7, 0, 2],
    payload: 'page=P pfn=7 order=0 migratetype=2',
  },
  {
    id: EV_mm_page_alloc_extfrag,
    event: 'kmem:mm_page_alloc_extfrag',
    args: [7, 1, packExtfrag(9, 10, 0, 2)],
    payload:
      'page=P pfn=7 alloc_order=1 fallback_order=9 pageblock_order=10 alloc_migratetype=0 fallback_migratetype=2 fragmenting=1 change_ownership=0',
  },
  {
    id: EV_mm_compaction_isolate_migratepages,
    event: 'compaction:mm_compaction_isolate_migratepages',
    args: [512, 32],
    payload: 'nr_scanned=512 nr_taken=32',
  },
  {
    id: EV_mm_compaction_isolate_freepages,
    event: 'compaction:mm_compaction_isolate_freepages',
    args: [64, 60],
    payload: 'nr_scanned=64 nr_taken=60',
  },
  {
    id: EV_mm_compaction_migratepages,
    event: 'compaction:mm_compaction_migratepages',
    args: [30, 2],
    payload: 'nr_migrated=30 nr_failed=2',
  },
  {
    id: EV_mm_migrate_pages,
    event: 'migrate:mm_migrate_pages',
    args: [32, 1, MIGRATE_SYNC, MR_CMA],
    payload: 'nr_succeeded=32 nr_failed=1 mode=MIGRATE_SYNC reason=cma',
  },
  {
    id: EV_mm_vmscan_wakeup_kswapd,
    event: 'vmscan:mm_vmscan_wakeup_kswapd',
    args: [0, 1, 3],
    payload: 'nid=0 zid=1 order=3',
  },
  {
    id: EV_mm_vmscan_kswapd_wake,
    event: 'vmscan:mm_vmscan_kswapd_wake',
    args: [0, 3],
    payload: 'nid=0 order=3',
  },
  {
    id: EV_mm_vmscan_kswapd_sleep,
    event: 'vmscan:mm_vmscan_kswapd_sleep',
    args: [0],
    payload: 'nid=0',
  },
  {
    id: EV_mm_vmscan_direct_reclaim_begin,
    event: 'vmscan:mm_vmscan_direct_reclaim_begin',
    args: [2, 1, GFP_KERNEL],
    payload: 'order=2 may_writepage=1 gfp_flags=GFP_KERNEL',
  },
  {
    id: EV_mm_vmscan_direct_reclaim_end,
    event: 'vmscan:mm_vmscan_direct_reclaim_end',
    args: [33],
    payload: 'nr_reclaimed=33',
  },
  {
    id: EV_mm_vmscan_lru_isolate,
    event: 'vmscan:mm_vmscan_lru_isolate',
    args: [packLruIsolate(4, 9, 1), 32, 40, 31],
    payload: 'isolate_mode=4 order=9 nr_requested=32 nr_scanned=40 nr_taken=31 file=1',
  },
]

function payload(id: number, [a, b = 0, c = 0, d = 0]: Row['args']): string {
  return eventType(id).text(a, b, c, d)
}

describe('the trace points of v3.9 (12.2)', () => {
  it.each(ROWS)('$event', ({ id, event, args, payload: expected }) => {
    const type = eventType(id)
    expect(`${type.system}:${type.name}`).toBe(event)
    expect(payload(id, args).replace(/page=[0-9a-f]{8}/, 'page=P')).toBe(expected)
    const [a, b = 0, c = 0, d = 0] = args
    const printed = expected.split(' ').map((word) => word.split('=')[0])
    const fields = Object.keys(type.fields(a, b, c, d))
    expect(fields).toEqual(printed.filter((name) => name !== 'page'))
  })

  it('are all there is; the rest is ours and says so with sim_ (12.2.2, 12.2.3)', () => {
    const kernel = [...EVENT_TYPES.values()].filter((type) => !type.name.startsWith('sim_'))
    expect(kernel.map((type) => `${type.system}:${type.name}`).toSorted()).toEqual(
      ROWS.map((row) => row.event).toSorted(),
    )
    for (const type of EVENT_TYPES.values()) {
      expect(type.system === 'sim').toBe(type.name.startsWith('sim_'))
    }
  })

  it('call order 0 a refill, and equal types no change of owner (12.2)', () => {
    expect(payload(EV_mm_page_alloc_zone_locked, [7, 0, 2])).toContain(' percpu_refill=1')
    expect(payload(EV_mm_page_alloc_extfrag, [7, 1, packExtfrag(10, 10, 2, 2)])).toMatch(
      / fragmenting=0 change_ownership=1$/,
    )
  })
})

describe('migrate:mm_migrate_pages (12.2.1)', () => {
  it('exists at v3.9 with two counts, mode and reason, and without THP fields', () => {
    const type = eventType(EV_mm_migrate_pages)
    expect(Object.keys(type.fields(0, 0, 0, 0))).toEqual([
      'nr_succeeded',
      'nr_failed',
      'mode',
      'reason',
    ])
    expect([...EVENT_TYPES.values()].filter((t) => t.system === 'migrate')).toEqual([type])
  })

  it.each([
    [MIGRATE_ASYNC, 'MIGRATE_ASYNC'],
    [MIGRATE_SYNC_LIGHT, 'MIGRATE_SYNC_LIGHT'],
    [MIGRATE_SYNC, 'MIGRATE_SYNC'],
  ])('names mode %i', (mode, name) => {
    expect(payload(EV_mm_migrate_pages, [0, 0, mode, 0])).toContain(` mode=${name} `)
  })

  it('names every reason but NUMA_MISPLACED', () => {
    const lines = [0, 1, 2, 3, 4, 5, 6].map((reason) =>
      payload(EV_mm_migrate_pages, [0, 0, 0, reason]),
    )
    expect(lines.map((line) => line.replace(/.* reason=/, ''))).toEqual([
      'compaction',
      'memory_failure',
      'memory_hotplug',
      'syscall_or_cpuset',
      'mempolicy_mbind',
      '0x5',
      'cma',
    ])
  })

  it('fires on every call, also for an empty list (10.6.4)', () => {
    const lab = new Lab()
    expect(lab.run(migrate_pages(lab.m, [], alloc_migrate_target, MIGRATE_SYNC, MR_CMA))).toBe(0)
    expect(lab.eventsNamed('mm_migrate_pages')).toEqual([
      { nr_succeeded: 0, nr_failed: 0, mode: 'MIGRATE_SYNC', reason: 'cma' },
    ])
  })
})
