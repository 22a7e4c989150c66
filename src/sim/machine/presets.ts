/** Machines by name. Impossible options come back as a message, never as an exception. */
import {
  MIGRATE_MOVABLE,
  MIGRATE_RECLAIMABLE,
  MIGRATE_RESERVE,
  MIGRATE_UNMOVABLE,
} from '../include/linux/mmzone'
import { x86_32_noswiotlb, x86_64, type X86Options, type X86Spec } from './presets_x86'
import type { BootUse, FreeLists, MachineSpec, Pfn } from './types'

export const PRESET_NAMES = [
  'vexpress-128m',
  'exynos4-1g',
  'x86_64-512m',
  'x86_64-4g',
  'x86_32-noswiotlb',
] as const
export type PresetName = (typeof PRESET_NAMES)[number]

/** What can be set on a preset; sizes are bytes. */
export interface PresetOptions {
  readonly cma?: number | undefined
  readonly cpus?: number | undefined
  /** `movablecore=` and `kernelcore=` (allocator 11.6); x86 alone. */
  readonly movablecore?: number | undefined
  readonly kernelcore?: number | undefined
  /** Size of the vmalloc area, which is what lowmem of an ARM board ends below (1.2.3). */
  readonly vmalloc?: number | undefined
  readonly groupByMobility?: 'auto' | boolean | undefined
  readonly iommu?: boolean | undefined
  readonly sgChaining?: boolean | undefined
  readonly dmaMaxSegSize?: number | undefined
  readonly dmaCacheAlign?: number | undefined
  readonly debugVm?: boolean | undefined
  /** Transparent huge pages; x86 alone. */
  readonly thpEnabled?: boolean | undefined
}

export type PresetResult =
  | { readonly ok: true; readonly spec: MachineSpec }
  | { readonly ok: false; readonly message: string; readonly at: string }

const MIB = 1 << 20
const PAGES_PER_MIB = 256
/** Pages of a max-order block and of a pageblock on ARM (allocator 1.1). */
const BLOCK = 1024
/** CMA areas are placed and sized in max-order blocks (8.1.2). */
const CMA_UNIT = 4 * MIB

export function presetMachine(name: string, options: PresetOptions = {}): PresetResult {
  const cpus = options.cpus
  if (cpus !== undefined && !(Number.isInteger(cpus) && cpus >= 1 && cpus <= 8)) {
    return { ok: false, at: 'cpus', message: `cpus must be 1 to 8, got ${cpus}` }
  }
  const foreign = foreignOption(name, options)
  if (foreign !== null) return foreign
  switch (name) {
    case 'vexpress-128m':
      return vexpress128m(options)
    case 'exynos4-1g':
      return exynos4x1g(options)
    case 'x86_64-512m':
      return x86(options, x86_64(name, 512 * PAGES_PER_MIB, x86Options(options, 0)))
    case 'x86_64-4g':
      return x86(options, x86_64(name, 4096 * PAGES_PER_MIB, x86Options(options, 0)))
    case 'x86_32-noswiotlb':
      return x86x32(name, options)
    default:
      return {
        ok: false,
        at: 'preset',
        message: `no preset "${name}"; there are ${PRESET_NAMES.join(', ')}`,
      }
  }
}

const NO_CMA_ON_X86_64 =
  'CMA cannot be enabled on x86_64 at v3.9: it needs a kernel without SWIOTLB, and x86_64 always has SWIOTLB; take x86_32-noswiotlb or an ARM board'
const NO_MOVABLE_ON_ARM =
  'ARM at v3.9 does not parse kernelcore= and movablecore=, its Movable zone is always empty; take an x86 board'
const NO_THP_ON_ARM = 'ARM at v3.9 has no transparent huge pages (1.1); take an x86 board'
const NO_VMALLOC = 'only exynos4-1g has a split that vmalloc= moves'

