// The slow path of a request: who wakes kswapd, what it may use, and who goes round again (allocator 5.6).
import { describe, expect, it } from 'vitest'
import {
  __GFP_FS,
  __GFP_HIGH,
  __GFP_MEMALLOC,
  __GFP_NO_KSWAPD,
  __GFP_NOFAIL,
  __GFP_NOMEMALLOC,
  __GFP_NORETRY,
  __GFP_NOWARN,
  __GFP_REPEAT,
  GFP_ATOMIC,
  GFP_HIGHUSER_MOVABLE,
  GFP_KERNEL,
  GFP_NOWAIT,
} from '../include/linux/gfp'
import {
  ALLOC_CMA,
  ALLOC_CPUSET,
  ALLOC_HARDER,
  ALLOC_HIGH,
  ALLOC_NO_WATERMARKS,
} from '../include/linux/mmzone'
import { recordEvents, toyMachine, type ToyOptions } from '../machine/builders'
import { INIT_LIST_HEAD } from '../machine/columns'
import { currentTask, type Zone } from '../machine/machine'
import { vmEvent } from '../machine/vm_events'
import { createAddressSpace, read_cache_page } from './filemap'
import { alloc_pages, allocPagesMaySleep } from './page_alloc'
import { gfp_to_alloc_flags } from './page_alloc_slowpath'
import { Lab } from './test/lab'

const GFP_NOFS = GFP_KERNEL & ~__GFP_FS

describe('step 3: waking kswapd (5.6 step 3)', () => {
  const zones = (lines: readonly string[]): string[] =>
    lines.filter((line) => line.startsWith('mm_vmscan_wakeup_kswapd'))

  it('is done by a request that failed against the LOW marks, and says for which zone and order', () => {
    const m = toyMachine({ watermarks: [8, 31, 32] })
    const events = recordEvents(m)
    expect(alloc_pages(m, GFP_KERNEL, 0)).toBeGreaterThanOrEqual(0)
    expect(zones(events)).toEqual([])
    expect(alloc_pages(m, GFP_KERNEL, 2)).toBeGreaterThanOrEqual(0)
    expect(zones(events)).toEqual(['mm_vmscan_wakeup_kswapd: nid=0 zid=0 order=2'])
    expect(m.kswapd.awake).toBe(true)
  })

  it('looks at every zone of the list, and at none above it', () => {
    const m = toyMachine({ pages: 64, movableFrom: 32, watermarks: [1, 2, 3] })
    const [normal, movable] = m.zones as [Zone, Zone]
    normal.watermark.set([0, 60, 61])
    // Movable seems well off, and yet has nothing to give.
    movable.free_list.forEach((head) => INIT_LIST_HEAD(m.mem, head))
    movable.nr_free.fill(0)
    const events = recordEvents(m)
    alloc_pages(m, GFP_HIGHUSER_MOVABLE, 0)
    expect(zones(events)).toEqual(['mm_vmscan_wakeup_kswapd: nid=0 zid=0 order=0'])

    const other = toyMachine({ pages: 64, movableFrom: 32, watermarks: [1, 2, 3] })
    ;(other.zones[1] as Zone).watermark.fill(60)
    ;(other.zones[0] as Zone).watermark.set([0, 31, 32])
    const quiet = recordEvents(other)
    alloc_pages(other, GFP_KERNEL, 0)
    expect(zones(quiet)).toEqual([])
    alloc_pages(other, GFP_KERNEL, 0)
    expect(zones(quiet)).toEqual(['mm_vmscan_wakeup_kswapd: nid=0 zid=0 order=0'])
  })

  it('is left out with NO_KSWAPD', () => {
    const m = toyMachine({ only: '' })
    const events = recordEvents(m)
    alloc_pages(m, GFP_ATOMIC | __GFP_NO_KSWAPD, 0)
    expect([zones(events), m.kswapd.awake]).toEqual([[], false])
    alloc_pages(m, GFP_ATOMIC, 0)
    expect(m.kswapd.awake).toBe(true)
  })

  it('is done again at each restart', () => {
    const lab = new Lab({ toy: { only: 'o5 C:[64]', watermarks: [2, 3, 4] } })
    expect(lab.run(allocPagesMaySleep(lab.m, GFP_KERNEL, 0))).toBe(-1)
    const woken = lab.eventsNamed('mm_vmscan_wakeup_kswapd')
    expect(woken).toEqual(woken.map(() => ({ nid: 0, zid: 0, order: 0 })))
    expect(lab.eventsNamed('mm_vmscan_kswapd_sleep')).toHaveLength(woken.length)
    expect(lab.events.at(-2)?.name).toBe('sim_would_loop')
  })
})

