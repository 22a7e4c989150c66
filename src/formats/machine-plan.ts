/** The machine of a scenario file: a preset with its options, or zones given one by one. */
import { presetMachine, type BootUse, type MachineSpec } from '../sim'
import type { MachineFile } from './scenario-schema'
import { zoneState, type ZoneState } from './zone-state'

export type MachinePlanned =
  | { readonly ok: true; readonly spec: MachineSpec }
  | { readonly ok: false; readonly at: string; readonly message: string }

type Explicit = Exclude<MachineFile, { preset: string }>

/** Answers where the machine is impossible, as a path in the file. */
export function toMachineSpec(file: MachineFile): MachinePlanned {
  if ('preset' in file) {
    const { preset, swapPages, ...options } = file
    const made = presetMachine(preset, options)
    if (made.ok) return { ok: true, spec: { ...made.spec, ...withSwap(swapPages) } }
    return { ok: false, at: `machine.${made.at}`, message: made.message }
  }
  const complaint = checkZones(file)
  if (complaint !== null) return complaint
  const placed = zoneState(file)
  if (!placed.ok) return { ok: false, at: `machine.${placed.at}`, message: placed.message }
  return { ok: true, spec: explicitSpec(file, placed.state) }
}

/** Swap space where the file asks for it; no board has it of itself. */
function withSwap(swapPages: number | undefined): { swapPages?: number } {
  return swapPages === undefined ? {} : { swapPages }
}

/** Frames the map of a machine may have: every one costs memory, whether it exists or not. */
const MAX_SPAN = 1 << 21

type Complaint = readonly [at: string, message: string]

function checkZones(file: Explicit): Extract<MachinePlanned, { ok: false }> | null {
  const complaint =
    checkOrders(file) ??
    checkZoneRuns(file) ??
    checkSections(file) ??
    checkAreas(file) ??
    checkReserved(file) ??
    checkLowmem(file)
  return complaint && { ok: false, at: `machine.${complaint[0]}`, message: complaint[1] }
}

function maxBlock(file: Explicit): number {
  return 1 << ((file.maxOrder ?? 11) - 1)
}

function checkOrders(file: Explicit): Complaint | null {
  const most = (file.maxOrder ?? 11) - 1
  if (file.pageblockOrder <= most) return null
  return ['pageblockOrder', `at most maxOrder - 1 = ${most}, got ${file.pageblockOrder}`]
}

function checkZoneRuns(file: Explicit): Complaint | null {
  const unit = maxBlock(file)
  let end = 0
  if (file.zones.every((z) => z.pages === 0)) return ['zones', 'at least one zone must have pages']
  for (const [i, z] of file.zones.entries()) {
    if (z.startPfn % unit !== 0 || z.pages % unit !== 0) {
      return [
        `zones[${i}]`,
        `start and size must be multiples of ${unit} pages (a max-order block)`,
      ]
    }
    if (z.startPfn < end) return [`zones[${i}].startPfn`, 'zones must ascend without overlap']
    if (file.zones.findIndex((other) => other.name === z.name) < i) {
      return [`zones[${i}].name`, `a second zone is called ${z.name}`]
    }
    end = z.startPfn + z.pages
  }
  const first = Math.min(...file.zones.filter((z) => z.pages > 0).map((z) => z.startPfn))
  if (end - first <= MAX_SPAN) return null
  return ['zones', `from the first frame to the last at most ${MAX_SPAN} pages, holes included`]
}

/** A memory block is what isolation can take whole: pageblocks and max-order blocks (11.2). */
function checkSections(file: Explicit): Complaint | null {
  const unit = maxBlock(file)
  if (file.sectionPages === undefined || file.sectionPages % unit === 0) return null
  return ['sectionPages', `must be a multiple of ${unit} pages (a max-order block)`]
}

interface Run {
  readonly startPfn: number
  readonly pages: number
}

function overlap(x: Run, y: Run): boolean {
  return x.startPfn < y.startPfn + y.pages && y.startPfn < x.startPfn + x.pages
}

function checkAreas(file: Explicit): Complaint | null {
  // Later kernels align areas to a pageblock; only a machine taken from one needs that.
  const hasState = file.zones.some((z) => z.free !== undefined)
  const unit = hasState ? 1 << file.pageblockOrder : maxBlock(file)
  const areas = file.cma ?? []
  for (const [i, area] of areas.entries()) {
    const at = `cma[${i}]`
    for (const field of ['startPfn', 'pages'] as const) {
      if (area[field] % unit === 0) continue
      return [`${at}.${field}`, `unaligned: must be a multiple of ${unit} pages`]
    }
    const zone = file.zones.find((z) => overlap(z, { startPfn: area.startPfn, pages: 1 }))
    if (zone === undefined) return [`${at}.startPfn`, 'lies in no zone']
    const left = zone.startPfn + zone.pages - area.startPfn
    if (area.pages > left) {
      const what = `the area is larger than what zone ${zone.name} has from there`
      return [`${at}.pages`, `${what}: ${area.pages} > ${left} pages`]
    }
    const before = areas
      .slice(0, i)
      .find((other) => overlap(other, area) || other.name === area.name)
    if (before !== undefined) return [at, `shares frames or its name with area "${before.name}"`]
  }
  return null
}

function checkReserved(file: Explicit): Complaint | null {
  for (const [i, run] of (file.reserved ?? []).entries()) {
    const end = run.startPfn + run.pages
    const zone = file.zones.find((z) => run.startPfn >= z.startPfn && end <= z.startPfn + z.pages)
    if (zone === undefined) return [`reserved[${i}]`, 'must lie within one zone']
    const area = (file.cma ?? []).find((other) => overlap(other, run))
    if (area !== undefined) return [`reserved[${i}]`, `lies in CMA area "${area.name}"`]
  }
  return null
}

/** The kernel itself lives in low memory outside CMA. */
function checkLowmem(file: Explicit): Complaint | null {
  const low = file.zones.filter((z) => z.name !== 'HighMem' && z.name !== 'Movable')
  const areas = (file.cma ?? []).filter((area) => low.some((z) => overlap(z, area)))
  const sum = (runs: readonly Run[]): number => runs.reduce((n, run) => n + run.pages, 0)
  if (sum(low) > sum(areas)) return null
  return ['zones', 'a DMA, DMA32 or Normal zone must have memory outside CMA for the kernel']
}

function explicitSpec(file: Explicit, { freeLists, pageblocks }: ZoneState): MachineSpec {
  const boot: BootUse[] = (file.reserved ?? []).map((r) => ({ ...r, use: 'reserved' }))
  return {
    name: 'explicit',
    cpus: file.cpus,
    maxOrder: file.maxOrder ?? 11,
    pageblockOrder: file.pageblockOrder,
    zones: file.zones.map(({ name, startPfn, pages, managed = null, watermarks = null }) => {
      return { name, startPfn, pages, managed, watermarks }
    }),
    cma: file.cma ?? [],
    cmaAlignmentOrder: 8,
    minFreeKbytes: file.minFreeKbytes ?? null,
    boot,
    freeLists,
    pageblocks,
    pcp: null,
    statThreshold: null,
    ...withSwap(file.swapPages),
    debugVm: file.debugVm ?? false,
    thpEnabled: file.thpEnabled ?? false,
    groupByMobility: file.groupByMobility,
    bitsPerLong: file.bitsPerLong,
    sectionPages: file.sectionPages,
    iommu: file.iommu ?? true,
    sgChaining: file.sgChaining ?? true,
    dmaMaxSegSize: file.dmaMaxSegSize ?? 65536,
    dmaCacheAlign: file.dmaCacheAlign ?? 64,
  }
}