/** An option that the board's kernel does not have, with the reason (1.2.4, 1.2.5). */
function foreignOption(name: string, options: PresetOptions): PresetResult | null {
  const refuse = (at: string, message: string): PresetResult => ({ ok: false, at, message })
  const isX86 = name.startsWith('x86_')
  if (name.startsWith('x86_64') && (options.cma ?? 0) !== 0) return refuse('cma', NO_CMA_ON_X86_64)
  if (!isX86 && options.movablecore !== undefined) return refuse('movablecore', NO_MOVABLE_ON_ARM)
  if (!isX86 && options.kernelcore !== undefined) return refuse('kernelcore', NO_MOVABLE_ON_ARM)
  if (!isX86 && options.thpEnabled === true) return refuse('thpEnabled', NO_THP_ON_ARM)
  if (name !== 'exynos4-1g' && options.vmalloc !== undefined) return refuse('vmalloc', NO_VMALLOC)
  return null
}

function x86Options(options: PresetOptions, cmaPages: number): X86Options {
  const inPages = (bytes: number | undefined): number | null =>
    bytes === undefined ? null : Math.floor(bytes / 4096)
  return {
    cmaPages,
    movablecore: inPages(options.movablecore),
    kernelcore: inPages(options.kernelcore),
  }
}

function x86(options: PresetOptions, spec: X86Spec): PresetResult {
  return { ok: true, spec: { ...board(options, 2), gupFast: true, ...spec } }
}

function x86x32(name: string, options: PresetOptions): PresetResult {
  const pages = options.cma === 0 ? 0 : cmaPages(options.cma ?? 16 * MIB, 512)
  if (typeof pages !== 'number') return pages
  return x86(options, x86_32_noswiotlb(name, x86Options(options, pages)))
}

/** Pages of the area, or why it cannot be. */
function cmaPages(cma: number, maxMib: number): number | PresetResult {
  if (cma % CMA_UNIT === 0 && cma >= CMA_UNIT && cma <= maxMib * MIB) return cma / 4096
  const got = cma % MIB === 0 ? `${cma / MIB}M` : `${cma} bytes`
  const message = `cma must be a multiple of 4M from 4M to ${maxMib}M, got ${got}`
  return { ok: false, at: 'cma', message }
}

function board(options: PresetOptions, cpus: number) {
  return {
    cpus: options.cpus ?? cpus,
    maxOrder: 11,
    pageblockOrder: 10,
    cmaAlignmentOrder: 8,
    minFreeKbytes: null,
    pcp: null,
    statThreshold: null,
    debugVm: options.debugVm ?? false,
    thpEnabled: options.thpEnabled ?? false,
    iommu: options.iommu ?? true,
    sgChaining: options.sgChaining ?? true,
    dmaMaxSegSize: options.dmaMaxSegSize ?? 64 * 1024,
    dmaCacheAlign: options.dmaCacheAlign ?? 64,
    groupByMobility: options.groupByMobility,
  }
}

const VEXPRESS_START = 0x60000
const VEXPRESS_BLOCKS = 32

/**
 * The board of the recordings: 128 MiB, one CPU. At cma=16M and cma=4M the free lists, pageblock
 * types and cached types are the recorded ones. In between and beyond, the boot's last allocations
 * (one RECLAIMABLE, one UNMOVABLE, one MOVABLE pageblock) end where the area begins, as on the board,
 * and each 2 MiB of the area cost one page table frame.
 */
