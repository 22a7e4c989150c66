// When kswapd is woken, what it does until it is content, and that it goes back to sleep (allocator 5.8).
import { describe, expect, it } from 'vitest'
import { GFP_KERNEL } from '../include/linux/gfp'
import { MIGRATE_CMA, NR_FREE_PAGES } from '../include/linux/mmzone'
import { freeCounts, type ToyOptions } from '../machine/builders'
import { REF_TMP } from '../machine/kinds'
import { ref_drop, ref_get } from '../machine/ledger'
import type { Zone } from '../machine/machine'
import { vmEvent } from '../machine/vm_events'
import { createAddressSpace, read_cache_page } from './filemap'
import { alloc_pages } from './page_alloc'
import { start_isolate_page_range, undo_isolate_page_range } from './page_isolation'
import { runKswapdInPlace, wakeup_kswapd } from './vmscan_kswapd'
import { exactZoneState } from './vmstat'
import { Lab } from './test/lab'

/** 128 frames, all free and none in CMA. */
const PLAIN: ToyOptions = { pages: 128, only: null, blocks: '', cma: null }

function plainLab(watermarks: readonly [number, number, number], toy: ToyOptions = {}): Lab {
  return new Lab({ toy: { ...PLAIN, watermarks, ...toy } })
}

function zoneOf(lab: Lab, idx = 0): Zone {
  return lab.m.zones[idx] as Zone
}

function free(lab: Lab, idx = 0): number {
  return exactZoneState(zoneOf(lab, idx), NR_FREE_PAGES)
}

/** Fills the machine with clean file pages until `left` are free in zone 0, without waking kswapd; oldest first. */
function fillWithFile(lab: Lab, left: number): number[] {
  const marks = lab.m.zones.map((zone) => [...zone.watermark])
  for (const zone of lab.m.zones) zone.watermark.fill(0)
  const mapping = createAddressSpace(lab.m, 'f', 1 << 20)
  const pages: number[] = []
  while (free(lab) > left) pages.push(lab.run(read_cache_page(lab.m, mapping, pages.length)))
  lab.flush()
  lab.m.zones.forEach((zone, i) => zone.watermark.set(marks[i] as number[]))
  lab.events.length = 0
  return pages
}

function names(lab: Lab): string[] {
  const wanted = /^mm_vmscan_(wakeup_)?kswapd/
  return lab.events.map((e) => e.name).filter((name) => wanted.test(name))
}

/** Sizes of the batches that reclaim asked the LRU lists for. */
function requested(lab: Lab): number[] {
  return lab.eventsNamed('mm_vmscan_lru_isolate').map((e) => Number(e.nr_requested))
}

function wake(lab: Lab, idx = 0, order = 0): void {
  wakeup_kswapd(lab.m, zoneOf(lab, idx), order, idx)
}

