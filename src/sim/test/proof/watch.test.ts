// Each invariant of operations is broken once by an operation that does wrong, and seen.
import { describe, expect, it } from 'vitest'
import { EBUSY } from '../../include/linux/errno'
import { GFP_ATOMIC, GFP_HIGHUSER_MOVABLE, GFP_KERNEL } from '../../include/linux/gfp'
import { MIGRATE_CMA, MIGRATE_ISOLATE } from '../../include/linux/mmzone'
import { PG_reserved } from '../../include/linux/page-flags'
import { toyMachine } from '../../machine/builders'
import { list_add, list_del } from '../../machine/columns'
import { REF_MAP, USE_CMA_BUFFER } from '../../machine/kinds'
import { pin_drop, pin_get, ref_get } from '../../machine/ledger'
import type { CmaArea, Machine, Zone } from '../../machine/machine'
import { mk_pte, PTE_NONE, PTE_WRITE, set_pte } from '../../machine/mm_types'
import { emit } from '../../machine/trace'
import { alloc_pages, set_pageblock_migratetype } from '../../mm/page_alloc'
import { CMA_PFN, Lab } from '../../mm/test/lab'
import { EV_mm_page_alloc } from '../../trace/events/kmem'
import { notMaximal, offlineBroken, roundTrip, Watch, type Effect } from './watch'

interface Bench {
  readonly lab: Lab
  readonly watch: Watch
  readonly m: Machine
  readonly vpn: number
  readonly page: number
  readonly holder: number
}

/** A process with one written page in CMA, pinned. */
function bench(): Bench {
  const lab = new Lab()
  const { vpn, page } = lab.touchedCmaPage()
  const { holder } = lab.pin(vpn)
  lab.flush()
  return { lab, watch: new Watch(lab.m), m: lab.m, vpn, page, holder }
}

/** Takes the mapped page's place with a fresh frame, as a migration that forgets things would. */
function moveBadly({ lab, m, vpn, page }: Bench, keep: 'nothing' | 'content'): number {
  const target = alloc_pages(m, GFP_KERNEL, 0)
  if (keep === 'content') m.mem.content[target] = m.mem.content[page] as number
  set_pte(lab.mm, vpn, mk_pte(target, PTE_WRITE))
  m.mem.mapping[page] = 0
  return 0
}

const CONTIG: Effect = { contig: [CMA_PFN + 8, CMA_PFN + 12] }

/** The rule, what the command may do, and a command that does something else. */
const WRONG: readonly (readonly [string, Effect, (b: Bench) => number])[] = [
  ['INV-26', CONTIG, ({ m }) => (set_pageblock_migratetype(m, CMA_PFN, MIGRATE_ISOLATE), -EBUSY)],
  ['INV-27', CONTIG, () => 0],
  ['INV-28: pfn 72', CONTIG, ({ m }) => ((m.mem.use[CMA_PFN + 8] = USE_CMA_BUFFER), -EBUSY)],
  ['INV-28: page number', CONTIG, ({ lab, vpn }) => (set_pte(lab.mm, vpn, PTE_NONE), -EBUSY)],
  ['INV-28: pfn 0', CONTIG, ({ m }) => ((m.mem.use[0] = USE_CMA_BUFFER), -EBUSY)],
  ['INV-29', CONTIG, ({ m, page }) => (ref_get(m, page, REF_MAP), -EBUSY)],
  ['INV-29', { anyContig: true }, ({ m, page }) => ((m.mem.mapcount[page] = 1), -EBUSY)],
  ['INV-30', {}, ({ m, page }) => (m.mem.content[page] = 7)],
  ['INV-30', CONTIG, (b) => moveBadly(b, 'nothing')],
  ['INV-30: page number', {}, (b) => moveBadly(b, 'content')],
  ['INV-31', {}, ({ m, page, holder }) => pin_drop(m, page, holder)],
  ['REF-33', {}, ({ m, page, holder }) => (pin_get(m, page, holder), 0)],
]

describe('a wrong command', () => {
  it.each(WRONG)('is seen: %s', (rule, effect, run) => {
    const b = bench()
    b.watch.command(effect, () => run(b))
    expect(b.watch.violations.filter((line) => line.startsWith(rule))).not.toEqual([])
  })

  it('moves a pin to another frame, and both ends are seen (INV-31, REF-33)', () => {
    const b = bench()
    b.watch.command({}, () => {
      pin_drop(b.m, b.page, b.holder)
      pin_get(b.m, 1, b.holder)
      return 0
    })
    expect(b.watch.violations.map((line) => line.slice(0, 6))).toEqual(['INV-31', 'REF-33'])
  })

  it('hands out pages it may not (INV-11, INV-12, INV-18, REF-32)', () => {
    const b = bench()
    emit(b.m, EV_mm_page_alloc, CMA_PFN, 0, 0, GFP_KERNEL)
    expect(b.watch.violations.map((line) => line.slice(0, 6))).toContain('INV-11')
    expect(b.watch.violations.map((line) => line.slice(0, 6))).toContain('REF-32')
    emit(b.m, EV_mm_page_alloc, 1, 1, 0, GFP_KERNEL)
    expect(b.watch.violations.at(-1)).toMatch(/^INV-18/)
    set_pageblock_migratetype(b.m, 0, MIGRATE_ISOLATE)
    alloc_pages(b.m, GFP_KERNEL, 0)
    expect(b.watch.violations.at(-1)).toMatch(/^INV-12/)
  })

  it('takes a piece of an area that is taken or askew (INV-25)', () => {
    const b = bench()
    const area = b.m.cma[0] as CmaArea
    b.watch.areaTaken(area, CMA_PFN, 8, 3)
    expect(b.watch.violations).toEqual([])
    b.watch.areaTaken(area, CMA_PFN + 4, 8, 3)
    expect(b.watch.violations).toHaveLength(2)
    b.watch.areaGiven(CMA_PFN)
    b.watch.areaTaken(area, CMA_PFN + 16, 4, 2)
    expect(b.watch.violations).toHaveLength(2)
  })
})

