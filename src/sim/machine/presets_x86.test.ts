import { describe, expect, it } from 'vitest'
import {
  GFP_HIGHUSER,
  GFP_HIGHUSER_MOVABLE,
  GFP_KERNEL,
  GFP_USER,
  __GFP_DMA,
  __GFP_DMA32,
  __GFP_MOVABLE,
} from '../include/linux/gfp'
import { gfp_zone, is_highmem } from '../mm/page_alloc'
import { createKernel } from '../patches/series'
import { bootMachine } from './boot'
import { observeZone } from '../test/recordings/state'
import { check } from './check'
import type { Machine } from './machine'
import { presetMachine, type PresetOptions } from './presets'

const MIB = 1 << 20
const GIB = 1024 * MIB

function boot(name: string, options: PresetOptions = {}): Machine {
  const made = presetMachine(name, options)
  if (!made.ok) throw new Error(made.message)
  return bootMachine(made.spec, createKernel({ patches: [], mode: 'strict' }))
}

function spans(m: Machine): [string, number, number][] {
  return m.zones.map((zone) => [zone.name, zone.zone_start_pfn, zone.spanned_pages])
}

/** Name of the zone a request may reach at most. */
function highest(m: Machine, gfp: number): string | undefined {
  return m.zones[gfp_zone(m, gfp)]?.name
}

describe('x86_64-4g', () => {
  const m = boot('x86_64-4g', { movablecore: 512 * MIB })

  it('has DMA below 16 MiB, DMA32 below 4 GiB, Normal above and Movable at the end (1.2.1, 11.6)', () => {
    expect(spans(m)).toEqual([
      ['DMA', 0, 4096],
      ['DMA32', 0x1000, 0xbf000],
      ['Normal', 0x100000, 0x20000],
      ['Movable', 0x120000, 0x20000],
    ])
    expect([m.pageblockOrder, m.maxOrder, m.spec.bitsPerLong]).toEqual([9, 11, 64])
    expect(m.zones.some((zone) => is_highmem(zone))).toBe(false)
    expect(m.cma).toEqual([])
  })

  it('is sound after boot and keeps RESERVE pageblocks by the low marks (3.9)', () => {
    expect(check(m, { quiescent: true })).toEqual([])
    for (const zone of m.zones) {
      const reserve = observeZone(m, zone).blocks.match(/R/g)?.length ?? 0
      expect(reserve).toBe(Math.min(2, Math.ceil((zone.watermark[0] as number) / 512)))
    }
  })

  it('has a memory block for every 128 MiB of RAM (11.1.1)', () => {
    expect(m.hotplug.blocks).toHaveLength(24 + 8)
    expect(m.hotplug.blocks[24]).toMatchObject({ nr: 32, startPfn: 0x100000, pages: 32768 })
    expect(m.hotplug.blocks.every((block) => block.state === 'online')).toBe(true)
  })

  it('reserves lowmem by the ratios of x86_64 (2.5.1, 2.5.2)', () => {
    const managed = m.zones.map((zone) => zone.managed_pages)
    const [, dma32 = 0, normal = 0, movable = 0] = managed
    expect([...(m.zones[0]?.lowmem_reserve ?? [])]).toEqual([
      0,
      Math.trunc(dma32 / 256),
      Math.trunc((dma32 + normal) / 256),
      Math.trunc((dma32 + normal + movable) / 256),
    ])
    expect([...(m.zones[2]?.lowmem_reserve ?? [])]).toEqual([0, 0, 0, Math.trunc(movable / 32)])
  })

  it('serves each request from its zones, Movable only with both bits (2.4.1, 2.4.2, 11.6.2)', () => {
    expect(highest(m, GFP_KERNEL)).toBe('Normal')
    expect(highest(m, GFP_HIGHUSER)).toBe('Normal')
    expect(highest(m, GFP_HIGHUSER_MOVABLE)).toBe('Movable')
    expect(highest(m, GFP_USER | __GFP_MOVABLE)).toBe('Normal')
    expect(highest(m, GFP_KERNEL | __GFP_DMA32)).toBe('DMA32')
    expect(highest(m, GFP_KERNEL | __GFP_DMA)).toBe('DMA')
  })
})

describe('x86_64-512m', () => {
  it('lies below 4 GiB, so that Normal is empty and Movable comes from DMA32 (11.6.1)', () => {
    const m = boot('x86_64-512m', { movablecore: 256 * MIB })
    expect(spans(m)).toEqual([
      ['DMA', 0, 4096],
      ['DMA32', 0x1000, 0xf000],
      ['Normal', 0x100000, 0],
      ['Movable', 0x10000, 0x10000],
    ])
    expect(m.zones[3]?.managed_pages).toBe(65536)
    expect(highest(m, GFP_KERNEL)).toBe('Normal')
    expect(check(m, { quiescent: true })).toEqual([])
  })

  it('has an empty Movable zone unless it is asked for', () => {
    const m = boot('x86_64-512m')
    expect(spans(m).at(-1)).toEqual(['Movable', 0x20000, 0])
    expect(check(m, { quiescent: true })).toEqual([])
  })
})

