import { describe, expect, it } from 'vitest'
import {
  find_memory_block,
  memoryBlockOf,
  show_mem_removable,
  store_mem_state,
} from '../drivers/base/memory'
import { EAGAIN, EBUSY, EINTR, EINVAL, ENOMEM } from '../include/linux/errno'
import { GFP_HIGHUSER_MOVABLE, GFP_KERNEL } from '../include/linux/gfp'
import { MIGRATE_MOVABLE, MIGRATE_UNMOVABLE, NR_FREE_PAGES } from '../include/linux/mmzone'
import { PG_hwpoison, PG_reserved } from '../include/linux/page-flags'
import { bootMachine } from '../machine/boot'
import { recordEvents } from '../machine/builders'
import { newHolder, pin_get } from '../machine/ledger'
import { currentTask, page_zone, type Machine } from '../machine/machine'
import { presetMachine } from '../machine/presets'
import { runToEnd } from '../machine/proc'
import type { Page, Pfn } from '../machine/types'
import { createKernel } from '../patches/series'
import { offline_pages, __offline_pages } from './memory_hotplug'
import { online_pages } from './memory_online'
import { alloc_pages, __free_pages } from './page_alloc'
import { putUserPage } from './swap'
import { MOVABLE, OfflineLab, offlineSpec, SECTION } from './test/offline-lab'
import { exactZoneState } from './vmstat'

const SECOND = MOVABLE + SECTION

/** Types of the pageblocks of a section, as a set. */
function blockTypes(m: Machine, pfn: Pfn): Set<number> {
  const first = (pfn - m.startPfn) >> m.pageblockOrder
  return new Set(m.pageblock.slice(first, first + (SECTION >> m.pageblockOrder)))
}

function pin(m: Machine, page: Page): number {
  const holder = newHolder(m, 'io_setup', true).id
  pin_get(m, page, holder)
  return holder
}

/** The section the process's pages lie in. */
function sectionOf(pages: readonly Page[]): Pfn {
  return Math.floor((pages[0] as Page) / SECTION) * SECTION
}