describe('right commands', () => {
  it('raise nothing: a failing and a succeeding range, a migration, pins (INV-26..31)', () => {
    const b = bench()
    const { lab, watch, page } = b
    const failed = watch.command({ contig: [page, page + 1] }, () =>
      lab.run(lab.contigRange(page, page + 1)),
    )
    expect(failed).toBe(-EBUSY)
    watch.command({ pins: true }, () => lab.pin(b.vpn).ret)
    const other = lab.map(2)
    lab.write(other)
    lab.flush()
    const moving = lab.pageAt(other)
    expect(lab.inCma(moving)).toBe(true)
    watch.command({ contig: [moving, moving + 1] }, () =>
      lab.run(lab.contigRange(moving, moving + 1)),
    )
    expect(lab.pageAt(other)).not.toBe(moving)
    expect(watch.violations).toEqual([])
  })
})

describe('INV-33', () => {
  it('holds for a request that its own lists serve, and fails when the page goes elsewhere', () => {
    const m = toyMachine()
    expect(roundTrip(m, GFP_HIGHUSER_MOVABLE | GFP_ATOMIC, 1)).toEqual([])
    const kept = roundTrip(m, GFP_HIGHUSER_MOVABLE | GFP_ATOMIC, 1, () => undefined)
    expect(kept.length).toBeGreaterThan(0)
    expect(kept[0]).toMatch(/^INV-33/)
  })
})

describe('INV-34', () => {
  it('holds when all is free, and fails when two halves are not merged', () => {
    const m = toyMachine()
    expect(notMaximal(m)).toEqual([])
    const half = toyMachine({ only: 'o2 M:[0,4] o3 M:[8,16,24]' })
    expect(notMaximal(half)).toHaveLength(2)
  })
})

describe('INV-35', () => {
  /** A zone whose frames 8 to 15 look as after memory was taken offline. */
  function taken(): { m: Machine; zone: Zone } {
    const m = toyMachine({ only: 'o3 M:[0]' })
    const zone = m.zones[0] as Zone
    m.mem.flags.fill(PG_reserved, 8, 16)
    zone.present_pages -= 8
    zone.managed_pages -= 8
    return { m, zone }
  }
  const before = { present: 32, managed: 32 }

  it('holds for frames that are gone and for a failure that left everything', () => {
    const { m, zone } = taken()
    expect(offlineBroken(m, zone, [8, 16], 0, before)).toEqual([])
    const whole = toyMachine()
    expect(offlineBroken(whole, whole.zones[0] as Zone, [8, 16], -EBUSY, before)).toEqual([])
  })

  it('fails for a frame that is not reserved, a wrong size and a type that stayed', () => {
    const { m, zone } = taken()
    m.mem.flags[9] = 0
    expect(offlineBroken(m, zone, [8, 16], 0, before)[0]).toMatch(/^INV-35: page 9/)
    const sizes = taken()
    sizes.zone.present_pages++
    expect(offlineBroken(sizes.m, sizes.zone, [8, 16], 0, before)[0]).toMatch(/^INV-35: 25 present/)
    const types = toyMachine()
    types.pageblock[1] = MIGRATE_ISOLATE
    const failed = offlineBroken(types, types.zones[0] as Zone, [8, 16], -EBUSY, before)
    expect(failed[0]).toMatch(/^INV-35: pageblock/)
  })
})

describe('lists that belong together', () => {
  it('are told apart by the pageblock of the frame, not by the list it came from', () => {
    const m = toyMachine({ blocks: 'MMCC', cma: [16, 16] })
    const watch = new Watch(m)
    const head = m.zones[0]?.free_list[3 * 6] as number
    list_del(m.mem, 16)
    list_add(m.mem, 16, head)
    expect(m.pageblock[2]).toBe(MIGRATE_CMA)
    const page = alloc_pages(m, GFP_KERNEL, 3)
    expect(page).toBe(16)
    expect(watch.violations).toContainEqual(expect.stringMatching(/^INV-11: pfn 16/))
  })
})
