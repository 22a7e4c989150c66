/** The text of /proc/zoneinfo: the form of 3.9 as our own export prints it, and those of 6.x. */
import { success, type Result } from '../shared/result'
import { badLine, linesOf, Unused, type TextFile } from './text-lines'

const MAX_ZONES = 4096

export interface ZoneInfo {
  readonly node: number
  readonly name: string
  readonly line: number
  /** The numbers by the names the kernel prints, `free` and `start_pfn` among them. */
  readonly values: ReadonlyMap<string, number>
  /** Pages on the lists of each CPU. */
  readonly pcp: readonly number[]
}

export interface Zoneinfo {
  readonly lines: number
  readonly zones: readonly ZoneInfo[]
  readonly unused: Unused
}

interface Open {
  readonly node: number
  readonly name: string
  readonly line: number
  readonly values: Map<string, number>
  readonly pcp: number[]
}

const HEAD = /^Node\s+(\d{1,4}), zone\s+(\w{1,16})\s*$/
const PAIR = /^\s*(?:pages\s+)?([a-z_()]{1,48}):?\s+(-?\d{1,19})\s*$/i

export function parseZoneinfo(file: TextFile): Result<Zoneinfo> {
  const lines = linesOf(file)
  if (!lines.ok) return lines
  const zones: Open[] = []
  const unused = new Unused()
  for (const { n, text } of lines.value) {
    const head = HEAD.exec(text)
    if (head !== null) {
      if (zones.length >= MAX_ZONES) return badLine(file, n, `more than ${MAX_ZONES} zones`)
      const [, node = '', name = ''] = head
      const twin = zones.find((zone) => zone.name === name && zone.node === Number(node))
      if (twin !== undefined) return badLine(file, n, `a second zone ${name} of node ${node}`)
      zones.push({ node: Number(node), name, line: n, values: new Map(), pcp: [] })
      continue
    }
    const zone = zones.at(-1)
    if (zone === undefined) return badLine(file, n, 'expected "Node 0, zone Normal" first')
    if (!takePair(zone, text)) unused.add(n, text, 'a line of no form that zoneinfo has')
  }
  if (zones.length === 0) return badLine(file, 1, 'no zone: an empty zoneinfo')
  const broken = zones.find((zone) => !zone.values.has('free'))
  if (broken !== undefined) {
    return badLine(file, broken.line, `zone ${broken.name} has no line "pages free"`)
  }
  return success({ lines: lines.value.length, zones, unused })
}

/** Lines that say nothing a machine could be made from, by how they begin. */
const KNOWN = /^\s*(?:per-node stats|pagesets|protection:|cpu:|vm stats threshold:|\()/

/** The first line of a name counts: per-node statistics repeat some names of the zone. */
function takePair(zone: Open, text: string): boolean {
  if (KNOWN.test(text)) return true
  const [, name = '', value = ''] = PAIR.exec(text) ?? []
  if (name === '') return false
  if (name === 'count') zone.pcp.push(Number(value))
  else if (!zone.values.has(name)) zone.values.set(name, Number(value))
  return true
}
