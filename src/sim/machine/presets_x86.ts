/**
 * x86 boards: zones and the frames the boot keeps. They are ours (S-03), in the places where a kernel
 * of the time had such frames: low memory of the BIOS, the image at 16 MiB with the frame map behind
 * it, and what was allocated while booting.
 */
import { MIGRATE_RECLAIMABLE, MIGRATE_UNMOVABLE } from '../include/linux/mmzone'
import { zoneMovableStart, type Run } from './zone_movable'
import type { BootUse, MachineSpec, Pfn, ZoneSpec } from './types'

export interface X86Options {
  /** Pages of the CMA area; 0 = none. Only without SWIOTLB (1.2.5). */
  readonly cmaPages: number
  /** `movablecore=` and `kernelcore=` in pages; null = not given (11.6.1). */
  readonly movablecore: number | null
  readonly kernelcore: number | null
}

/** What an x86 board adds to the options every board has. */
export type X86Spec = Pick<
  MachineSpec,
  | 'name'
  | 'pageblockOrder'
  | 'zones'
  | 'cma'
  | 'boot'
  | 'freeLists'
  | 'pageblocks'
  | 'bitsPerLong'
  | 'cmaConfig'
  | 'sectionPages'
>

/** 2 MiB: HUGETLB_PAGE_ORDER with PAE or in long mode (1.1). */
const PAGEBLOCK_ORDER = 9
const BLOCK = 1 << PAGEBLOCK_ORDER
/** 128 MiB (11.1.1). */
const SECTION_PAGES = 32768
const DMA_END = 0x1000
/** The last 1 GiB below 4 GiB belongs to devices; RAM goes on above. */
const PCI_HOLE = 0xc0000
const DMA32_END = 0x100000
const LOWMEM_END = 0x38000
const IMAGE = 0x1000
const IMAGE_PAGES = 2560

/** x86_64 with `pages` frames of RAM: DMA, DMA32, Normal and Movable, memory blocks, no CMA. */
export function x86_64(name: string, pages: number, options: X86Options): X86Spec {
  const above = Math.max(0, pages - PCI_HOLE)
  const ram: Run[] = [{ startPfn: 0, pages: Math.min(pages, PCI_HOLE) }]
  if (above > 0) ram.push({ startPfn: DMA32_END, pages: above })
  const zones = [
    zone('DMA', 0, DMA_END),
    zone('DMA32', DMA_END, Math.min(pages, PCI_HOLE)),
    zone('Normal', DMA32_END, DMA32_END + above),
  ]
  const split = carveMovable(zones, ram, options)
  return {
    ...layout(split, 64 * pages),
    name,
    cma: [],
    bitsPerLong: 64,
    cmaConfig: false,
    sectionPages: SECTION_PAGES,
  }
}

/**
 * 32-bit x86 with PAE, 1 GiB and no SWIOTLB: the one kind of x86 on which CMA can be enabled at v3.9
 * (1.2.5). The area lies at the top of lowmem.
 */
export function x86_32_noswiotlb(name: string, options: X86Options): X86Spec {
  const end = 0x40000
  const zones = [
    zone('DMA', 0, DMA_END),
    zone('Normal', DMA_END, LOWMEM_END),
    zone('HighMem', LOWMEM_END, end),
  ]
  const split = carveMovable(zones, [{ startPfn: 0, pages: end }], options)
  const startPfn = LOWMEM_END - options.cmaPages
  const cma = options.cmaPages === 0 ? [] : [{ name: 'default', startPfn, pages: options.cmaPages }]
  return { ...layout(split, 32 * end), name, cma, bitsPerLong: 32, cmaConfig: true }
}

function zone(name: ZoneSpec['name'], startPfn: Pfn, end: Pfn): ZoneSpec {
  return { name, startPfn, pages: end - startPfn, managed: null, watermarks: null }
}

/** The zones with Movable as the last one, taken from the end of the highest populated zone. */
function carveMovable(
  zones: readonly ZoneSpec[],
  ram: readonly Run[],
  options: X86Options,
): ZoneSpec[] {
  const from = zones.findLastIndex((z) => z.pages > 0)
  const source = zones[from] as ZoneSpec
  const end = source.startPfn + source.pages
  const start = zoneMovableStart(ram, source.startPfn, options) ?? end
  const rest = zones.map((z, i) => (i === from ? zone(z.name, z.startPfn, start) : z))
  return [...rest, zone('Movable', start, end)]
}

/** Frames of the boot and the types of the pageblocks its allocations took. */
function layout(
  zones: ZoneSpec[],
  frameMapBytes: number,
): Pick<X86Spec, 'zones' | 'boot' | 'pageblocks' | 'freeLists' | 'pageblockOrder'> {
  const frameMap = Math.ceil(frameMapBytes / 4096)
  const used = IMAGE + IMAGE_PAGES + frameMap
  // The kernel's own allocations come from the highest zone that is not for user pages alone.
  const home = zones.findLast((z) => z.pages > 0 && z.name !== 'Movable' && z.name !== 'HighMem')
  const first = Math.ceil(Math.max(used, home?.startPfn ?? 0) / BLOCK) * BLOCK
  const boot: BootUse[] = [
    { startPfn: 0, pages: 16, use: 'reserved' },
    { startPfn: 0xa0, pages: 96, use: 'reserved' },
    { startPfn: IMAGE, pages: IMAGE_PAGES, use: 'reserved' },
    { startPfn: IMAGE + IMAGE_PAGES, pages: frameMap, use: 'reserved' },
    { startPfn: first, pages: 320, use: 'kernel' },
    { startPfn: first + BLOCK, pages: 480, use: 'kernel' },
    { startPfn: first + 2 * BLOCK, pages: 320, use: 'file' },
    { startPfn: first + 2 * BLOCK + 320, pages: 192, use: 'anon' },
  ]
  return {
    zones,
    boot,
    pageblocks: { [first]: MIGRATE_RECLAIMABLE, [first + BLOCK]: MIGRATE_UNMOVABLE },
    freeLists: null,
    pageblockOrder: PAGEBLOCK_ORDER,
  }
}
