/** What makes a given state impossible on a machine. Nothing is changed here. */
import { MIGRATE_PCPTYPES, MIGRATETYPE_LETTERS } from '../include/linux/mmzone'
import type { MachineSpec, Pfn } from '../machine/types'
import type { ExecError, PagePlan, PcpPlan, StatePlan, ZonePlan } from './types'

interface Span {
  readonly start: Pfn
  readonly end: Pfn
}

/** Frames that a free list or a per-CPU list already has. */
interface Claims {
  readonly spec: MachineSpec
  readonly taken: Set<Pfn>
  /** Heads of free blocks. */
  readonly heads: Set<Pfn>
}

function complaint(at: string, message: string): ExecError {
  return { at, message }
}

/** The first impossibility of the state, with its path in the file; null when there is none. */
export function stateError(spec: MachineSpec, state: StatePlan): ExecError | null {
  const claims: Claims = { spec, taken: new Set(), heads: new Set() }
  const seen = new Set<string>()
  for (const [i, zone] of state.zones.entries()) {
    const at = `state.zones[${i}]`
    const known = spec.zones.find((z) => z.name === zone.name)
    if (known === undefined) {
      const names = spec.zones.map((z) => z.name).join(', ')
      return complaint(`${at}.name`, `the machine has no zone ${zone.name}; it has ${names}`)
    }
    if (seen.has(zone.name)) return complaint(`${at}.name`, `zone ${zone.name} is given twice`)
    seen.add(zone.name)
    const span = { start: known.startPfn, end: known.startPfn + known.pages }
    const wrong = zoneError(claims, zone, span, at)
    if (wrong !== null) return wrong
  }
  return pagesError(claims, state) ?? bitmapsError(claims, state)
}

/** A page that a CMA area handed out is on no list, and its bit is in the area. */
function bitmapsError(c: Claims, state: StatePlan): ExecError | null {
  for (const [i, { area, set }] of state.bitmaps.entries()) {
    const at = `state.cma[${i}]`
    const known = c.spec.cma[area]
    if (known === undefined) {
      const names = c.spec.cma.map((a) => a.name).join(', ')
      return complaint(`${at}.area`, `there is no such area; there are ${names || 'none'}`)
    }
    for (const [start, length] of set) {
      if (start + length > known.pages) {
        return complaint(at, `bit ${start + length - 1} is outside area ${known.name}`)
      }
      for (let bit = start; bit < start + length; bit++) {
        const pfn = known.startPfn + bit
        if (c.taken.has(pfn)) return complaint(at, `pfn ${pfn} is set and on a free list`)
      }
    }
  }
  return null
}

function zoneError(c: Claims, zone: ZonePlan, span: Span, at: string): ExecError | null {
  return (
    freeListsError(c, zone, span, at) ??
    pcpsError(c, zone, span, at) ??
    blocksError(c, zone, span, at) ??
    sizesError(zone, span, at)
  )
}

function freeListsError(c: Claims, zone: ZonePlan, span: Span, at: string): ExecError | null {
  for (const list of zone.freeLists) {
    const path = `${at}.freeLists.${list.order}.${MIGRATETYPE_LETTERS[list.type]}`
    if (list.order >= c.spec.maxOrder) {
      return complaint(path, `orders go from 0 to ${c.spec.maxOrder - 1} here, got ${list.order}`)
    }
    for (const pfn of list.pfns) {
      const wrong = blockError(c, pfn, list.order, span, zone.name, path)
      if (wrong !== null) return wrong
    }
  }
  return null
}

function blockError(
  c: Claims,
  pfn: Pfn,
  order: number,
  span: Span,
  zone: string,
  path: string,
): ExecError | null {
  const size = 2 ** order
  if (pfn % size !== 0) {
    return complaint(path, `unaligned block: pfn ${pfn} is no multiple of ${size} (order ${order})`)
  }
  if (pfn < span.start || pfn + size > span.end) {
    const range = `[${span.start}, ${span.end})`
    return complaint(path, `block of order ${order} at pfn ${pfn} is outside zone ${zone} ${range}`)
  }
  for (let at = pfn; at < pfn + size; at++) {
    if (c.taken.has(at)) return complaint(path, `pfn ${at} is on two lists`)
    c.taken.add(at)
  }
  c.heads.add(pfn)
  return null
}

function pcpsError(c: Claims, zone: ZonePlan, span: Span, at: string): ExecError | null {
  const cpus = new Set<number>()
  for (const [i, pcp] of zone.pcp.entries()) {
    const path = `${at}.pcp[${i}]`
    if (pcp.cpu >= c.spec.cpus) {
      return complaint(`${path}.cpu`, `the machine has CPUs 0 to ${c.spec.cpus - 1}`)
    }
    if (cpus.has(pcp.cpu)) return complaint(`${path}.cpu`, `CPU ${pcp.cpu} is given twice`)
    cpus.add(pcp.cpu)
    const wrong = pcpSizesError(pcp, path) ?? pcpListsError(c, pcp, span, path)
    if (wrong !== null) return wrong
  }
  return null
}