describe('flags of the slow path (5.6 step 4)', () => {
  interface Case {
    readonly what: string
    readonly gfp: number
    readonly task?: { rt?: boolean; pf_memalloc?: boolean; memdie?: boolean }
    readonly flags: number
  }
  const M = ALLOC_CMA
  it.each<Case>([
    { what: 'a sleeper', gfp: GFP_KERNEL, flags: ALLOC_CPUSET },
    { what: 'a MOVABLE one', gfp: GFP_HIGHUSER_MOVABLE, flags: ALLOC_CPUSET | M },
    { what: 'HIGH', gfp: GFP_KERNEL | __GFP_HIGH, flags: ALLOC_CPUSET | ALLOC_HIGH },
    { what: 'who may not wait', gfp: GFP_NOWAIT, flags: ALLOC_HARDER },
    { what: 'ATOMIC', gfp: GFP_ATOMIC, flags: ALLOC_HARDER | ALLOC_HIGH },
    { what: 'ATOMIC, NOMEMALLOC', gfp: GFP_ATOMIC | __GFP_NOMEMALLOC, flags: ALLOC_HIGH },
    {
      what: 'a realtime task',
      gfp: GFP_KERNEL,
      task: { rt: true },
      flags: ALLOC_CPUSET | ALLOC_HARDER,
    },
    {
      what: 'MEMALLOC',
      gfp: GFP_KERNEL | __GFP_MEMALLOC,
      flags: ALLOC_CPUSET | ALLOC_NO_WATERMARKS,
    },
    {
      what: 'MEMALLOC and NOMEMALLOC',
      gfp: GFP_KERNEL | __GFP_MEMALLOC | __GFP_NOMEMALLOC,
      flags: ALLOC_CPUSET,
    },
    {
      what: 'a task that reclaims',
      gfp: GFP_KERNEL,
      task: { pf_memalloc: true },
      flags: ALLOC_CPUSET | ALLOC_NO_WATERMARKS,
    },
    {
      what: 'a task that was chosen to die',
      gfp: GFP_KERNEL,
      task: { memdie: true },
      flags: ALLOC_CPUSET | ALLOC_NO_WATERMARKS,
    },
  ])('of $what', ({ gfp, task, flags }) => {
    const m = toyMachine()
    Object.assign(currentTask(m), task ?? {})
    expect(gfp_to_alloc_flags(m, gfp)).toBe(flags)
  })

  it('let a realtime task a quarter deeper than others (5.3.3)', () => {
    const lowest = (rt: boolean): number => {
      const m = toyMachine({ watermarks: [8, 12, 16] })
      currentTask(m).rt = rt
      let got = 0
      while (alloc_pages(m, GFP_KERNEL | __GFP_NORETRY | __GFP_NOWARN, 0) !== -1) got++
      return 32 - got
    }
    expect([lowest(false), lowest(true)]).toEqual([8, 6])
  })
})

describe('steps 6 and 7 for who cannot sleep', () => {
  it('a request that may not fail loops where no mark is left to ignore (5.6 step 6)', () => {
    const m = toyMachine({ only: '' })
    const events = recordEvents(m)
    expect(alloc_pages(m, __GFP_MEMALLOC | __GFP_NOFAIL, 0)).toBe(-1)
    expect(events).toContain('sim_would_loop: gfp=10240 order=0')
    expect(m.dmesg).toEqual([])
  })

  it('a task that reclaims fails instead of reclaiming once more (5.6 step 7)', () => {
    const m = toyMachine({ only: '' })
    currentTask(m).pf_memalloc = true
    const events = recordEvents(m)
    expect(alloc_pages(m, GFP_KERNEL, 0)).toBe(-1)
    expect(events.filter((line) => line.startsWith('sim_would_loop'))).toEqual([])
    expect(m.dmesg.map((line) => line.text)).toEqual([
      'swapper: page allocation failure: order:0, mode:0xd0',
    ])
  })

  it('so does one that was chosen to die, unless it may not fail (5.6 step 7)', () => {
    const told = (gfp: number): boolean => {
      const m = toyMachine({ only: '' })
      currentTask(m).memdie = true
      const events = recordEvents(m)
      expect(alloc_pages(m, gfp, 0)).toBe(-1)
      return events.some((line) => line.startsWith('sim_would_loop'))
    }
    expect([told(GFP_KERNEL), told(GFP_KERNEL | __GFP_NOFAIL)]).toEqual([false, true])
  })
})

