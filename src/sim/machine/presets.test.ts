import { describe, expect, it } from 'vitest'
import { keptRecording } from '../test/recordings/files'
import { compareState, observeZone, stateOf } from '../test/recordings/state'
import { createKernel } from '../patches/series'
import { bootMachine } from './boot'
import { check } from './check'
import type { Machine } from './machine'
import { PRESET_NAMES, presetMachine, type PresetOptions } from './presets'

const MIB = 1 << 20

function boot(name: string, options: PresetOptions = {}): Machine {
  const made = presetMachine(name, options)
  if (!made.ok) throw new Error(made.message)
  return bootMachine(made.spec, createKernel({ patches: [], mode: 'strict' }))
}

describe('vexpress-128m', () => {
  it.each([
    { cma: undefined, recording: 'base/e8-touch', label: 'start' },
    { cma: 4 * MIB, recording: 'base/m0', label: 'boot' },
  ])('boots to the recorded state of $recording with cma=$cma', ({ cma, recording, label }) => {
    const m = boot('vexpress-128m', { cma })
    expect(compareState(m, stateOf(keptRecording(recording), label))).toEqual([])
  })

  it.each([4, 8, 16, 24, 32, 48, 52, 60, 64])('is sound with cma=%iM', (mib) => {
    const m = boot('vexpress-128m', { cma: mib * MIB })
    expect(check(m, { quiescent: true })).toEqual([])
    const zone = m.zones[0]
    expect(zone?.managed_pages).toBe(32768 - mib * 256 - 3021 - mib / 2)
    const state = observeZone(m, zone as never)
    expect(state.NC).toBe(mib * 256)
    expect(state.NF).toBe(29157 - mib / 2)
    expect(state.blocks.endsWith(`EUM${'C'.repeat(mib / 4)}`)).toBe(true)
  })
})

describe('exynos4-1g', () => {
  it('has 760 MiB of lowmem with the area at its top and four CPUs (1.2.3, 8.1.4)', () => {
    const m = boot('exynos4-1g')
    expect(m.zones.map((zone) => [zone.name, zone.zone_start_pfn, zone.present_pages])).toEqual([
      ['Normal', 0x40000, 194560],
      ['HighMem', 0x6f800, 67584],
    ])
    expect(m.cma.map((area) => [area.base_pfn, area.count])).toEqual([[0x6e800, 4096]])
    expect(m.spec.cpus).toBe(4)
    expect(m.zones.map((zone) => zone.pageset[3]?.high)).toEqual([186, 90])
    expect(check(m, { quiescent: true })).toEqual([])
  })

  it('keeps one RESERVE pageblock a zone, above the reserved frames (3.9)', () => {
    const m = boot('exynos4-1g')
    const [normal, high] = m.zones.map((zone) => observeZone(m, zone).blocks)
    expect(normal).toMatch(/^MMMMMR/)
    expect(high).toMatch(/^RM+$/)
  })
})

describe('presetMachine', () => {
  it.each([
    { name: 'toaster', options: {}, at: 'preset' },
    { name: 'vexpress-128m', options: { cma: 3 * MIB }, at: 'cma' },
    { name: 'vexpress-128m', options: { cma: 68 * MIB }, at: 'cma' },
    { name: 'vexpress-128m', options: { cma: 0 }, at: 'cma' },
    { name: 'exynos4-1g', options: { cma: 1024 * MIB }, at: 'cma' },
    { name: 'exynos4-1g', options: { cpus: 9 }, at: 'cpus' },
  ])('answers with a message for $name $options', ({ name, options, at }) => {
    expect(presetMachine(name, options)).toMatchObject({ ok: false, at })
  })

  it('passes the board options on', () => {
    const made = presetMachine('vexpress-128m', { iommu: false, dmaMaxSegSize: 4 * MIB, cpus: 2 })
    expect(made).toMatchObject({
      ok: true,
      spec: { iommu: false, sgChaining: true, dmaMaxSegSize: 4 * MIB, cpus: 2 },
    })
    expect(PRESET_NAMES.every((name) => presetMachine(name).ok)).toBe(true)
  })
})

describe('transparent huge pages', () => {
  it('are an option of x86 boards, of one pageblock each; ARM boards refuse them', () => {
    const made = presetMachine('x86_32-noswiotlb', { thpEnabled: true })
    if (!made.ok) throw new Error(made.message)
    const kernel = createKernel({ patches: [], mode: 'strict' })
    expect(bootMachine(made.spec, kernel).hpageOrder).toBe(9)
    const refused = presetMachine('exynos4-1g', { thpEnabled: true })
    expect(refused).toMatchObject({ ok: false, at: 'thpEnabled' })
  })
})