describe('waking kswapd (5.8.1)', () => {
  it('does nothing while the zone passes the LOW mark, and wakes it one page below', () => {
    const lab = plainLab([8, 12, 16])
    fillWithFile(lab, 13)
    wake(lab)
    expect([lab.m.kswapd.awake, names(lab)]).toEqual([false, []])
    expect(alloc_pages(lab.m, GFP_KERNEL, 0)).toBeGreaterThanOrEqual(0)
    expect(free(lab)).toBe(12)
    wake(lab)
    expect(lab.m.kswapd.awake).toBe(true)
    expect(lab.eventsNamed('mm_vmscan_wakeup_kswapd')).toEqual([{ nid: 0, zid: 0, order: 0 }])
  })

  it('does nothing unless kswapd sleeps', () => {
    const lab = plainLab([8, 12, 16])
    fillWithFile(lab, 12)
    wake(lab)
    wake(lab)
    expect(names(lab)).toEqual(['mm_vmscan_wakeup_kswapd'])
    lab.run(runKswapdInPlace(lab.m))
    fillWithFile(lab, 12)
    wake(lab)
    expect(names(lab)).toEqual(['mm_vmscan_wakeup_kswapd'])
  })

  it('tests with class zone 0, so what lowmem keeps from higher requests does not count', () => {
    const lab = plainLab([8, 12, 16], { movableFrom: 96 })
    const normal = zoneOf(lab)
    expect([...normal.lowmem_reserve]).toEqual([0, 1])
    normal.lowmem_reserve[1] = 96
    wakeup_kswapd(lab.m, normal, 0, 1)
    expect(lab.m.kswapd.awake).toBe(false)
  })

  it('tests with flags 0, so free CMA pages do not count', () => {
    const options: ToyOptions = { watermarks: [8, 12, 16], high: 0 }
    const lab = new Lab({ cma: 64, singles: 12, toy: options })
    expect(freeCounts(lab.m)).toEqual([76, 64])
    wake(lab)
    expect(lab.m.kswapd.awake).toBe(true)
  })

  it('tests with the order of the request', () => {
    const lab = new Lab({ singles: 31, cma: 32, toy: { watermarks: [8, 12, 16] } })
    wake(lab)
    expect(lab.m.kswapd.awake).toBe(false)
    wake(lab, 0, 1)
    expect(lab.eventsNamed('mm_vmscan_wakeup_kswapd')).toEqual([{ nid: 0, zid: 0, order: 1 }])
  })

  it('leaves a zone without pages alone', () => {
    const lab = plainLab([8, 12, 16])
    fillWithFile(lab, 8)
    wakeup_kswapd(lab.m, { ...zoneOf(lab), present_pages: 0 }, 0, 0)
    expect(lab.m.kswapd.awake).toBe(false)
  })
})