/** Every other frame is free, so that reclaim never makes a block; 128 clean file pages fill them. */
function labOfFilePages(): Lab {
  const even = Array.from({ length: 128 }, (_, i) => 2 * i)
  const toy: ToyOptions = {
    pages: 256,
    maxOrder: 8,
    pageblockOrder: 5,
    blocks: '',
    cma: null,
    only: `o0 M:[${even.join(',')}]`,
  }
  const lab = new Lab({ toy })
  const mapping = createAddressSpace(lab.m, 'f', 128)
  for (let i = 0; i < 128; i++) lab.run(read_cache_page(lab.m, mapping, i))
  lab.flush()
  lab.events.length = 0
  return lab
}

describe('step 11: who goes round again (5.6 step 11)', () => {
  const rounds = (lab: Lab): number => lab.eventsNamed('mm_vmscan_direct_reclaim_begin').length

  it.each([
    { what: 'a large order', gfp: GFP_NOFS, order: 4, loops: false },
    { what: 'a large order with REPEAT', gfp: GFP_NOFS | __GFP_REPEAT, order: 4, loops: true },
    { what: 'a large order with NOFAIL', gfp: GFP_NOFS | __GFP_NOFAIL, order: 4, loops: true },
    { what: 'order 3', gfp: GFP_NOFS, order: 3, loops: true },
    { what: 'order 3 with NORETRY', gfp: GFP_NOFS | __GFP_NORETRY, order: 3, loops: false },
    { what: 'order 0', gfp: GFP_NOFS, order: 0, loops: true },
    { what: 'order 0 with NORETRY', gfp: GFP_NOFS | __GFP_NORETRY, order: 0, loops: false },
    {
      what: 'NORETRY against NOFAIL',
      gfp: GFP_NOFS | __GFP_NORETRY | __GFP_NOFAIL,
      order: 0,
      loops: false,
    },
  ])('with nothing to reclaim: $what', ({ gfp, order, loops }) => {
    const lab = new Lab({ toy: { only: 'o5 C:[64]' } })
    expect(lab.run(allocPagesMaySleep(lab.m, gfp, order))).toBe(-1)
    expect(lab.eventsNamed('sim_would_loop')).toEqual(loops ? [{ gfp, order }] : [])
    expect(lab.m.dmesg.map((line) => line.text)).toEqual(
      loops ? [] : [`app: page allocation failure: order:${order}, mode:0x${gfp.toString(16)}`],
    )
  })

  it.each([
    { what: 'once without REPEAT', gfp: GFP_KERNEL, order: 6, expected: 1 },
    {
      what: 'once with NORETRY',
      gfp: GFP_KERNEL | __GFP_REPEAT | __GFP_NORETRY,
      order: 6,
      expected: 1,
    },
    {
      what: 'with REPEAT until 2^order pages are reclaimed',
      gfp: GFP_KERNEL | __GFP_REPEAT,
      order: 6,
      expected: 2,
    },
    {
      what: 'with REPEAT and a small order once',
      gfp: GFP_KERNEL | __GFP_REPEAT,
      order: 4,
      expected: 1,
    },
  ])('a large request reclaims $what', ({ gfp, order, expected }) => {
    const lab = labOfFilePages()
    expect(lab.run(allocPagesMaySleep(lab.m, gfp, order))).toBe(-1)
    expect(lab.eventsNamed('sim_would_loop')).toEqual([])
    expect([rounds(lab), vmEvent(lab.m, 'allocstall')]).toEqual([expected, expected])
    lab.expectSound()
  })

  it('a request that gives up compacts one last time', () => {
    const lab = labOfFilePages()
    expect(lab.run(allocPagesMaySleep(lab.m, GFP_KERNEL, 4))).toBe(-1)
    const order = lab.events
      .map((e) => e.name)
      .filter((name) => /^mm_vmscan_direct_reclaim_begin$|^sim_compact_begin$/.test(name))
    expect(order).toEqual(['mm_vmscan_direct_reclaim_begin', 'sim_compact_begin'])
  })
})