describe('offline_pages', () => {
  it('empties a section of the Movable zone and takes it out of the allocator (11.2, INV-35)', () => {
    const lab = new OfflineLab()
    const { m } = lab
    const pages = lab.touch(10)
    lab.flush()
    const start = sectionOf(pages)
    expect(start).toBe(SECOND)
    const totalram = m.totalram_pages
    expect(lab.run(offline_pages(m, start, SECTION))).toBe(0)
    const movable = m.zones[1]
    expect([movable?.present_pages, movable?.managed_pages, movable?.spanned_pages]).toEqual([
      32, 32, 64,
    ])
    expect(m.totalram_pages).toBe(totalram - SECTION)
    for (let page = start; page < start + SECTION; page++) {
      expect([m.mem.count[page], m.mem.mapcount[page]]).toEqual([0, -1])
      expect((m.mem.flags[page] as number) & PG_reserved).toBe(PG_reserved)
    }
    expect(blockTypes(m, start)).toEqual(new Set([MIGRATE_MOVABLE]))
    expect(m.dmesg.map((line) => line.text)).toEqual(['Offlined Pages 32'])
    // Targets carry no HIGHMEM bit, so none is in the Movable zone (11.4.1).
    const homes = lab.framesNow(10).map((page) => page_zone(m, page).name)
    expect(new Set(homes)).toEqual(new Set(['DMA32']))
    expect(m.counters.migrated).toBe(10)
    expect(lab.violations()).toEqual([])
  })

  it('spins on a pinned page for 120 seconds and gives -EAGAIN (EX-47a, MIG-44, MIG-46)', () => {
    const lab = new OfflineLab()
    const { m } = lab
    const pages = lab.touch(1)
    lab.flush()
    pin(m, pages[0] as Page)
    const start = sectionOf(pages)
    const events = recordEvents(m)
    const since = m.now
    expect(lab.run(offline_pages(m, start, SECTION))).toBe(-EAGAIN)
    expect(m.now - since).toBeGreaterThanOrEqual(120e9)
    expect(m.now - since).toBeLessThan(121e9)
    // Every round says one page stayed, and none of them costs the budget of five.
    const rounds = events.filter((line) => line.startsWith('sim_offline_round'))
    expect(rounds.length).toBeGreaterThan(1000)
    expect(new Set(rounds.map((line) => line.replace(/ round=\d+/, '')))).toEqual(
      new Set([`sim_offline_round: pfn=0x${(pages[0] as Page).toString(16)} ret=1 retries=5`]),
    )
    const [first, last] = [start * 4096, (start + SECTION) * 4096 - 1]
    const hex = (n: number): string => `0x${n.toString(16).padStart(8, '0')}`
    expect(m.dmesg.at(-1)?.text).toBe(`memory offlining [mem ${hex(first)}-${hex(last)}] failed`)
    expect(blockTypes(m, start)).toEqual(new Set([MIGRATE_MOVABLE]))
    lab.flush()
    expect(m.mem.count[pages[0] as Page]).toBe(2)
    expect(lab.violations()).toEqual([])
  })

  it('succeeds once the pin is put, however late (11.4)', () => {
    const lab = new OfflineLab()
    const { m } = lab
    const pages = lab.touch(1)
    lab.flush()
    const holder = pin(m, pages[0] as Page)
    const proc = offline_pages(m, sectionOf(pages), SECTION)
    let slept = 0
    for (let step = proc.next(); ; step = proc.next()) {
      if (step.done === true) {
        expect(step.value).toBe(0)
        break
      }
      if (step.value.at !== 'sleep') continue
      m.now += step.value.ns
      if (step.value.ns > 0 && ++slept === 700) putUserPage(m, pages[0] as Page, holder)
    }
    expect(slept).toBe(700)
    expect(lab.violations()).toEqual([])
  })

  it('fails at once on a page in use that is on no LRU when no LRU page is left (EX-47b)', () => {
    const lab = new OfflineLab()
    const { m } = lab
    alloc_pages(m, GFP_HIGHUSER_MOVABLE, 0)
    const events = recordEvents(m)
    expect(lab.run(offline_pages(m, SECOND, SECTION))).toBe(-EBUSY)
    expect(events.filter((line) => line.startsWith('sim_offline_round'))).toEqual([])
    expect(m.dmesg.at(-1)?.text).toBe('memory offlining [mem 0x00080000-0x0009ffff] failed')
    expect(blockTypes(m, SECOND)).toEqual(new Set([MIGRATE_MOVABLE]))
    expect(lab.violations()).toEqual([])
  })

  it('gives -EBUSY five times over when the scan meets such a page, and moves nothing (EX-47c, MIG-45)', () => {
    const blocks = Array.from({ length: 20 }, (_, i) => (SECOND + 8 * i) % 160)
    const lab = new OfflineLab({ ...offlineSpec(), freeLists: { 3: { M: blocks } } })
    const { m } = lab
    const pages = lab.touch(10)
    lab.flush()
    const kernel = alloc_pages(m, GFP_HIGHUSER_MOVABLE, 0)
    const start = sectionOf(pages)
    expect([...pages, kernel].map((page) => page - start)).toEqual([...Array(11).keys()])
    const events = recordEvents(m)
    expect(lab.run(offline_pages(m, start, SECTION))).toBe(-EBUSY)
    const rounds = events.filter((line) => line.startsWith('sim_offline_round'))
    expect(rounds.map((line) => / ret=(-?\d+) .*retries=(\d)/.exec(line)?.slice(1))).toEqual([
      ['-16', '4'],
      ['-16', '3'],
      ['-16', '2'],
      ['-16', '1'],
      ['-16', '0'],
    ])
    expect(m.counters.migrated).toBe(0)
    lab.flush()
    expect(lab.violations()).toEqual([])
  })

  it('moves whole batches of 256 that lie before such a page (EX-47c)', () => {
    const made = presetMachine('x86_64-512m', { movablecore: 256 << 20, cpus: 1 })
    if (!made.ok) throw new Error(made.message)
    const lab = new OfflineLab(made.spec)
    const { m } = lab
    const pages = lab.touch(300)
    lab.flush()
    const kernel = alloc_pages(m, GFP_HIGHUSER_MOVABLE, 0)
    expect(pages.every((page) => page < kernel)).toBe(true)
    const start = Math.floor((pages[0] as Page) / 32768) * 32768
    const events = recordEvents(m)
    expect(lab.run(offline_pages(m, start, 32768))).toBe(-EBUSY)
    expect(m.counters.migrated).toBe(256)
    const rounds = events.filter((line) => line.startsWith('sim_offline_round'))
    expect(rounds.map((line) => / ret=(-?\d+) /.exec(line)?.[1])).toEqual([
      '0',
      ...new Array<string>(5).fill('-16'),
    ])
    lab.flush()
    expect(lab.violations()).toEqual([])
  })

  it('does not drain before it isolates: with every page in a pagevec it fails at the end (11.2 steps 3, 8)', () => {
    const lab = new OfflineLab()
    const pages = lab.touch(10)
    const events = recordEvents(lab.m)
    expect(lab.run(offline_pages(lab.m, sectionOf(pages), SECTION))).toBe(-EBUSY)
    expect(events.filter((line) => line.startsWith('sim_offline_round'))).toEqual([])
    // The failed call drained them onto the LRU; the next one moves them.
    expect(lab.run(offline_pages(lab.m, sectionOf(pages), SECTION))).toBe(0)
    expect(lab.violations()).toEqual([])
  })

  it('ends with -EINTR when any signal is pending, after the range was isolated (EX-47d)', () => {
    const lab = new OfflineLab()
    const { m } = lab
    currentTask(m).signal_pending = true
    expect(lab.run(offline_pages(m, SECOND, SECTION))).toBe(-EINTR)
    expect(m.dmesg.at(-1)?.text).toMatch(/^memory offlining .* failed$/)
    expect(blockTypes(m, SECOND)).toEqual(new Set([MIGRATE_MOVABLE]))
    expect(lab.violations()).toEqual([])
  })

  it('costs one of five tries when a page still waits in a pagevec (11.4)', () => {
    const lab = new OfflineLab()
    const { m } = lab
    const onLru = lab.touch(1)
    lab.flush()
    const waiting = lab.touch(1)
    expect((waiting[0] as Page) > (onLru[0] as Page)).toBe(true)
    const events = recordEvents(m)
    expect(lab.run(offline_pages(m, sectionOf(onLru), SECTION))).toBe(0)
    const rounds = events.filter((line) => line.startsWith('sim_offline_round'))
    expect(rounds.map((line) => / ret=(-?\d+) .*retries=(\d)/.exec(line)?.slice(1))).toEqual([
      ['-16', '4'],
      ['0', '4'],
    ])
    expect(lab.violations()).toEqual([])
  })

  it('gives -ENOMEM after five rounds without targets (11.4)', () => {
    const lab = new OfflineLab()
    const { m } = lab
    const pages = lab.touch(1)
    lab.flush()
    m.fault.failAllocs = Number.POSITIVE_INFINITY
    const events = recordEvents(m)
    expect(lab.run(offline_pages(m, sectionOf(pages), SECTION))).toBe(-ENOMEM)
    const rounds = events.filter((line) => line.startsWith('sim_offline_round'))
    expect(rounds).toHaveLength(5)
    expect(lab.violations()).toEqual([])
  })

  it('refuses a kernel page in an UNMOVABLE pageblock before anything else (11.4, MIG-43)', () => {
    const lab = new OfflineLab()
    const { m } = lab
    const page = alloc_pages(m, GFP_KERNEL, 0)
    const start = sectionOf([page])
    const before = m.pageblock.slice()
    expect(m.pageblock[page >> m.pageblockOrder]).toBe(MIGRATE_UNMOVABLE)
    expect(lab.run(offline_pages(m, start, SECTION))).toBe(-EBUSY)
    expect(m.dmesg).toEqual([])
    // Pageblocks isolated before the refusal come back as MOVABLE; all were.
    expect([...m.pageblock]).toEqual([...before])
    expect(lab.violations()).toEqual([])
  })

  it.each([
    { name: 'a bound inside a pageblock', start: SECOND + 4, pages: 24 },
    { name: 'a range over two zones', start: MOVABLE - SECTION, pages: 2 * SECTION },
    { name: 'a range without frames', start: 4096, pages: SECTION },
  ])('gives -EINVAL for $name (11.2 step 1)', ({ start, pages }) => {
    const lab = new OfflineLab()
    expect(lab.run(offline_pages(lab.m, start, pages))).toBe(-EINVAL)
    expect(lab.m.hotplug.lockOwner).toBe(-1)
  })

  it('keeps the last normal memory while a higher zone has any (11.2 step 2)', () => {
    const lab = new OfflineLab()
    expect(lab.run(offline_pages(lab.m, 0, MOVABLE))).toBe(-EINVAL)
  })

  it('obeys a notifier that vetoes, and tells it of the end (S-17)', () => {
    const lab = new OfflineLab()
    const { m } = lab
    m.hotplug.vetoes.set('MEM_GOING_OFFLINE', -EBUSY)
    const events = recordEvents(m)
    expect(lab.run(offline_pages(m, SECOND, SECTION))).toBe(-EBUSY)
    const told = events.filter((line) => line.startsWith('sim_memory_notify'))
    expect(told.map((line) => /action=(\d) ret=(-?\d+)/.exec(line)?.slice(1))).toEqual([
      ['0', '-16'],
      ['1', '0'],
    ])
    expect(lab.violations()).toEqual([])
  })

  it('lets drivers own pages in a pageblock, or refuse it (6.1.1)', () => {
    const lab = new OfflineLab()
    const { m } = lab
    const page = alloc_pages(m, GFP_KERNEL, 0)
    const block = (page >> m.pageblockOrder) << m.pageblockOrder
    // The zero page lies in the same pageblock.
    m.hotplug.ownedByDrivers.set(block, 2)
    // It may be isolated now, and is found to be in use at the end instead.
    expect(lab.run(offline_pages(m, sectionOf([page]), SECTION))).toBe(-EBUSY)
    expect(m.dmesg.at(-1)?.text).toMatch(/^memory offlining/)
    m.hotplug.ownedByDrivers.set(block, -EINVAL)
    m.dmesg.length = 0
    expect(lab.run(offline_pages(m, sectionOf([page]), SECTION))).toBe(-EBUSY)
    expect(m.dmesg).toEqual([])
  })

  it('passes a poisoned frame over (6.2.2, 6.6.2)', () => {
    const lab = new OfflineLab()
    const { m } = lab
    const page = alloc_pages(m, GFP_HIGHUSER_MOVABLE, 0)
    expect(lab.run(offline_pages(m, sectionOf([page]), SECTION))).toBe(-EBUSY)
    m.mem.flags[page] = PG_hwpoison
    expect(lab.run(offline_pages(m, sectionOf([page]), SECTION))).toBe(0)
    expect(m.mem.flags[page] & PG_reserved).toBe(PG_reserved)
  })

  it('waits for another hotplug operation (11.2 step 2)', () => {
    const lab = new OfflineLab()
    lab.m.hotplug.lockOwner = 0
    const step = offline_pages(lab.m, SECOND, SECTION).next()
    expect(step.value).toMatchObject({ at: 'wait', why: 'the memory hotplug lock' })
  })

  it('takes the time it is given (S-12)', () => {
    const lab = new OfflineLab()
    const { m } = lab
    const pages = lab.touch(1)
    lab.flush()
    pin(m, pages[0] as Page)
    const start = sectionOf(pages)
    const since = m.now
    expect(lab.run(__offline_pages(m, start, start + SECTION, 3e9))).toBe(-EAGAIN)
    expect(m.now - since).toBeLessThan(3.2e9)
  })
})

