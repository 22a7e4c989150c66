/** Values as the console prints them. */
import { pfnText, retText, timeText } from '../../shared/text'
import { at, errnoName, MIGRATETYPE_NAMES, pageFlagNames, type Machine, type Page } from '../../sim'
import type { Unit } from '../expr/value'

const BY_UNIT: Readonly<Record<Unit, (n: number) => string>> = {
  count: String,
  bool: (n) => (n === 0 ? 'false' : 'true'),
  hex: hexText,
  pfn: (n) => (n < 0 ? pageResultText(n) : pfnText(n)),
  flags: flagsText,
  migratetype: migratetypeText,
  time: timeText,
  ret: (n) => retText(n, errnoName(n)),
  mapping: mappingKind,
}

/** What `p` prints of a value: a number with what it stands for, a text as it is. */
export function valueText(value: number | string | null, unit: Unit | null): string {
  if (value === null) return '<not there>'
  if (typeof value === 'string') return value
  return BY_UNIT[unit ?? 'count'](value)
}

export function hexText(n: number): string {
  return n < 0 ? `-0x${(-n).toString(16)}` : `0x${n.toString(16)}`
}

/** `0x24 (referenced|lru)`. */
export function flagsText(flags: number): string {
  const names = pageFlagNames(flags)
  return names.length === 0 ? '0x0' : `${hexText(flags)} (${names.join('|')})`
}

export function migratetypeText(type: number): string {
  const name = MIGRATETYPE_NAMES[type]
  return name === undefined ? String(type) : `MIGRATE_${name.toUpperCase()}`
}

/** NULL, or the error that stands where a page would. */
function pageResultText(page: Page): string {
  return page === -1 ? 'NULL' : retText(page, errnoName(page))
}

function mappingKind(mapping: number): string {
  if (mapping === 0) return 'NULL'
  return `${(mapping & 1) === 1 ? 'anon_vma' : 'address_space'} ${mapping >> 2}`
}

/** `anon_vma 3, index 0x12`, `address_space 1 (log), index 0x0`, or `none`. */
export function mappingText(m: Machine, page: Page): string {
  const mapping = at(m.mem.mapping, page)
  if (mapping === 0) return 'none'
  const file = (mapping & 1) === 1 ? undefined : m.address_spaces[mapping >> 2]?.name
  const name = file === undefined ? '' : ` (${file})`
  return `${mappingKind(mapping)}${name}, index ${hexText(at(m.mem.index, page))}`
}

/** Kinds that need no machine to be read. */
const UNIT_OF_KIND: ReadonlyMap<string, Unit> = new Map([
  ['pfn', 'hex'],
  ['vpn', 'hex'],
  ['address', 'hex'],
  ['flags', 'hex'],
  ['gfp', 'hex'],
  ['migratetype', 'migratetype'],
  ['errno', 'ret'],
  ['ns', 'time'],
  ['bool', 'bool'],
])

type NameOf = (m: Machine, n: number) => string | undefined

/** Kinds that are numbers of things with names; undefined for a number that is none. */
const NAME_OF_KIND: ReadonlyMap<string, NameOf> = new Map<string, NameOf>([
  ['zone', (m, n) => m.zones[n]?.name],
  ['area', (m, n) => m.cma[n]?.name],
  ['task', (m, n) => m.tasks[n]?.comm],
  ['mm', mmText],
])

/** An argument, a local or a return value by the kind its function declares. */
export function frameValueText(m: Machine, kind: string, value: number): string {
  if (kind === 'page') return value < 0 ? pageResultText(value) : pfnText(value + m.startPfn)
  const name = NAME_OF_KIND.get(kind)
  if (name !== undefined) return name(m, value) ?? 'NULL'
  return valueText(value, UNIT_OF_KIND.get(kind) ?? 'count')
}

function mmText(m: Machine, id: number): string | undefined {
  const owner = m.mms[id]?.owner
  return owner === undefined ? undefined : `mm of ${m.tasks[owner]?.comm ?? ''}`
}