function vexpress128m(options: PresetOptions): PresetResult {
  const pages = cmaPages(options.cma ?? 16 * MIB, 64)
  if (typeof pages !== 'number') return pages
  const cmaStart = VEXPRESS_START + VEXPRESS_BLOCKS * BLOCK - pages
  const layout: VexpressLayout = {
    pageTables: pages / 512,
    reclaimable: cmaStart - 3 * BLOCK,
    unmovable: cmaStart - 2 * BLOCK,
    movable: cmaStart - BLOCK,
    // The boot loader's frames lie at 64 MiB; an area that reaches them pushes them below (ours).
    loader: Math.min(VEXPRESS_START + 16 * BLOCK, cmaStart - 4 * BLOCK),
  }
  return {
    ok: true,
    spec: {
      ...board(options, 1),
      name: 'vexpress-128m',
      zones: [
        {
          name: 'Normal',
          startPfn: VEXPRESS_START,
          pages: VEXPRESS_BLOCKS * BLOCK,
          managed: VEXPRESS_BLOCKS * BLOCK - pages - VEXPRESS_RESERVED - layout.pageTables,
          watermarks: null,
        },
      ],
      cma: [{ name: 'default', startPfn: cmaStart, pages }],
      boot: vexpressBootUses(layout),
      freeLists: vexpressFreeLists(layout, pages / BLOCK),
      cachedTypes: vexpressCachedTypes(layout),
      pageblocks: {
        [VEXPRESS_START + 3 * BLOCK]: MIGRATE_RESERVE,
        [layout.reclaimable]: MIGRATE_RECLAIMABLE,
        [layout.unmovable]: MIGRATE_UNMOVABLE,
      },
    },
  }
}

/** Frames the boot reserved for good, apart from the area's page tables. */
const VEXPRESS_RESERVED = 3021

interface VexpressLayout {
  readonly pageTables: number
  readonly reclaimable: Pfn
  readonly unmovable: Pfn
  readonly movable: Pfn
  readonly loader: Pfn
}

/**
 * Which of the frames in use are reserved for good: kernel image and frame map at the bottom, what
 * the boot took from the top before it had an allocator. The last one named is the zero page, as
 * recorded; frames that no run names belong to the kernel.
 */
function vexpressBootUses({ movable, pageTables }: VexpressLayout): BootUse[] {
  return [
    { startPfn: VEXPRESS_START, pages: 3 * BLOCK, use: 'reserved' },
    { startPfn: movable + 896, pages: 23 + pageTables, use: 'reserved' },
    // The zero page came down by one frame for every page table before it.
    { startPfn: movable + 960, pages: 58 - pageTables, use: 'reserved' },
  ]
}

/**
 * Frames whose cached type is MOVABLE though nothing in the lists says so: blocks that were moved to
 * other lists whole and split later, and frames freed one by one (the root file system's image).
 */
function vexpressCachedTypes(layout: VexpressLayout): Record<string, number> {
  const { reclaimable: e, unmovable: u, movable: top, loader } = layout
  const image = Array.from({ length: 64 }, (_, i) => loader + i)
  const heads = [u + 448, u + 512, e + 128, e + 256, e + 512]
  return Object.fromEntries(
    [...heads, ...image, top + 931].map((pfn) => [String(pfn), MIGRATE_MOVABLE]),
  )
}

/** The recorded free lists, with the boot's last allocations where the area puts them. */
function vexpressFreeLists(layout: VexpressLayout, cmaBlocks: number): FreeLists {
  const { reclaimable: e, unmovable: u, movable: top, loader } = layout
  const single = VEXPRESS_START + 590
  const lists: Record<string, Record<string, Pfn[]>> = {
    '0': { E: [e + 95], M: [single] },
    '1': { U: [u + 418], M: [] },
    '2': { M: [] },
    '3': { U: [u + 424], M: [] },
    '4': { U: [u + 432], M: [] },
    '5': { E: [e + 96], M: [] },
    '6': { U: [u + 448], M: [loader] },
    '7': { E: [e + 128], M: [loader + 128, VEXPRESS_START + 2944, top + 768] },
    '8': { E: [e + 256], M: [loader + 256, top + 512] },
    '9': { U: [u + 512], E: [e + 512], M: [top, loader + 512] },
  }
  // Page tables fill the MOVABLE pageblock upwards from frame 919; from 960 on it was never free.
  for (const [pfn, order] of buddyBlocks(top + 919 + layout.pageTables, top + 960)) {
    lists[order]?.M?.unshift(pfn)
  }
  const whole: Pfn[] = []
  for (let pfn = e - BLOCK; pfn > VEXPRESS_START + 3 * BLOCK; pfn -= BLOCK) {
    if (pfn !== loader) whole.push(pfn)
  }
  const area: Pfn[] = []
  for (let n = cmaBlocks - 1; n >= 0; n--) area.push(top + BLOCK + n * BLOCK)
  lists['10'] = { M: whole, R: [VEXPRESS_START + 3 * BLOCK], C: area }
  return lists
}

