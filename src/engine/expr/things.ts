/** What of the machine an expression can name: frames, pageblocks, zones, per-CPU lists, areas, counters. */
import {
  at,
  COUNTER_NAMES,
  exactZoneState,
  longPins,
  page_zone,
  pageOrderIfFree,
  pfn_valid,
  REF_KINDS,
  ref_count,
  ref_sum,
  USES,
  VM_EVENT_NAMES,
  VM_ZONE_STAT_NAMES,
  type CmaArea,
  type Machine,
  type Page,
  type Zone,
} from '../../sim'
import {
  number,
  text,
  thing,
  type Compiled,
  type EvalInput,
  type NumberOf,
  type Thing,
  type Unit,
} from './value'

/** A number of a frame; NaN for a frame outside every zone. */
function pageNumber(unit: Unit, pfn: NumberOf, read: (m: Machine, page: Page) => number): Compiled {
  return number(unit, (x) => {
    const page = pageAt(x, pfn)
    return page < 0 ? Number.NaN : read(x.machine, page)
  })
}

function pageText(
  what: string,
  names: readonly string[] | null,
  pfn: NumberOf,
  read: (m: Machine, page: Page) => string | null,
): Compiled {
  return text(what, names, (x) => {
    const page = pageAt(x, pfn)
    return page < 0 ? null : read(x.machine, page)
  })
}

function pageAt(x: EvalInput, pfn: NumberOf): Page {
  const number = pfn(x)
  return pfn_valid(x.machine, number) ? number - x.machine.startPfn : -1
}

/** `page(PFN)`: fields by their kernel names, and what only the model knows. */
export function pageThing(pfn: NumberOf, m: Machine, actors: readonly string[] | null): Thing {
  const column = (unit: Unit, read: (m: Machine, page: Page) => number): Compiled =>
    pageNumber(unit, pfn, read)
  const count = column('count', (x, page) => at(x.mem.count, page))
  const owner = (x: Machine, page: Page): string | null =>
    at(x.mem.count, page) === 0 ? null : (x.tasks[at(x.mem.owner, page)]?.comm ?? null)
  return thing('a page', {
    count,
    _count: count,
    mapcount: column('count', (x, page) => Math.max(0, at(x.mem.mapcount, page) + 1)),
    _mapcount: column('count', (x, page) => at(x.mem.mapcount, page)),
    flags: column('flags', (x, page) => at(x.mem.flags, page)),
    mapping: column('mapping', (x, page) => at(x.mem.mapping, page)),
    private: column('count', (x, page) => at(x.mem.private, page)),
    index: column('count', (x, page) => at(x.mem.index, page)),
    migratetype: column('migratetype', blockType),
    zone: pageText('zone', zoneNames(m), pfn, (x, page) => page_zone(x, page).name),
    use: pageText('use', USES, pfn, (x, page) => USES[at(x.mem.use, page)] ?? null),
    owner: pageText('actor', actors, pfn, owner),
    order: column('count', (x, page) => pageOrderIfFree(x, page) ?? Number.NaN),
    pins: column('count', (x, page) => x.pins.get(page)?.length ?? 0),
    long_pins: column('count', longPins),
    since: column('count', (x, page) => at(x.mem.since, page)),
    refs: refsThing(pfn),
  })
}

function blockType(m: Machine, page: Page): number {
  return at(m.pageblock, page >> m.pageblockOrder)
}

/** The references of a frame by kind, and their sum. */
function refsThing(pfn: NumberOf): Thing {
  const kinds = REF_KINDS.map((kind, k): readonly [string, Compiled] => [
    kind,
    pageNumber('count', pfn, (m, page) => ref_count(m, page, k)),
  ])
  return thing('the references of a page', {
    ...Object.fromEntries(kinds),
    sum: pageNumber('count', pfn, ref_sum),
  })
}

/** `pageblock(PFN)`: the pageblock that holds the frame. */
export function pageblockThing(pfn: NumberOf): Thing {
  return thing('a pageblock', {
    migratetype: pageNumber('migratetype', pfn, blockType),
    number: pageNumber('count', pfn, (m, page) => page >> m.pageblockOrder),
    skip: pageNumber('bool', pfn, (m, page) => at(m.pageblock_skip, page >> m.pageblockOrder)),
  })
}

export function zoneNames(m: Machine): readonly string[] {
  return m.zones.map((zone) => zone.name)
}

