/** The machine of `pinscope exec`: a preset with options, or zones given one by one. */
import {
  PRESET_NAMES,
  presetMachine,
  type BootUse,
  type MachineSpec,
  type StatePlan,
  type ZoneSpec,
} from '../sim'
import { readConfigs, type Configs } from './exec-configs'
import {
  bytes,
  Complaint,
  count,
  label,
  listOf,
  may,
  maybe,
  need,
  oneOf,
  oneOrMore,
  pfn,
  record,
  shown,
  text,
  whole,
  type Kind,
  type Read,
} from './exec-kinds'

const ZONE_WORDS = ['DMA', 'DMA32', 'Normal', 'HighMem', 'Movable'] as const
const ZONE_NAMES = new Map([
  ...ZONE_WORDS.map((name) => [name, name] as const),
  ...ZONE_WORDS.map((name) => [`ZONE_${name}`, name] as const),
])
export const zoneName = oneOf(ZONE_NAMES)

/** Frames of a machine at most: 8 GiB. */
const MAX_PAGES = 2 ** 21
const pages = whole(1, MAX_PAGES)

/** `[min, low, high]`, or the three by name. */
export const watermarks: Kind<readonly [number, number, number]> = {
  read: (x, at) => {
    const mark = whole(0, 2 ** 30)
    if (Array.isArray(x)) {
      if (x.length !== 3) throw new Complaint(at, `expected [min, low, high], got ${shown(x)}`)
      return [mark.read(x[0], at), mark.read(x[1], at), mark.read(x[2], at)]
    }
    const { min, low, high } = record({
      min: need(mark, 'WMARK_MIN'),
      low: maybe(mark, 'WMARK_LOW; default: as min'),
      high: maybe(mark, 'WMARK_HIGH; default: as low'),
    }).read(x, at)
    return [min, low ?? min, high ?? low ?? min]
  },
  json: {
    anyOf: [
      { type: 'array', items: { type: 'integer' }, minItems: 3, maxItems: 3 },
      { type: 'object' },
    ],
  },
}

const zone = record({
  name: may(zoneName, 'Normal', 'DMA, DMA32, Normal, HighMem or Movable'),
  startPfn: may(pfn, 0, 'first PFN', 'start', 'start_pfn', 'zone_start_pfn'),
  pages: maybe(pages, 'number of frames', 'spanned', 'spanned_pages', 'nr_pages', 'size'),
  endPfn: maybe(pfn, 'PFN behind the last, instead of pages', 'end'),
  managed: maybe(
    count,
    'managed pages; default: those outside CMA and not reserved',
    'managed_pages',
  ),
  present: maybe(count, 'present pages; default: all', 'present_pages'),
  watermarks: maybe(watermarks, '[min, low, high]; default: computed', 'wmark', 'watermark'),
})

const cmaArea = record({
  name: maybe(label, 'name of the area'),
  startPfn: need(pfn, 'first PFN', 'start', 'base_pfn', 'base'),
  pages: maybe(pages, 'number of frames', 'count', 'nr_pages'),
  endPfn: maybe(pfn, 'PFN behind the last, instead of pages', 'end'),
})

const run = record({
  startPfn: need(pfn, 'first PFN', 'start', 'pfn'),
  pages: may(pages, 1, 'number of frames', 'count'),
})

const anything: Kind<unknown> = { read: (x) => x, json: {} }
const configs: Kind<Configs> = { read: readConfigs, json: { type: 'object' } }

const machineFields = {
  preset: maybe(text(64), 'a board by name; or give zones'),
  zones: maybe(listOf(zone, 5), 'the zones, one by one'),
  pageblockOrder: maybe(whole(0, 13), 'default: maxOrder - 1'),
  maxOrder: maybe(
    whole(1, 14),
    'MAX_ORDER; default 11 or what the zones allow, for a pageblockOrder below 9 the smallest possible',
  ),
  cpus: maybe(whole(1, 64), 'number of CPUs; default 1', 'nrCpus'),
  cma: maybe(anything, 'areas [{startPfn, pages}]; with a preset also a size such as "16M"'),
  minFreeKbytes: maybe(whole(0, 2 ** 24), 'min_free_kbytes; default: computed'),
  reserved: may(listOf(run, 4096), [], 'frames that are PG_reserved for good'),
  configs: may(configs, {}, 'CONFIG_* options', 'config'),
} as const

/** What a state says of its zones. */
type Zones = Pick<StatePlan, 'zones'>

export const machineKind = record(machineFields)
type MachineFile = Read<typeof machineFields>