/** The range cut into aligned blocks, ascending, as [first PFN, order]. */
function buddyBlocks(start: Pfn, end: Pfn): [Pfn, number][] {
  const blocks: [Pfn, number][] = []
  let pfn = start
  while (pfn < end) {
    let order = 0
    while (pfn % (2 << order) === 0 && pfn + (2 << order) <= end) order++
    blocks.push([pfn, order])
    pfn += 1 << order
  }
  return blocks
}

const EXYNOS_START = 0x40000
const EXYNOS_END = 0x80000
/** Pages of lowmem at the default split: 760 MiB. */
const EXYNOS_VMALLOC_MIB = 240

/** End of lowmem: its linear address ends 8 MiB below the vmalloc area (1.2.3); null = no such split. */
function exynosLowmemEnd(vmalloc: number): Pfn | null {
  const mib = vmalloc / MIB
  const lowmem = 4080 - 3072 - 8 - mib
  if (!Number.isInteger(mib) || mib % 4 !== 0 || lowmem < 128 || lowmem > 1000) return null
  return EXYNOS_START + Math.min(1024, lowmem) * PAGES_PER_MIB
}

/**
 * 1 GiB at 0x40000000 with 760 MiB of lowmem and an area at its top (allocator 1.2.3, 8.1.4). The
 * frames in use are a script of ours (S-03): kernel image and frame map at the bottom, boot-time
 * allocations below the area, the unpacked root file system at the top of highmem.
 */
function exynos4x1g(options: PresetOptions): PresetResult {
  const lowmemEnd = exynosLowmemEnd(options.vmalloc ?? EXYNOS_VMALLOC_MIB * MIB)
  if (lowmemEnd === null) {
    const message = 'vmalloc must be a multiple of 4M that leaves 128M to 1000M of lowmem'
    return { ok: false, at: 'vmalloc', message }
  }
  const lowmemMib = (lowmemEnd - EXYNOS_START) / PAGES_PER_MIB
  const pages = cmaPages(options.cma ?? 16 * MIB, Math.min(512, lowmemMib - 64))
  if (typeof pages !== 'number') return pages
  const cmaStart = lowmemEnd - pages
  return {
    ok: true,
    spec: {
      ...board(options, 4),
      name: 'exynos4-1g',
      zones: [zone('Normal', EXYNOS_START, lowmemEnd), zone('HighMem', lowmemEnd, EXYNOS_END)],
      cma: [{ name: 'default', startPfn: cmaStart, pages }],
      boot: exynosBootUses(cmaStart),
      freeLists: null,
      pageblocks: {
        [cmaStart - 3 * BLOCK]: MIGRATE_RECLAIMABLE,
        [cmaStart - 2 * BLOCK]: MIGRATE_UNMOVABLE,
      },
    },
  }
}

function zone(name: 'Normal' | 'HighMem', startPfn: Pfn, end: Pfn) {
  return { name, startPfn, pages: end - startPfn, managed: null, watermarks: null }
}

function exynosBootUses(cmaStart: Pfn): BootUse[] {
  const image = EXYNOS_START + 4
  const imagePages = 10 * PAGES_PER_MIB
  // 32 bytes for each frame.
  const frameMapPages = ((EXYNOS_END - EXYNOS_START) * 32) / 4096
  return [
    { startPfn: image, pages: imagePages, use: 'reserved' },
    { startPfn: image + imagePages, pages: frameMapPages, use: 'reserved' },
    { startPfn: cmaStart - 3 * BLOCK, pages: 320, use: 'kernel' },
    { startPfn: cmaStart - 2 * BLOCK, pages: 480, use: 'kernel' },
    { startPfn: cmaStart - 160, pages: 160, use: 'reserved' },
    { startPfn: EXYNOS_END - 512, pages: 320, use: 'file' },
    { startPfn: EXYNOS_END - 192, pages: 192, use: 'anon' },
  ]
}