/** `zone(Normal)`: sizes, marks, free blocks by order, every counter of /proc/zoneinfo by its name. */
export function zoneThing(idx: number): Thing {
  const of = (unit: Unit, read: (zone: Zone) => number): Compiled =>
    number(unit, ({ machine }) => {
      const zone = machine.zones[idx]
      return zone === undefined ? Number.NaN : read(zone)
    })
  const counters = VM_ZONE_STAT_NAMES.map((name, item): readonly [string, Compiled] => [
    name,
    of('count', (zone) => exactZoneState(zone, item)),
  ])
  const free = (order: NumberOf): Compiled =>
    number('count', (x) => x.machine.zones[idx]?.nr_free[order(x)] ?? Number.NaN)
  return thing('a zone', {
    nr_free: of('count', (zone) => exactZoneState(zone, 0)),
    ...Object.fromEntries(counters),
    min: of('count', (zone) => at(zone.watermark, 0)),
    low: of('count', (zone) => at(zone.watermark, 1)),
    high: of('count', (zone) => at(zone.watermark, 2)),
    spanned: of('count', (zone) => zone.spanned_pages),
    present: of('count', (zone) => zone.present_pages),
    managed: of('count', (zone) => zone.managed_pages),
    start_pfn: of('pfn', (zone) => zone.zone_start_pfn),
    pages_scanned: of('count', (zone) => zone.pages_scanned),
    all_unreclaimable: of('bool', (zone) => (zone.all_unreclaimable ? 1 : 0)),
    free: list('the free blocks of a zone by order', free),
    free_area: list('the free areas of a zone by order', (order) =>
      thing('a free area', { nr_free: free(order) }),
    ),
  })
}

/** A thing whose elements are reached by an index alone. */
function list(what: string, element: (index: NumberOf) => Compiled): Thing {
  return { ...thing(what, {}), at: element }
}

/** `pcp(CPU)` over all zones, `pcp(CPU, ZONE)` of one; `zone` is an index or null. */
export function pcpThing(cpu: NumberOf, zone: number | null): Thing {
  const of = (field: 'count' | 'high' | 'batch'): Compiled =>
    number('count', (x) => {
      const n = cpu(x)
      if (!(n >= 0 && n < x.machine.spec.cpus)) return Number.NaN
      if (zone !== null) return x.machine.zones[zone]?.pageset[n]?.[field] ?? Number.NaN
      let sum = 0
      for (const z of x.machine.zones) sum += z.pageset[n]?.[field] ?? 0
      return sum
    })
  return thing('per-CPU pages', { count: of('count'), high: of('high'), batch: of('batch') })
}

/** `cma(NAME)`: an area by its name, whichever are active. */
export function cmaThing(name: string): Thing {
  const of = (unit: Unit, read: (area: CmaArea, m: Machine) => number): Compiled =>
    number(unit, ({ machine }) => {
      const area = machine.cma.find((x) => x.name === name)
      return area === undefined ? Number.NaN : read(area, machine)
    })
  return thing('a CMA area', {
    base_pfn: of('pfn', (area) => area.base_pfn),
    count: of('count', (area) => area.count),
    used: of('count', usedPages),
    free: of('count', (area) => area.count - usedPages(area)),
    maxchunk: of('count', largestHole),
    pinned: of('count', pinnedFrames),
  })
}

/** Frames handed out by the area. */
export function usedPages(area: CmaArea): number {
  let used = 0
  for (const bit of area.bitmap) used += bit
  return used
}

/** Most frames in a row that the area has not handed out. */
export function largestHole(area: CmaArea): number {
  let largest = 0
  let run = 0
  for (const bit of area.bitmap) {
    run = bit === 0 ? run + 1 : 0
    if (run > largest) largest = run
  }
  return largest
}

/** Frames of the area under a pin of any kind. */
function pinnedFrames(area: CmaArea, m: Machine): number {
  const first = area.base_pfn - m.startPfn
  let pinned = 0
  for (const page of m.pins.keys()) if (page >= first && page < first + area.count) pinned++
  return pinned
}

/** `vm.pgfree`: the events of /proc/vmstat. */
export const VM_THING: Thing = thing(
  'the events of /proc/vmstat',
  Object.fromEntries(
    VM_EVENT_NAMES.map((name, item) => [
      name,
      number('count', ({ machine }) => at(machine.vm_events, item)),
    ]),
  ),
)

/** `counter.migrate_attempts`: what a run counts. */
export const COUNTER_THING: Thing = thing(
  'the counters of the run',
  Object.fromEntries(
    COUNTER_NAMES.map((name) => [name, number('count', ({ machine }) => machine.counters[name])]),
  ),
)