/** The recipe of the machine. `state` is read before it, as it may say how large orders are. */
export function machineSpec(x: unknown, state: Zones | null): MachineSpec {
  const file = machineKind.read(x, 'machine')
  const spec = file.preset === null ? explicitSpec(file, state) : presetSpec(file.preset, file)
  const total = spec.zones.reduce((n, z) => n + z.pages, 0)
  if (total > MAX_PAGES) throw new Complaint('machine', `at most ${MAX_PAGES} frames, got ${total}`)
  return spec
}

function presetSpec(name: string, file: MachineFile): MachineSpec {
  for (const field of ['zones', 'pageblockOrder', 'maxOrder'] as const) {
    if (file[field] !== null) {
      throw new Complaint(`machine.${field}`, `goes with explicit zones, not with a preset`)
    }
  }
  const { cma, highmem, thpEnabled, gupFast, ...options } = file.configs
  if (cma === false || highmem === false) {
    throw new Complaint('machine.configs', `preset ${name} has CMA as it is; give zones instead`)
  }
  const made = presetMachine(presetNamed(name), {
    ...options,
    cma: file.cma === null ? undefined : presetCma(file.cma),
    cpus: file.cpus ?? undefined,
  })
  if (!made.ok) throw new Complaint(`machine.${made.at}`, made.message)
  const minFreeKbytes = file.minFreeKbytes ?? made.spec.minFreeKbytes
  const boot = [...made.spec.boot, ...reservedRuns(file)]
  const order = file.configs.cmaAlignmentOrder ?? made.spec.cmaAlignmentOrder
  return {
    ...made.spec,
    minFreeKbytes,
    boot,
    cmaAlignmentOrder: order,
    thpEnabled: thpEnabled ?? made.spec.thpEnabled,
    gupFast: gupFast ?? made.spec.gupFast,
  }
}

const BOARDS: Readonly<Record<string, string>> = {
  arm: 'vexpress',
  'vexpress-a9': 'vexpress',
  exynos: 'exynos4',
}

/** A board by its full name, or the first of its family: `x86_64` is `x86_64-512m`. */
function presetNamed(name: string): string {
  const word = name.toLowerCase()
  const start = BOARDS[word] ?? word
  return PRESET_NAMES.find((n) => n === word || n.startsWith(`${start}-`)) ?? name
}

/** Bytes of a preset's area; a list of areas stands for its size. */
function presetCma(x: unknown): number {
  const PAGE_SIZE = 4096
  if (typeof x !== 'object') return bytes(2 ** 40).read(x, 'machine.cma')
  const areas = oneOrMore(cmaArea, 8).read(x, 'machine.cma')
  return areas.reduce((n, area, i) => n + sizeOf(area, `machine.cma[${i}]`), 0) * PAGE_SIZE
}

interface Sized {
  readonly startPfn: number
  readonly pages: number | null
  readonly endPfn: number | null
}

function sizeOf({ startPfn, pages: given, endPfn }: Sized, at: string): number {
  const size = given ?? (endPfn === null ? null : endPfn - startPfn)
  if (size === null) throw new Complaint(`${at}.pages`, 'is missing')
  if (size < 1 || size > MAX_PAGES)
    throw new Complaint(`${at}.pages`, `1 to ${MAX_PAGES}, got ${size}`)
  return size
}

function reservedRuns(file: MachineFile): BootUse[] {
  return file.reserved.map((r) => ({ ...r, use: 'reserved' }))
}

/** Frames of low memory below which a machine is a worked example: 1 MiB. */
const TOY_PAGES = 256

function explicitSpec(file: MachineFile, state: Zones | null): MachineSpec {
  if (file.zones === null || file.zones.length === 0) {
    throw new Complaint('machine', `needs a preset (${PRESET_NAMES.join(', ')}) or zones`)
  }
  const { cma: _cma, highmem: _highmem, maxOrder: configured, ...options } = file.configs
  const zones = zoneSpecs(file.zones)
  const maxOrder = file.maxOrder ?? configured ?? defaultMaxOrder(file.pageblockOrder, zones, state)
  const pageblockOrder = file.pageblockOrder ?? maxOrder - 1
  if (pageblockOrder >= maxOrder) {
    throw new Complaint('machine.pageblockOrder', `at most maxOrder - 1 = ${maxOrder - 1}`)
  }
  const cma = areaSpecs(file.cma, zones, pageblockOrder)
  checkConfigs(file.configs, zones, cma.length)
  checkReserved(file, zones)
  const low = zones.filter((z) => z.name !== 'HighMem' && z.name !== 'Movable')
  const isToy = low.reduce((n, z) => n + z.pages, 0) < TOY_PAGES
  return {
    name: 'explicit',
    cpus: file.cpus ?? 1,
    maxOrder,
    pageblockOrder,
    // The kernel's smallest marks are larger than such a machine (allocator 5.1.2, 14).
    zones: isToy && file.minFreeKbytes === null ? zones.map(unmarked) : zones,
    cma,
    cmaAlignmentOrder: 8,
    minFreeKbytes: file.minFreeKbytes,
    boot: reservedRuns(file),
    freeLists: null,
    pageblocks: {},
    pcp: null,
    statThreshold: isToy ? 0 : null,
    debugVm: false,
    iommu: true,
    sgChaining: true,
    dmaMaxSegSize: 65536,
    dmaCacheAlign: 64,
    ...options,
    cmaConfig: file.configs.cma ?? true,
  }
}