describe('an aio ring in the Movable zone (11.5)', () => {
  it('keeps its section from going offline until io_destroy; a stuck page shows count 2, mapcount 0', () => {
    const lab = new OfflineLab()
    const { m } = lab
    const ring = lab.touch(2)
    lab.flush()
    const holder = newHolder(m, 'io_setup', true).id
    for (const page of ring) pin_get(m, page, holder)
    const start = sectionOf(ring)
    const proc = __offline_pages(m, start, start + SECTION, 5e9)
    const seen = new Set<string>()
    let step = proc.next()
    for (; step.done !== true; step = proc.next()) {
      const page = ring[0] as Page
      seen.add(`count:${m.mem.count[page]} mapcount:${(m.mem.mapcount[page] as number) + 1}`)
      if (step.value.at === 'sleep') m.now += step.value.ns
    }
    expect(step.value).toBe(-EAGAIN)
    expect(seen.has('count:2 mapcount:0')).toBe(true)
    for (const page of ring) putUserPage(m, page, holder)
    lab.flush()
    expect(lab.run(offline_pages(m, start, SECTION))).toBe(0)
    expect(lab.violations()).toEqual([])
  })
})

describe('marks after an offline', () => {
  it('follow the zones that are left, min_free_kbytes a little smaller (5.1.3, 2.5.3)', () => {
    const made = presetMachine('x86_64-512m', { movablecore: 256 << 20 })
    if (!made.ok) throw new Error(made.message)
    const m = bootMachine(made.spec, createKernel({ patches: [], mode: 'strict' }))
    const kbytes = m.sysctl.min_free_kbytes
    const reserve = m.zones[1]?.lowmem_reserve[3] as number
    const free = exactZoneState(m.zones[3] as never, NR_FREE_PAGES)
    expect(runToEnd(m, offline_pages(m, 0x10000, 32768))).toBe(0)
    expect(m.zones[3]?.managed_pages).toBe(32768)
    expect(exactZoneState(m.zones[3] as never, NR_FREE_PAGES)).toBe(free - 32768)
    expect(m.sysctl.min_free_kbytes).toBeLessThan(kbytes)
    expect(m.zones[1]?.lowmem_reserve[3]).toBe(reserve / 2)
    expect(m.zones[3]?.pageset[0]).toMatchObject({ high: 42, batch: 7 })
  })
})

