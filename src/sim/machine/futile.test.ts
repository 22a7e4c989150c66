// Accesses that a kernel would try again for ever (S-08). Every allocation has to reclaim, because what
// is free waits on a per-CPU list until that is drained; and all there is to reclaim is the page that is
// being copied, which the fault itself holds.
import { describe, expect, test } from 'vitest'
import { ENOMEM } from '../include/linux/errno'
import { GFP_KERNEL } from '../include/linux/gfp'
import { VM_MAYREAD, VM_MAYWRITE, VM_READ, VM_SHARED } from '../include/linux/mm'
import { NR_FREE_PAGES } from '../include/linux/mmzone'
import { createAddressSpace } from '../mm/filemap'
import { __free_pages, alloc_pages, drain_all_pages } from '../mm/page_alloc'
import { Lab } from '../mm/test/lab'
import { try_to_free_pages } from '../mm/vmscan_direct'
import { exactZoneState } from '../mm/vmstat'
import { MAX_FAULTS_BESIDE_OTHERS, MAX_FUTILE_FAULTS } from './futile'
import type { Zone } from './machine'
import { forkProcess, mapRegion } from './process'

/** One more than the minimum mark together with what a refill takes. */
const FREE = 10
/** What no access of this machine comes near unless it never ends. */
const MANY_EVENTS = 1_000_000

function tightLab(swapPages = 0): Lab {
  const singles = Array.from({ length: 31 }, (_, i) => 2 * i + 1)
  const toy = {
    pages: 64,
    cma: null,
    only: `o0 U:[${singles.join(',')}]`,
    blocks: 'UU',
    watermarks: [6, 7, 9],
    high: 12,
    batch: 6,
  } as const
  const lab = new Lab({ toy })
  Object.assign(lab.m.spec, { swapPages })
  return lab
}

/** Takes memory until a request has to reclaim, and ends a call that never does. */
function exhaust(lab: Lab): void {
  const { m } = lab
  drain_all_pages(m)
  const free = (): number => exactZoneState(m.zones[0] as Zone, NR_FREE_PAGES)
  while (free() > FREE) {
    alloc_pages(m, GFP_KERNEL, 0)
    drain_all_pages(m)
  }
  // A refill leaves too little in the zone; the rest waits on the CPU's list.
  __free_pages(m, alloc_pages(m, GFP_KERNEL, 0), 0)
  const before = m.trace.events
  const next = m.trace.sink
  m.trace.sink = {
    event: (...args) => {
      if (m.trace.events - before > MANY_EVENTS) throw new Error('it does not end')
      next?.event(...args)
    },
  }
  lab.events.length = 0
}

/** A page of a file, mapped shared and read-only: a forced write copies it. */
function forcedCopy(): { lab: Lab; vpn: number } {
  const lab = tightLab()
  const file = createAddressSpace(lab.m, 'f', 1)
  const flags = VM_READ | VM_SHARED | VM_MAYREAD | VM_MAYWRITE
  const request = { pages: 1, flags, at: null, file, pgoff: 0, vm_ops: null }
  const vpn = lab.run(mapRegion(lab.m, lab.mm, request))
  expect(lab.read(vpn)).toBe(0)
  lab.flush()
  exhaust(lab)
  return { lab, vpn }
}

describe('a fault that would be served for ever', () => {
  test('S-08, FLT-9: get_user_pages gives up when each copy is dropped because reclaim unmapped its source', () => {
    const { lab, vpn } = forcedCopy()
    const faults = lab.m.counters.faults
    expect(lab.pin(vpn)).toMatchObject({ ret: -ENOMEM, pages: [] })
    expect(lab.eventsNamed('sim_would_loop')).toEqual([{ gfp: 0, order: 0 }])
    expect(lab.m.counters.faults - faults).toBe(MAX_FUTILE_FAULTS)
    lab.expectSound()
  })

  test('S-08, FLT-15: so does an access to a page that came back from a slot that two processes share', () => {
    const lab = tightLab(16)
    const vpn = lab.map(1)
    lab.write(vpn)
    lab.run(forkProcess(lab.m, 'child', 0))
    lab.flush()
    for (let i = 0; i < 4; i++) lab.run(try_to_free_pages(lab.m, 0, 0, GFP_KERNEL))
    expect(lab.pageAt(vpn)).toBe(-1)
    expect(lab.read(vpn)).toBe(0)
    lab.flush()
    exhaust(lab)
    expect(lab.write(vpn)).toBe(-ENOMEM)
    expect(lab.eventsNamed('sim_would_loop')).toEqual([{ gfp: 0, order: 0 }])
    lab.expectSound()
  })

  test('S-08: others who could run are waited for longer, but not for ever', () => {
    const { lab, vpn } = forcedCopy()
    const { m } = lab
    m.runtime = { spawnDaemon: () => undefined, othersCanRun: () => true, wantsPause: false }
    const faults = m.counters.faults
    expect(lab.pin(vpn).ret).toBe(-ENOMEM)
    m.runtime = null
    expect(m.counters.faults - faults).toBe(MAX_FAULTS_BESIDE_OTHERS)
    lab.expectSound()
  })

  test('FLT-9: without marks to keep nothing is reclaimed, and the same pin copies the page', () => {
    const { lab, vpn } = forcedCopy()
    lab.m.zones[0]?.watermark.fill(0)
    expect(lab.pin(vpn).ret).toBe(1)
    expect(lab.eventsNamed('sim_would_loop')).toEqual([])
    expect(lab.eventsNamed('mm_vmscan_direct_reclaim_begin')).toEqual([])
    lab.expectSound()
  })
})