describe('ZONE_MOVABLE (11.6.1)', () => {
  it.each([
    // movablecore is rounded up to 4 MiB.
    { options: { movablecore: 5 * MIB }, start: 0x20000 - 2048 },
    // The larger of kernelcore and what movablecore leaves wins.
    { options: { movablecore: 256 * MIB, kernelcore: 384 * MIB }, start: 0x18000 },
    { options: { movablecore: 256 * MIB, kernelcore: 64 * MIB }, start: 0x10000 },
    { options: { kernelcore: 129 * MIB }, start: 0x8400 },
    // The zones below the one it is carved from stay.
    { options: { kernelcore: 1 * MIB }, start: 0x1000 },
    { options: { kernelcore: 2 * GIB }, start: 0x20000 },
  ])('begins at $start with $options', ({ options, start }) => {
    const made = presetMachine('x86_64-512m', options)
    if (!made.ok) throw new Error(made.message)
    const movable = made.spec.zones.at(-1)
    expect([movable?.startPfn, movable?.pages]).toEqual([start, 0x20000 - start])
  })
})

describe('x86_32-noswiotlb', () => {
  it('has DMA, Normal up to 896 MiB, HighMem, and an area at the top of lowmem (1.2.5, 8.1.4)', () => {
    const m = boot('x86_32-noswiotlb')
    expect(spans(m)).toEqual([
      ['DMA', 0, 4096],
      ['Normal', 0x1000, 0x37000],
      ['HighMem', 0x38000, 0x8000],
      ['Movable', 0x40000, 0],
    ])
    expect(m.cma.map((area) => [area.base_pfn, area.count])).toEqual([[0x37000, 4096]])
    expect(m.zones.map(is_highmem)).toEqual([false, false, true, true])
    expect([...m.sysctl.lowmem_reserve_ratio]).toEqual([256, 32, 32, 1])
    expect(check(m, { quiescent: true })).toEqual([])
  })

  it('counts a Movable zone carved from HighMem as highmem, with its marks (5.2.2)', () => {
    const m = boot('x86_32-noswiotlb', { movablecore: 64 * MIB })
    const movable = m.zones[3]
    expect([movable?.zone_start_pfn, movable?.managed_pages]).toEqual([0x3c000, 16384])
    expect(movable?.watermark[0]).toBe(32)
    expect(highest(m, GFP_HIGHUSER)).toBe('HighMem')
    expect(highest(m, GFP_HIGHUSER_MOVABLE)).toBe('Movable')
  })
})

describe('options of another board', () => {
  it.each([
    { name: 'x86_64-4g', options: { cma: 16 * MIB }, at: 'cma', why: 'SWIOTLB' },
    { name: 'exynos4-1g', options: { movablecore: 64 * MIB }, at: 'movablecore', why: 'ARM' },
    { name: 'vexpress-128m', options: { kernelcore: 64 * MIB }, at: 'kernelcore', why: 'ARM' },
    { name: 'x86_64-512m', options: { vmalloc: 64 * MIB }, at: 'vmalloc', why: 'exynos4-1g' },
    { name: 'exynos4-1g', options: { vmalloc: 900 * MIB }, at: 'vmalloc', why: '128M' },
  ])('are refused with the reason: $name $at (1.2.4, 1.2.5)', ({ name, options, at, why }) => {
    const made = presetMachine(name, options)
    expect(made).toMatchObject({ ok: false, at })
    expect(made.ok ? '' : made.message).toContain(why)
  })

  it('move the split of the ARM board with vmalloc= (1.2.3)', () => {
    const m = boot('exynos4-1g', { vmalloc: 832 * MIB })
    expect(spans(m)).toEqual([
      ['Normal', 0x40000, 168 * 256],
      ['HighMem', 0x40000 + 168 * 256, 0x40000 - 168 * 256],
    ])
    expect(check(m, { quiescent: true })).toEqual([])
  })
})

describe('grouping by mobility (1.8.4, S-02)', () => {
  it.each([
    { options: {}, disabled: false },
    { options: { groupByMobility: false }, disabled: true },
    { options: { groupByMobility: 'auto' }, disabled: false },
  ] as const)('is $options', ({ options, disabled }) => {
    expect(boot('vexpress-128m', options).page_group_by_mobility_disabled).toBe(disabled)
  })
})