describe('online_pages', () => {
  it('gives the frames back to the allocator (11.1.1)', () => {
    const lab = new OfflineLab()
    const { m } = lab
    lab.run(offline_pages(m, SECOND, SECTION))
    const free = exactZoneState(m.zones[1] as never, NR_FREE_PAGES)
    expect(lab.run(online_pages(m, SECOND, SECTION))).toBe(0)
    expect(exactZoneState(m.zones[1] as never, NR_FREE_PAGES)).toBe(free + SECTION)
    expect([m.zones[1]?.present_pages, m.zones[1]?.managed_pages]).toEqual([64, 64])
    expect(m.totalram_pages).toBe(160)
    const page = alloc_pages(m, GFP_HIGHUSER_MOVABLE, 0)
    __free_pages(m, page, 0)
    expect(lab.violations()).toEqual([])
  })

  it('refuses frames that are not offline, and obeys a veto', () => {
    const lab = new OfflineLab()
    const { m } = lab
    expect(lab.run(online_pages(m, SECOND, SECTION))).toBe(-EINVAL)
    lab.run(offline_pages(m, SECOND, SECTION))
    m.hotplug.vetoes.set('MEM_GOING_ONLINE', -ENOMEM)
    expect(lab.run(online_pages(m, SECOND, SECTION))).toBe(-ENOMEM)
    m.hotplug.vetoes.clear()
    expect(lab.run(online_pages(m, SECOND, SECTION))).toBe(0)
  })

  it('moves the boundary of the zones with online_kernel and online_movable (11.1.1)', () => {
    const lab = new OfflineLab()
    const { m } = lab
    const spans = (): number[][] => m.zones.map((z) => [z.zone_start_pfn, z.spanned_pages])
    lab.run(offline_pages(m, MOVABLE, SECTION))
    expect(lab.run(online_pages(m, MOVABLE, SECTION, 'online_kernel'))).toBe(0)
    expect(spans()).toEqual([
      [0, 128],
      [128, 32],
    ])
    expect(page_zone(m, MOVABLE).name).toBe('DMA32')
    expect(lab.violations()).toEqual([])
    lab.run(offline_pages(m, MOVABLE, SECTION))
    expect(lab.run(online_pages(m, MOVABLE, SECTION, 'online_movable'))).toBe(0)
    expect(spans()).toEqual([
      [0, 96],
      [96, 64],
    ])
    expect(m.zones.map((z) => z.managed_pages)).toEqual([96, 64])
    expect(lab.violations()).toEqual([])
    // Not at the boundary: the zone would be torn.
    lab.run(offline_pages(m, SECOND, SECTION))
    expect(lab.run(online_pages(m, SECOND, SECTION, 'online_kernel'))).toBe(-EINVAL)
  })
})

