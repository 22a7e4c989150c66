/** How two machines differ: frames, zone counters, free lists, areas. Both are only looked at. */
import type { Difference, FrameDifference, StateDifference } from '../shared/compare'
import {
  at,
  exactZoneState,
  freeListHead,
  listToArray,
  MIGRATE_TYPES,
  MIGRATETYPE_NAMES,
  page_to_pfn,
  pageFlagNames,
  pfn_to_page,
  pfn_valid,
  REF_KINDS,
  ref_count,
  VM_ZONE_STAT_NAMES,
  type Machine,
  type Page,
} from '../sim'

const MOST_FRAMES = 16

/** The differences; of the frames, those that both machines have, `most` at most. */
export function stateDiff(a: Machine, b: Machine, most = MOST_FRAMES): StateDifference {
  return {
    ...frameDifferences(a, b, most),
    counters: differences(counters(a), counters(b)),
    freeLists: differences(freeLists(a), freeLists(b)),
    cma: differences(areas(a), areas(b)),
  }
}

/** True when nothing differs that was looked at. */
export function isSameState(diff: StateDifference): boolean {
  const lists = [diff.counters, diff.freeLists, diff.cma]
  return diff.framesDiffering === 0 && lists.every((list) => list.length === 0)
}

function differences(
  a: ReadonlyMap<string, string>,
  b: ReadonlyMap<string, string>,
): readonly Difference[] {
  return [...new Set([...a.keys(), ...b.keys()])].flatMap((name) => {
    const [x, y] = [a.get(name) ?? 'none', b.get(name) ?? 'none']
    return x === y ? [] : [{ name, a: x, b: y }]
  })
}

function frameDifferences(
  a: Machine,
  b: Machine,
  most: number,
): Pick<StateDifference, 'frames' | 'framesDiffering'> {
  const frames: FrameDifference[] = []
  let framesDiffering = 0
  for (let page = 0; page < a.nrPages; page++) {
    const pfn = page_to_pfn(a, page)
    if (!pfn_valid(a, pfn) || !pfn_valid(b, pfn)) continue
    const other = pfn_to_page(b, pfn)
    if (isSameFrame(a, page, b, other)) continue
    framesDiffering++
    if (frames.length === most) continue
    frames.push({ pfn, fields: differences(frameFields(a, page), frameFields(b, other)) })
  }
  return { frames, framesDiffering }
}

/** Numbers first: most frames are the same, and texts are dear. */
function isSameFrame(a: Machine, x: Page, b: Machine, y: Page): boolean {
  const { mem } = a
  const other = b.mem
  if (
    mem.count[x] !== other.count[y] ||
    mem.flags[x] !== other.flags[y] ||
    mem.mapcount[x] !== other.mapcount[y] ||
    mappingText(a, x) !== mappingText(b, y) ||
    ownerName(a, x) !== ownerName(b, y) ||
    pinsText(a, x) !== pinsText(b, y)
  ) {
    return false
  }
  return REF_KINDS.every((_, kind) => ref_count(a, x, kind) === ref_count(b, y, kind))
}

function frameFields(m: Machine, page: Page): Map<string, string> {
  const { mem } = m
  const refs = REF_KINDS.flatMap((kind, k) => {
    const n = ref_count(m, page, k)
    return n === 0 ? [] : [`${kind} ${n}`]
  })
  return new Map([
    ['count', String(at(mem.count, page))],
    ['flags', pageFlagNames(at(mem.flags, page)).join('|') || 'none'],
    ['mapcount', String(at(mem.mapcount, page) + 1)],
    ['mapping', mappingText(m, page)],
    ['refs', refs.join(', ') || 'none'],
    ['pins', pinsText(m, page) || 'none'],
    ['owner', ownerName(m, page) || 'none'],
  ])
}

/** By what is mapped where: the numbers of mappings are given as they come. */
function mappingText(m: Machine, page: Page): string {
  const mapping = at(m.mem.mapping, page)
  if (mapping === 0) return 'none'
  const index = `index 0x${at(m.mem.index, page).toString(16)}`
  if ((mapping & 1) === 1) return `anonymous, ${index}`
  return `${m.address_spaces[mapping >> 2]?.name ?? 'file'}, ${index}`
}

/** `long: vb2 QBUF index 3`, by name: who pins a frame, and whether for long. */
function pinsText(m: Machine, page: Page): string {
  const pins = (m.pins.get(page) ?? []).flatMap(({ holder }) => {
    const { long, label } = m.holders[holder] ?? { long: false, label: '' }
    return label === '' ? [] : [`${long ? 'long' : 'short'}: ${label}`]
  })
  return pins.toSorted().join(', ')
}

/** A frame that is free has nobody; who had it last does not matter. */
function ownerName(m: Machine, page: Page): string {
  return at(m.mem.count, page) === 0 ? '' : (m.tasks[at(m.mem.owner, page)]?.comm ?? '')
}

function counters(m: Machine): Map<string, string> {
  return new Map(
    m.zones.flatMap((zone) =>
      VM_ZONE_STAT_NAMES.map((name, item) => {
        return [`${zone.name} ${name}`, String(exactZoneState(zone, item))] as const
      }),
    ),
  )
}

function freeLists(m: Machine): Map<string, string> {
  const lists = new Map<string, string>()
  for (const zone of m.zones) {
    for (let order = 0; order < m.maxOrder; order++) {
      for (let type = 0; type < MIGRATE_TYPES; type++) {
        const blocks = listToArray(m.mem, freeListHead(zone, order, type)).length
        lists.set(`${zone.name} order ${order} ${MIGRATETYPE_NAMES[type] ?? type}`, String(blocks))
      }
    }
  }
  return lists
}

function areas(m: Machine): Map<string, string> {
  return new Map(
    m.cma.map(({ name, bitmap }) => [name, String(bitmap.reduce((n, bit) => n + bit, 0))]),
  )
}
