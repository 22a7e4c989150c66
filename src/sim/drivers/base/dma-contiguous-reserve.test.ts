import { describe, expect, it } from 'vitest'
import { EBUSY, EINVAL, ENOMEM, ENOSPC } from '../../include/linux/errno'
import { presetMachine } from '../../machine/presets'
import {
  DEFAULT_CMA_CONFIG,
  defaultCmaSize,
  dma_contiguous_reserve,
  dma_declare_contiguous,
  type BootMemory,
} from './dma-contiguous-reserve'

const MIB = 1 << 20
const START = 0x40000000

/** The Exynos board: 1 GiB at 0x40000000, 760 MiB of it lowmem, 32 MiB of image and maps taken. */
function exynos(): BootMemory {
  return {
    ram: [{ start: START, size: 1024 * MIB }],
    reserved: [{ start: START, size: 32 * MIB }],
    areas: [],
    lowmemEnd: START + 760 * MIB,
    unitOrder: 10,
    log: [],
  }
}

describe('the size of the default area (8.1.1)', () => {
  it.each([
    { select: 'MBYTES', bytes: 16 * MIB },
    { select: 'PERCENTAGE', bytes: Math.floor(26214.4) * 4096 },
    { select: 'MIN', bytes: 16 * MIB },
    { select: 'MAX', bytes: 26214 * 4096 },
  ] as const)('is $bytes with CMA_SIZE_SEL_$select', ({ select, bytes }) => {
    expect(defaultCmaSize(exynos(), { ...DEFAULT_CMA_CONFIG, select }, null)).toBe(bytes)
  })

  it('is what cma= says, and 0 disables it', () => {
    const memory = exynos()
    expect(defaultCmaSize(memory, DEFAULT_CMA_CONFIG, 64 * MIB)).toBe(64 * MIB)
    expect(dma_contiguous_reserve(memory, DEFAULT_CMA_CONFIG, 0, 0)).toBe(0)
    expect([memory.areas, memory.log]).toEqual([[], []])
  })
})

describe('dma_declare_contiguous (8.1.2, 8.1.3)', () => {
  it('puts the default area at the top of lowmem, where the preset has it (8.1.4)', () => {
    const memory = exynos()
    expect(dma_contiguous_reserve(memory, DEFAULT_CMA_CONFIG, null, 0)).toBe(0)
    expect(memory.log).toEqual(['cma: CMA: reserved 16 MiB at 6e800000'])
    const preset = presetMachine('exynos4-1g')
    const area = preset.ok ? preset.spec.cma[0] : undefined
    expect(memory.areas[0]).toEqual({
      start: (area?.startPfn as number) * 4096,
      size: (area?.pages as number) * 4096,
      device: null,
    })
  })

  it('rounds base and size up and the limit down to 4 MiB', () => {
    const memory = exynos()
    expect(dma_declare_contiguous(memory, 'fimc', 5 * MIB, START + 65 * MIB, 0)).toBe(0)
    expect(dma_declare_contiguous(memory, 'mfc', 1, 0, START + 203 * MIB)).toBe(0)
    expect(memory.areas).toEqual([
      { start: START + 68 * MIB, size: 8 * MIB, device: 'fimc' },
      { start: START + 196 * MIB, size: 4 * MIB, device: 'mfc' },
    ])
  })

  it('goes below what is reserved already', () => {
    const memory = exynos()
    dma_declare_contiguous(memory, 'a', 16 * MIB, 0, 0)
    dma_declare_contiguous(memory, 'b', 16 * MIB, 0, 0)
    expect(memory.areas[1]?.start).toBe(START + 728 * MIB)
  })

  it.each([
    { name: 'a base that is taken', size: 8 * MIB, base: START + 28 * MIB, limit: 0, ret: -EBUSY },
    {
      name: 'no room below the limit',
      size: 8 * MIB,
      base: 0,
      limit: START + 36 * MIB,
      ret: -ENOMEM,
    },
  ])('says that it failed: $name', ({ size, base, limit, ret }) => {
    const memory = exynos()
    expect(dma_declare_contiguous(memory, 'cam', size, base, limit)).toBe(ret)
    expect(memory.log).toEqual(['cma: CMA: failed to reserve 8 MiB'])
    expect(memory.areas).toEqual([])
  })

  it('refuses size 0 without a word, and a ninth area with one', () => {
    const memory = exynos()
    expect(dma_declare_contiguous(memory, 'cam', 0, 0, 0)).toBe(-EINVAL)
    for (let i = 0; i < 8; i++) {
      expect(dma_declare_contiguous(memory, `dev${i}`, 4 * MIB, 0, 0)).toBe(0)
    }
    expect(dma_declare_contiguous(memory, 'dev8', 4 * MIB, 0, 0)).toBe(-ENOSPC)
    expect(memory.log.at(-1)).toBe('cma: Not enough slots for CMA reserved regions!')
    expect(memory.log).toHaveLength(9)
  })
})
