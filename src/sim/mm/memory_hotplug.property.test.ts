import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { EAGAIN, EBUSY } from '../include/linux/errno'
import { GFP_HIGHUSER_MOVABLE, GFP_KERNEL } from '../include/linux/gfp'
import { MIGRATE_MOVABLE, NR_FREE_PAGES, NR_ISOLATED_ANON } from '../include/linux/mmzone'
import { PG_reserved } from '../include/linux/page-flags'
import { newHolder, pin_get } from '../machine/ledger'
import { NULL_PAGE, type Page, type Pfn } from '../machine/types'
import { __offline_pages } from './memory_hotplug'
import { online_pages } from './memory_online'
import { alloc_pages, PageBuddy } from './page_alloc'
import { putUserPage } from './swap'
import { OfflineLab, offlineSpec, SECTION } from './test/offline-lab'
import { exactZoneState } from './vmstat'

type Step =
  | { readonly do: 'touch'; readonly n: number }
  | { readonly do: 'kernel'; readonly movable: boolean }
  | { readonly do: 'pin' | 'unpin' | 'flush' }
  | { readonly do: 'offline' | 'online'; readonly section: number }

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant('touch' as const), n: fc.integer({ min: 1, max: 6 }) }),
  fc.record({ do: fc.constant('kernel' as const), movable: fc.boolean() }),
  fc.record({ do: fc.constantFrom('pin' as const, 'unpin' as const, 'flush' as const) }),
  fc.record({
    do: fc.constantFrom('offline' as const, 'offline' as const, 'online' as const),
    section: fc.integer({ min: 1, max: 4 }),
  }),
)

/** A lab whose pagesets are real in half of the runs, driven by steps; each step leaves it sound. */
class Run {
  readonly lab: OfflineLab
  readonly #pages: Page[] = []
  readonly #pins: { readonly page: Page; readonly holder: number }[] = []

  constructor(pcp: readonly [number, number]) {
    this.lab = new OfflineLab({ ...offlineSpec(), pcp })
  }

  apply(s: Step): void {
    const { m } = this.lab
    switch (s.do) {
      case 'touch':
        if (this.#free() > 40) this.#pages.push(...this.lab.touch(s.n))
        return
      case 'kernel':
        if (this.#free() > 40) alloc_pages(m, s.movable ? GFP_HIGHUSER_MOVABLE : GFP_KERNEL, 0)
        return
      case 'pin':
        this.#pin()
        return
      case 'unpin':
        this.#unpin()
        return
      case 'flush':
        this.lab.flush()
        return
      case 'offline':
        this.#offline(s.section * SECTION)
        return
      case 'online':
        this.#online(s.section * SECTION)
        return
    }
  }

  #free(): number {
    return this.lab.m.zones.reduce((sum, zone) => sum + exactZoneState(zone, NR_FREE_PAGES), 0)
  }

  #pin(): void {
    const { m } = this.lab
    const page = this.#pages.find((p) => (m.mem.mapcount[p] as number) >= 0)
    if (page === undefined) return
    const holder = newHolder(m, 'pin', true).id
    pin_get(m, page, holder)
    this.#pins.push({ page, holder })
  }

  #unpin(): void {
    const pin = this.#pins.pop()
    if (pin !== undefined) putUserPage(this.lab.m, pin.page, pin.holder)
  }

  #offline(start: Pfn): void {
    const { m } = this.lab
    const isPinned = this.#pins.some((p) => p.page >= start && p.page < start + SECTION)
    const present = m.zones.map((zone) => zone.present_pages)
    const ret = this.lab.run(__offline_pages(m, start, start + SECTION, 1e9))
    if (isPinned) expect([-EAGAIN, -EBUSY]).toContain(ret)
    const frames = Array.from({ length: SECTION }, (_, i) => start + i)
    const isReserved = (page: Page): boolean => ((m.mem.flags[page] as number) & PG_reserved) !== 0
    if (ret === 0) {
      expect(frames.every((p) => isReserved(p) && !PageBuddy(m, p))).toBe(true)
      const gone = m.zones.reduce(
        (sum, zone, i) => sum + (present[i] as number) - zone.present_pages,
        0,
      )
      expect(gone).toBe(SECTION)
    }
    for (const page of frames) {
      const type = m.pageblock[page >> m.pageblockOrder]
      // A refusal before isolation may leave pageblocks as they were.
      if (ret === 0) expect(type).toBe(MIGRATE_MOVABLE)
    }
    expect(m.hotplug.lockOwner).toBe(-1)
  }

  #online(start: Pfn): void {
    const { m } = this.lab
    const offline = ((m.mem.flags[start] as number) & PG_reserved) !== 0
    const ret = this.lab.run(online_pages(m, start, SECTION))
    expect(ret === 0).toBe(offline)
  }

  violations(): string[] {
    const { m } = this.lab
    const isolated = m.zones.map((zone) => exactZoneState(zone, NR_ISOLATED_ANON))
    expect(isolated).toEqual(m.zones.map(() => 0))
    return this.lab.violations()
  }
}

describe('memory offline and online', () => {
  it('end within their time and leave a sound machine, whatever is in the range (INV-35, MIG-44)', () => {
    const program = fc.array(step, { maxLength: 30 })
    const pcp = fc.constantFrom([0, 1] as const, [6, 2] as const)
    fc.assert(
      fc.property(pcp, program, (sizes, steps) => {
        const run = new Run(sizes)
        for (const s of steps) {
          run.apply(s)
          expect(run.violations()).toEqual([])
        }
      }),
      { numRuns: 60 },
    )
  })

  it('moves no page that is pinned', () => {
    const lab = new OfflineLab()
    const { m } = lab
    const pages = lab.touch(8)
    lab.flush()
    const pinned = pages[3] as Page
    pin_get(m, pinned, newHolder(m, 'pin', true).id)
    const start = Math.floor(pinned / SECTION) * SECTION
    expect(lab.run(__offline_pages(m, start, start + SECTION, 1e9))).toBe(-EAGAIN)
    expect(lab.framesNow(8)[3]).toBe(pinned)
    expect(lab.framesNow(8)).not.toContain(NULL_PAGE)
    // The others left all the same, and do not come back (7.8.4 has the like).
    expect(lab.framesNow(8).filter((page) => page >= start)).toEqual([pinned])
  })
})
