import { describe, expect, it } from 'vitest'
import { EINVAL } from '../include/linux/errno'
import { bootMachine } from '../machine/boot'
import { printBlocks, toyMachine } from '../machine/builders'
import { check } from '../machine/check'
import type { Machine } from '../machine/machine'
import { presetMachine } from '../machine/presets'
import { createKernel } from '../patches/series'
import {
  init_per_zone_wmark_min,
  lowmem_reserve_ratio_sysctl_handler,
  min_free_kbytes_sysctl_handler,
  percpu_pagelist_fraction_sysctl_handler,
} from './page_alloc_sysctl'

function boot(name: string): Machine {
  const made = presetMachine(name)
  if (!made.ok) throw new Error(made.message)
  return bootMachine(made.spec, createKernel({ patches: [], mode: 'strict' }))
}

describe('vm.min_free_kbytes', () => {
  it('sets the marks of every zone and the RESERVE pageblocks that go with them (5.1.3, 5.2)', () => {
    const m = boot('exynos4-1g')
    expect(min_free_kbytes_sysctl_handler(m, 16384)).toBe(0)
    expect([...(m.zones[0]?.watermark ?? [])]).toEqual([4096, 5120, 6144])
    // WMARK_MIN of 4096 pages asks for four pageblocks; two are the most there are (3.9.1).
    expect(printBlocks(m).slice(0, 190).match(/R/g)).toHaveLength(2)
    expect(check(m, { quiescent: true })).toEqual([])
    expect(min_free_kbytes_sysctl_handler(m, -1)).toBe(-EINVAL)
  })

  it('shrinks when it is computed again, since the high marks are subtracted (5.1.3)', () => {
    const m = boot('exynos4-1g')
    const before = m.sysctl.min_free_kbytes
    init_per_zone_wmark_min(m)
    const managed = m.zones[0]?.managed_pages as number
    expect(before).toBe(Math.floor(Math.sqrt(managed * 64)))
    expect(m.sysctl.min_free_kbytes).toBeLessThan(before)
    expect(m.sysctl.min_free_kbytes).toBeGreaterThan(before * 0.99)
  })
})

describe('vm.percpu_pagelist_fraction', () => {
  it('makes high a fraction of the zone and batch a quarter of it, at most 96 (4.1.4)', () => {
    const m = boot('x86_64-512m')
    const sizes = (): number[][] =>
      m.zones.slice(0, 2).map((zone) => [zone.pageset[0]?.high ?? 0, zone.pageset[0]?.batch ?? 0])
    const [dma = 0, dma32 = 0] = m.zones.map((zone) => zone.managed_pages)
    expect(percpu_pagelist_fraction_sysctl_handler(m, 100)).toBe(0)
    const high = Math.trunc(dma / 100)
    expect(sizes()).toEqual([
      [high, Math.trunc(high / 4)],
      [Math.trunc(dma32 / 100), 96],
    ])
    expect(percpu_pagelist_fraction_sysctl_handler(m, 7)).toBe(-EINVAL)
  })
})

describe('vm.lowmem_reserve_ratio', () => {
  it('is divided by, a ratio below 1 counting as 1 (2.5.2)', () => {
    const m = boot('exynos4-1g')
    const high = m.zones[1]?.managed_pages as number
    expect(m.zones[0]?.lowmem_reserve[1]).toBe(Math.trunc(high / 32))
    expect(lowmem_reserve_ratio_sysctl_handler(m, [0])).toBe(0)
    expect(m.zones[0]?.lowmem_reserve[1]).toBe(high)
    expect(lowmem_reserve_ratio_sysctl_handler(m, [1, 1, 1])).toBe(-EINVAL)
  })
})

describe('grouping by mobility', () => {
  it('is off below a pageblock for each type when the size decides (1.8.4)', () => {
    const small = boot('vexpress-128m').spec
    const kernel = createKernel({ patches: [], mode: 'strict' })
    const toy = toyMachine().spec
    const auto = (pages: number): boolean => {
      const zone = { ...(toy.zones[0] as (typeof toy.zones)[0]), pages }
      const spec = { ...toy, zones: [zone], groupByMobility: 'auto' as const }
      return bootMachine(spec, kernel).page_group_by_mobility_disabled
    }
    expect([auto(40), auto(48)]).toEqual([true, false])
    expect(bootMachine({ ...small, groupByMobility: 'auto' }, kernel)).toMatchObject({
      page_group_by_mobility_disabled: false,
    })
  })

  it('makes every type that is set UNMOVABLE when it is off, that of CMA too (1.8.4)', () => {
    const spec = { ...toyMachine({ cma: [16, 16] }).spec, groupByMobility: false as const }
    const m = bootMachine(spec, createKernel({ patches: [], mode: 'strict' }))
    expect(printBlocks(m)).toBe('MMUU')
  })
})
