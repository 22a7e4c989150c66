import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { GFP_KERNEL } from '../include/linux/gfp'
import { NR_INACTIVE_FILE } from '../include/linux/mmzone'
import type { Zone } from '../machine/machine'
import { vmEvent } from '../machine/vm_events'
import { createAddressSpace, read_cache_page } from './filemap'
import { drain_all_pages } from './page_alloc'
import { sys_mlock } from './mlock_range'
import { try_to_free_pages } from './vmscan_direct'
import { exactZoneState } from './vmstat'
import { Lab } from './test/lab'
import { toySpec } from '../machine/builders'

function readFile(lab: Lab, pages: number): number[] {
  const mapping = createAddressSpace(lab.m, 'f', pages)
  const found = Array.from({ length: pages }, (_, i) => lab.run(read_cache_page(lab.m, mapping, i)))
  lab.flush()
  return found
}

function zoneOf(lab: Lab): Zone {
  return lab.m.zones[0] as Zone
}

describe('direct reclaim', () => {
  test('5.6 step 9: frees 32 clean cache pages from the tail of the inactive list, oldest first', () => {
    const lab = new Lab({ cma: 64 })
    const pages = readFile(lab, 40)
    expect(exactZoneState(zoneOf(lab), NR_INACTIVE_FILE)).toBe(40)
    lab.events.length = 0
    expect(lab.run(try_to_free_pages(lab.m, 0, 0, GFP_KERNEL))).toBeGreaterThanOrEqual(32)
    const freed = lab.eventsNamed('sim_reclaim_page').map((e) => e.pfn)
    expect(freed.slice(0, 32)).toEqual(pages.slice(0, 32))
    expect(lab.eventsNamed('mm_vmscan_direct_reclaim_begin')).toEqual([
      { order: 0, may_writepage: 1, gfp_flags: 'GFP_KERNEL' },
    ])
    expect(vmEvent(lab.m, 'allocstall')).toBe(1)
    lab.expectSound()
  })

  test('S-06: without swap anonymous pages are not even scanned', () => {
    const lab = new Lab()
    const vpn = lab.map(4)
    for (let i = 0; i < 4; i++) lab.write(vpn + i)
    lab.flush()
    lab.events.length = 0
    expect(lab.run(try_to_free_pages(lab.m, 0, 0, GFP_KERNEL))).toBe(0)
    expect(lab.eventsNamed('mm_vmscan_lru_isolate')).toEqual([])
    lab.expectSound()
  })

  test('DEF-3, IP-2: pages are off the LRU while reclaim holds them, and others run meanwhile', () => {
    const lab = new Lab({ cma: 64 })
    const [page = -1] = readFile(lab, 8)
    const paused = lab.runTo(try_to_free_pages(lab.m, 0, 0, GFP_KERNEL), 2)
    expect(lab.refs(page)).toBe('2 = iso1 + cache1')
    expect(lab.flags(page)).not.toContain('lru')
    lab.finish(paused)
    lab.expectSound()
  })

  test('reclaim never frees a pinned, locked or mlocked page, and counts stay true', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('pin', 'mlock', 'none'), { minLength: 8, maxLength: 8 }),
        (kinds) => {
          const spec = { ...toySpec(), swapPages: 64 }
          const lab = new Lab({ cma: 64, toy: {} })
          Object.assign(lab.m.spec, { swapPages: spec.swapPages })
          const vpn = lab.map(8)
          for (let i = 0; i < 8; i++) lab.write(vpn + i)
          const kept = kinds.map((kind, i) => {
            const page = lab.pageAt(vpn + i)
            if (kind === 'pin') return { page, pin: lab.pin(vpn + i) }
            if (kind === 'mlock') lab.run(sys_mlock(lab.m, lab.mm, vpn + i, 1))
            return { page, pin: null }
          })
          lab.flush()
          for (let round = 0; round < 6; round++)
            lab.run(try_to_free_pages(lab.m, 0, 0, GFP_KERNEL))
          kept.forEach(({ page, pin }, i) => {
            if (kinds[i] !== 'none') expect(lab.m.mem.count[page]).toBeGreaterThan(0)
            if (pin !== null) lab.unpin(pin)
          })
          lab.flush()
          drain_all_pages(lab.m)
          lab.expectSound()
        },
      ),
      { numRuns: 25 },
    )
  })
})