function checkConfigs(configs: Configs, zones: readonly ZoneSpec[], areas: number): void {
  if (configs.highmem === false && zones.some((z) => z.name === 'HighMem')) {
    throw new Complaint('machine.configs', 'CONFIG_HIGHMEM is off, yet there is a HighMem zone')
  }
  if (configs.cma === false && areas > 0) {
    throw new Complaint('machine.cma', 'CONFIG_CMA is off, yet there are areas')
  }
}

function unmarked(spec: ZoneSpec): ZoneSpec {
  return { ...spec, watermarks: spec.watermarks ?? [0, 0, 0] }
}

const MAX_ORDER = 11

/** Order of the largest block that every zone starts and ends with. */
function zoneOrder(zones: readonly ZoneSpec[]): number {
  let order = MAX_ORDER - 1
  const isWhole = (n: number): boolean => n % 2 ** order === 0
  while (order > 0 && !zones.every((z) => isWhole(z.startPfn) && isWhole(z.pages))) order--
  return order
}

/** As large as the zones allow; for small pageblocks as small as they and the state allow. */
function defaultMaxOrder(
  block: number | null,
  zones: readonly ZoneSpec[],
  state: Zones | null,
): number {
  if (block === null || block >= 9) return Math.max((block ?? 0) + 1, zoneOrder(zones) + 1)
  const listed = state?.zones.flatMap((z) => z.freeLists.map((list) => list.order + 1)) ?? []
  return Math.max(block + 1, ...listed)
}

function zoneSpecs(files: NonNullable<MachineFile['zones']>): ZoneSpec[] {
  const specs = files.map((file, i) => {
    const at = `machine.zones[${i}]`
    const size = sizeOf(file, at)
    const { name, startPfn, managed, watermarks: marks } = file
    return { name, startPfn, pages: size, managed, watermarks: marks }
  })
  for (const [i, spec] of specs.entries()) {
    const at = `machine.zones[${i}]`
    for (const other of specs.slice(0, i)) {
      if (other.name === spec.name) throw new Complaint(at, `a second zone is called ${spec.name}`)
      if (overlap(other, spec)) throw new Complaint(at, `overlaps zone ${other.name}`)
    }
    if ((spec.managed ?? 0) > spec.pages) {
      throw new Complaint(`${at}.managed`, `the zone has ${spec.pages} pages, got ${spec.managed}`)
    }
  }
  const words: readonly string[] = ZONE_WORDS
  return specs.toSorted((x, y) => words.indexOf(x.name) - words.indexOf(y.name))
}

interface Span {
  readonly startPfn: number
  readonly pages: number
}

function overlap(x: Span, y: Span): boolean {
  return x.startPfn < y.startPfn + y.pages && y.startPfn < x.startPfn + x.pages
}

function areaSpecs(x: unknown, zones: readonly ZoneSpec[], order: number): MachineSpec['cma'] {
  if (x === null) return []
  const areas = oneOrMore(cmaArea, 8).read(x, 'machine.cma')
  const block = 2 ** order
  const specs: { name: string; startPfn: number; pages: number }[] = []
  for (const [i, area] of areas.entries()) {
    const at = `machine.cma[${i}]`
    const spec = {
      name: area.name ?? (i === 0 ? 'default' : `area${i}`),
      startPfn: area.startPfn,
      pages: sizeOf(area, at),
    }
    if (spec.startPfn % block !== 0 || spec.pages % block !== 0) {
      throw new Complaint(at, `unaligned: start and size must be multiples of ${block} pages`)
    }
    if (!zones.some((z) => inside(spec, z))) throw new Complaint(at, 'must lie within one zone')
    if (specs.some((other) => overlap(other, spec) || other.name === spec.name)) {
      throw new Complaint(at, 'shares frames or its name with another area')
    }
    specs.push(spec)
  }
  return specs
}

function inside(x: Span, y: Span): boolean {
  return x.startPfn >= y.startPfn && x.startPfn + x.pages <= y.startPfn + y.pages
}

function checkReserved(file: MachineFile, zones: readonly ZoneSpec[]): void {
  for (const [i, r] of file.reserved.entries()) {
    if (zones.some((z) => inside(r, z))) continue
    throw new Complaint(`machine.reserved[${i}]`, 'must lie within one zone')
  }
}