/** A flush of more pages than the lists hold would never end (allocator 4.1.5). */
function pcpSizesError(pcp: PcpPlan, path: string): ExecError | null {
  const { high, batch } = pcp
  if (high === null || batch === null) return null
  if (high >= batch || (high === 0 && batch === 1)) return null
  const rule = 'high must be at least batch, or high 0 with batch 1'
  return complaint(path, `${rule}; got high ${high}, batch ${batch}`)
}

function pcpListsError(c: Claims, pcp: PcpPlan, span: Span, path: string): ExecError | null {
  for (const [type, list] of pcp.lists.entries()) {
    const at = `${path}.lists.${MIGRATETYPE_LETTERS[type]}`
    for (const { pfn, cached } of list) {
      if (pfn < span.start || pfn >= span.end) {
        return complaint(at, `pfn ${pfn} is outside the zone [${span.start}, ${span.end})`)
      }
      if (c.taken.has(pfn)) return complaint(at, `pfn ${pfn} is on two lists`)
      c.taken.add(pfn)
      if (cached !== null && cached > MIGRATE_PCPTYPES && type < 2) {
        const letter = MIGRATETYPE_LETTERS[cached]
        return complaint(at, `pfn ${pfn} of cached type ${letter} can wait on the M list only`)
      }
    }
  }
  return null
}

function blocksError(c: Claims, zone: ZonePlan, span: Span, at: string): ExecError | null {
  const pages = 2 ** c.spec.pageblockOrder
  for (const { pfn } of zone.pageblocks) {
    const path = `${at}.pageblocks.${pfn}`
    if (pfn + pages <= span.start || pfn >= span.end) {
      return complaint(path, `lies outside zone ${zone.name} [${span.start}, ${span.end})`)
    }
    if (pfn % pages !== 0) {
      const first = pfn - (pfn % pages)
      return complaint(path, `is inside the pageblock that begins at ${first} (${pages} pages)`)
    }
  }
  for (const { pfn } of zone.idxdiff) {
    if (c.heads.has(pfn)) continue
    return complaint(`${at}.idxdiff`, `pfn ${pfn} heads no free block of the state`)
  }
  return null
}

function sizesError(zone: ZonePlan, span: Span, at: string): ExecError | null {
  const pages = span.end - span.start
  for (const field of ['managed', 'present', 'spanned'] as const) {
    const value = zone[field]
    if (value !== null && value > pages) {
      return complaint(`${at}.${field}`, `zone ${zone.name} has ${pages} pages, got ${value}`)
    }
  }
  const marks = zone.watermarks
  if (marks !== null && (marks[0] > marks[1] || marks[1] > marks[2])) {
    return complaint(`${at}.watermarks`, `must ascend: min, low, high; got ${marks.join(', ')}`)
  }
  return null
}

function pagesError(c: Claims, state: StatePlan): ExecError | null {
  const spans = c.spec.zones.map((z) => ({ start: z.startPfn, end: z.startPfn + z.pages }))
  const mapped = new Set<string>()
  const seen = new Set<Pfn>()
  for (const plan of state.pages) {
    const at = `state.pages.${plan.pfn}`
    if (!spans.some((s) => plan.pfn >= s.start && plan.pfn < s.end)) {
      return complaint(at, `pfn ${plan.pfn} is outside every zone`)
    }
    if (seen.has(plan.pfn)) return complaint(at, `pfn ${plan.pfn} is given twice`)
    seen.add(plan.pfn)
    if (c.taken.has(plan.pfn)) return complaint(at, `pfn ${plan.pfn} is on a free list`)
    const wrong = pageError(plan)
    if (wrong !== null) return complaint(at, wrong)
    if (plan.mm === null) continue
    const place = `${plan.mm} ${plan.vpn}`
    if (mapped.has(place)) return complaint(at, 'another page is mapped at that address')
    mapped.add(place)
  }
  return null
}

const USER_KINDS: ReadonlySet<string> = new Set(['anon', 'file', 'shmem'])

function isKept(plan: PagePlan): boolean {
  return plan.mapcount > 0 || plan.pins > 0 || plan.swapcache
}

function pageError(plan: PagePlan): string | null {
  const isMapped = plan.mapcount > 0 || plan.mm !== null
  if (!USER_KINDS.has(plan.kind) && (isMapped || plan.lru !== 'off')) {
    return `a ${plan.kind} page is neither mapped nor on the LRU`
  }
  if (plan.swapcache && plan.kind !== 'anon') return 'only anonymous pages are in the swap cache'
  if (plan.mm !== null && plan.mapcount === 0) return 'names an address but is not mapped'
  if (plan.kind === 'anon' && !isKept(plan)) {
    return 'an anonymous page that nobody maps, pins or keeps in the swap cache is free'
  }
  return null
}