describe('memory blocks', () => {
  it('go from online over going-offline to offline and back (11.1.1)', () => {
    const lab = new OfflineLab()
    const { m } = lab
    const block = find_memory_block(m, SECOND / SECTION)
    if (block === undefined) throw new Error('no such block')
    expect(memoryBlockOf(m, SECOND + 5)).toBe(block)
    const proc = store_mem_state(m, block, 'offline')
    proc.next()
    expect(block.state).toBe('going-offline')
    expect(lab.run(proc)).toBe(0)
    expect(block.state).toBe('offline')
    expect(lab.run(store_mem_state(m, block, 'offline'))).toBe(-EINVAL)
    expect(lab.run(store_mem_state(m, block, 'online'))).toBe(0)
    expect(block.state).toBe('online')
  })

  it('stay online when offline fails, and say whether they look removable (11.1.1)', () => {
    const lab = new OfflineLab()
    const { m } = lab
    const page = alloc_pages(m, GFP_KERNEL, 0)
    const block = memoryBlockOf(m, page)
    if (block === undefined) throw new Error('no such block')
    expect(m.hotplug.blocks.map((b) => show_mem_removable(m, b))).toEqual(
      m.hotplug.blocks.map((b) => (b === block ? 0 : 1)),
    )
    expect(lab.run(store_mem_state(m, block, 'offline'))).toBe(-EBUSY)
    expect(block.state).toBe('online')
  })
})