describe('kswapd (5.8.2)', () => {
  it('frees the oldest pages until the zone passes HIGH, then sleeps', () => {
    const lab = plainLab([8, 12, 16])
    const pages = fillWithFile(lab, 12)
    wake(lab)
    expect(lab.run(runKswapdInPlace(lab.m))).toBe(true)
    expect(names(lab)).toEqual([
      'mm_vmscan_wakeup_kswapd',
      'mm_vmscan_kswapd_wake',
      'mm_vmscan_kswapd_sleep',
    ])
    expect(lab.eventsNamed('mm_vmscan_kswapd_wake')).toEqual([{ nid: 0, order: 0 }])
    expect(lab.eventsNamed('mm_vmscan_kswapd_sleep')).toEqual([{ nid: 0 }])
    expect(lab.m.kswapd.awake).toBe(false)
    // 115 inactive pages: nothing to scan down to priority 7, then 115 >> 6, 114 >> 5, 111 >> 4.
    expect(pages).toHaveLength(115)
    expect(requested(lab)).toEqual([1, 3, 6])
    expect(lab.eventsNamed('sim_reclaim_page').map((e) => e.pfn)).toEqual(pages.slice(0, 10))
    expect(free(lab)).toBe(12 + 10)
    expect(vmEvent(lab.m, 'pageoutrun')).toBe(1)
    expect(vmEvent(lab.m, 'allocstall')).toBe(0)
    lab.expectSound()
  })

  it('stops on the first page above HIGH, not at it', () => {
    const at = plainLab([8, 12, 16])
    fillWithFile(at, 16)
    at.m.kswapd.awake = true
    at.run(runKswapdInPlace(at.m))
    expect(requested(at)).toEqual([1])
    expect(free(at)).toBe(17)
    const above = plainLab([8, 12, 16])
    fillWithFile(above, 17)
    above.m.kswapd.awake = true
    above.run(runKswapdInPlace(above.m))
    expect(requested(above)).toEqual([])
  })

  it('goes on to priority 0, where even a single page is scanned', () => {
    const lab = plainLab([8, 12, 100], { only: 'o0 M:[0,2,4]' })
    const [page = -1] = fillWithFile(lab, free(lab) - 1)
    wake(lab)
    lab.run(runKswapdInPlace(lab.m))
    expect(requested(lab)[0]).toBe(1)
    expect(lab.m.mem.count[page]).toBe(0)
    expect(lab.m.kswapd.awake).toBe(false)
  })

  it('takes 32 pages at a time', () => {
    const lab = plainLab([8, 12, 16])
    const pages = fillWithFile(lab, 12)
    for (const page of pages) ref_get(lab.m, page, REF_TMP)
    wake(lab)
    lab.run(runKswapdInPlace(lab.m))
    // None can be freed, so the last priorities ask for more than a batch: 115 is 32 three times and 19.
    expect(requested(lab).slice(-4)).toEqual([32, 32, 32, 19])
    expect(Math.max(...requested(lab))).toBe(32)
    expect(free(lab)).toBe(12)
    for (const page of pages) ref_drop(lab.m, page, REF_TMP)
    lab.expectSound()
  })

  it('does not count free CMA pages as free', () => {
    const lab = new Lab({ cma: 64, singles: 31, toy: { watermarks: [2, 4, 24] } })
    const unmovable = { gfp_mask: GFP_KERNEL }
    const mapping = createAddressSpace(lab.m, 'f', 20, unmovable)
    for (let i = 0; i < 20; i++) lab.run(read_cache_page(lab.m, mapping, i))
    lab.flush()
    expect(freeCounts(lab.m)).toEqual([75, 64])
    lab.m.kswapd.awake = true
    lab.run(runKswapdInPlace(lab.m))
    const [nf, nc] = freeCounts(lab.m)
    expect([nc, nf - nc > 24, nf - nc <= 31]).toEqual([64, true, true])
    lab.expectSound()
  })

  it('is not provoked by an isolation of CMA pages, which takes as many from NF as from NC', () => {
    const lab = new Lab({ cma: 64, singles: 31, toy: { watermarks: [8, 12, 16] } })
    const before = freeCounts(lab.m)
    expect(start_isolate_page_range(lab.m, 64, 128, MIGRATE_CMA)).toBe(0)
    const during = freeCounts(lab.m)
    expect([before[0] - during[0], before[1] - during[1]]).toEqual([64, 64])
    wake(lab)
    expect(lab.m.kswapd.awake).toBe(false)
    undo_isolate_page_range(lab.m, 64, 128, MIGRATE_CMA)
    expect(freeCounts(lab.m)).toEqual(before)
  })

  it('balances the zones up to the class zone and no others', () => {
    for (const classzone of [0, 1]) {
      const lab = plainLab([4, 6, 8], { movableFrom: 96 })
      fillWithFile(lab, 6)
      const before = [free(lab, 0), free(lab, 1)]
      expect(before.every((n) => n <= 8)).toBe(true)
      wakeup_kswapd(lab.m, zoneOf(lab, classzone), 0, classzone)
      lab.run(runKswapdInPlace(lab.m))
      expect(free(lab, 0)).toBeGreaterThan(8)
      if (classzone === 0) expect(free(lab, 1)).toBe(before[1])
      else expect(free(lab, 1)).toBeGreaterThan(8)
    }
  })

  it('forgets the skip hints of a compaction that ran to its end before it sleeps (1.8.2)', () => {
    for (const flush of [false, true]) {
      const lab = plainLab([8, 12, 16])
      fillWithFile(lab, 12)
      lab.m.pageblock_skip.fill(1)
      zoneOf(lab).compact.blockskip_flush = flush
      wake(lab)
      lab.run(runKswapdInPlace(lab.m))
      expect([...lab.m.pageblock_skip]).toEqual(flush ? [0, 0, 0, 0] : [1, 1, 1, 1])
      expect(zoneOf(lab).compact.blockskip_flush).toBe(false)
    }
  })

  it('sleeps again when nothing can be freed', () => {
    const lab = plainLab([8, 12, 16], { only: 'o0 M:[0,2,4]' })
    wake(lab)
    expect(lab.run(runKswapdInPlace(lab.m))).toBe(true)
    expect(lab.m.kswapd.awake).toBe(false)
    expect(free(lab)).toBe(3)
  })
})
