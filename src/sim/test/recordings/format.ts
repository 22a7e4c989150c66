/**
 * The format of recordings of a real kernel: one JSON object a line (README.md). Reading checks what a
 * replay relies on; a complaint names file, line and member.
 */

/** Zone names of the recorded kernels. */
export type ZoneName = 'DMA' | 'DMA32' | 'Normal' | 'HighMem' | 'Movable'

export interface PcpState {
  readonly cpu: number
  readonly count: number
  readonly high: number
  readonly batch: number
  readonly U: readonly (readonly [number, number])[]
  readonly E: readonly (readonly [number, number])[]
  readonly M: readonly (readonly [number, number])[]
}

export interface ZoneState {
  readonly name: ZoneName
  readonly start: number
  readonly spanned: number
  readonly managed: number
  readonly wmark: readonly [number, number, number]
  readonly reserve: readonly number[]
  readonly NF: number
  readonly NC: number
  readonly NFraw: number
  readonly NCraw: number
  readonly stat_threshold: number
  readonly nr_free: readonly number[]
  readonly free: Readonly<Record<string, Readonly<Record<string, readonly number[]>>>>
  /** Free heads whose cached type is not that of their list: [pfn, cached type]. */
  readonly idxdiff: readonly (readonly [number, number])[]
  readonly pcp: readonly PcpState[]
  readonly blocks: string
}

export interface StateLine {
  readonly type: 'state'
  readonly label: string
  readonly zones: readonly ZoneState[]
}

/** An event: its kind, then numbers, names, or `{count}` of the first page argument. */
export type RecordedEvent = readonly (string | number | { readonly count: number })[]

export interface OpLine {
  readonly type: 'op'
  readonly i: number
  readonly op: string
  readonly s?: number
  readonly gfp?: string
  readonly o?: number
  readonly a?: number
  readonly b?: number
  readonly c?: number
  readonly r: number
  readonly n: readonly number[]
  readonly ev: readonly RecordedEvent[]
}

/** A frame as the recordings list it; pfn 0 = no present entry. */
export interface FrameState {
  readonly pfn: number
  readonly count: number
  readonly mapcount: number
  readonly block: string
  readonly flags: string
  readonly kind: string
  readonly cached?: number
}

export interface FramesLine {
  /** `pages` are listed by address, `frames` by PFN, `pinned` as pages[] of a pin. */
  readonly type: 'pages' | 'frames' | 'pinned'
  readonly label: string
  readonly pages: readonly FrameState[]
}

export interface EventsLine {
  readonly type: 'events'
  readonly label: string
  readonly n: number
  readonly lost: number
  readonly ev: readonly RecordedEvent[]
}

/** A named operation with its return value; arguments differ by function. */
export interface CallLine {
  readonly type: 'call'
  readonly fn: string
  readonly label?: string
  readonly ret?: number
  readonly pfn?: number
  readonly offset?: number
  readonly count?: number
  readonly align?: number
  readonly pages?: number
  readonly mask?: number
  readonly n?: number
  readonly flags?: string
  readonly gfp?: string
  readonly handle?: number
  readonly dirty?: number
  readonly pfn0?: number
  readonly size?: number
  readonly write?: number
  readonly iommu?: number
  readonly first_cma_pfn?: number
}

export interface StatsLine {
  readonly type: 'stats'
  readonly label: string
  readonly NF: number
  readonly NC: number
  readonly NFraw: number
  readonly NCraw: number
  readonly zeropfn?: number
}

export interface AreaLine {
  readonly type: 'area'
  readonly base: number
  readonly count: number
}

export interface FillLine {
  readonly type: 'fill'
  readonly page: number
  readonly from: string
  readonly pfn: number
  readonly NF: number
  readonly NC: number
}

export interface PfnsLine {
  readonly type: 'pfns'
  readonly label: string
  readonly base: number
  /** Frames in the order of the pages, as offsets from `base`. */
  readonly offsets: readonly number[]
}

export interface BufferLine {
  readonly type: 'buffer'
  readonly label: string
  readonly pages: number
  readonly in_cma: number
}

export interface CmaLine {
  readonly type: 'cma'
  readonly base: number
  readonly count: number
  /** Set bits as [start, length]. */
  readonly set: readonly (readonly [number, number])[]
}

export interface TextLine {
  readonly type: 'dmesg' | 'note'
  readonly label?: string
  readonly text: string
}

export interface StartLine {
  readonly type: 'start'
  readonly lab: string
  readonly cmdline: string
}

export interface ScriptLine {
  readonly type: 'script' | 'script_end'
  readonly label: string
  readonly nops?: number
}

export type Line =
  | StateLine
  | OpLine
  | FramesLine
  | EventsLine
  | CallLine
  | StatsLine
  | AreaLine
  | FillLine
  | PfnsLine
  | BufferLine
  | CmaLine
  | TextLine
  | StartLine
  | ScriptLine

export interface NumberedLine {
  /** 1-based line of the file. */
  readonly at: number
  readonly line: Line
}

export interface Recording {
  readonly path: string
  readonly lines: readonly NumberedLine[]
  /** True when it holds an operation script, which is compared exactly. */
  readonly isScript: boolean
}

/** A file that is not of the format. The message is one line and names the place. */
export class FormatError extends Error {
  constructor(path: string, at: number, why: string) {
    super(`${path}:${at}: ${why}`)
    this.name = 'FormatError'
  }
}

/** Operations of scripts, by letter (README.md). */
export const OPERATIONS = 'AFCDSGKRIJXTZ'

type Check = (value: unknown) => boolean
type Members = Readonly<Record<string, Check>>

const isNumber: Check = (v) => typeof v === 'number' && Number.isFinite(v)
const isText: Check = (v) => typeof v === 'string'
const isNumbers: Check = (v) => Array.isArray(v) && v.every(isNumber)
const isObject: Check = (v) => typeof v === 'object' && v !== null && !Array.isArray(v)
const isPairs: Check = (v) =>
  Array.isArray(v) && v.every((p) => isNumbers(p) && (p as number[]).length === 2)
const isEvents: Check = (v) =>
  Array.isArray(v) && v.every((e: unknown) => Array.isArray(e) && isText(e[0]))
const isFreeLists: Check = (v) =>
  isObject(v) &&
  Object.values(v as object).every(
    (lists: unknown) => isObject(lists) && Object.values(lists as object).every(isNumbers),
  )
const optional =
  (check: Check): Check =>
  (v) =>
    v === undefined || check(v)
const listOf =
  (check: Check): Check =>
  (v) =>
    Array.isArray(v) && v.every(check)
const has =
  (members: Members): Check =>
  (v) =>
    isObject(v) && wrongMember(v as Record<string, unknown>, members) === null

const PCP: Members = {
  cpu: isNumber,
  count: isNumber,
  high: isNumber,
  batch: isNumber,
  U: isPairs,
  E: isPairs,
  M: isPairs,
}

const ZONE: Members = {
  name: isText,
  start: isNumber,
  spanned: isNumber,
  managed: isNumber,
  wmark: isNumbers,
  reserve: isNumbers,
  NF: isNumber,
  NC: isNumber,
  NFraw: isNumber,
  NCraw: isNumber,
  stat_threshold: isNumber,
  nr_free: isNumbers,
  free: isFreeLists,
  idxdiff: isPairs,
  pcp: listOf(has(PCP)),
  blocks: isText,
}

const FRAME: Members = {
  pfn: isNumber,
  count: optional(isNumber),
  mapcount: optional(isNumber),
  block: optional(isText),
  flags: optional(isText),
  kind: optional(isText),
}

const FRAMES: Members = { label: isText, pages: listOf(has(FRAME)) }

/** What a line of each type must have. */
const LINES: Readonly<Record<string, Members>> = {
  start: { lab: isText, cmdline: isText },
  dmesg: { text: isText },
  note: { text: isText },
  area: { base: isNumber, count: isNumber },
  stats: { label: isText, NF: isNumber, NC: isNumber, NFraw: isNumber, NCraw: isNumber },
  state: { label: isText, zones: Array.isArray },
  call: { fn: isText, ret: optional(isNumber) },
  events: { label: isText, ev: isEvents },
  pages: FRAMES,
  frames: FRAMES,
  pinned: FRAMES,
  fill: { page: isNumber, pfn: isNumber, from: isText },
  pfns: { label: isText, base: isNumber, offsets: isNumbers },
  buffer: { label: isText, pages: isNumber, in_cma: isNumber },
  cma: { base: isNumber, count: isNumber, set: isPairs },
  script: { label: isText },
  script_end: { label: isText },
}

const OP: Members = {
  i: isNumber,
  op: isText,
  r: isNumber,
  n: isNumbers,
  ev: isEvents,
  s: optional(isNumber),
  gfp: optional(isText),
  o: optional(isNumber),
  a: optional(isNumber),
  b: optional(isNumber),
  c: optional(isNumber),
}

function wrongMember(value: Record<string, unknown>, members: Members): string | null {
  for (const [name, check] of Object.entries(members)) {
    if (!check(value[name])) return name
  }
  return null
}

function describe(value: unknown): string {
  if (value === undefined) return 'is missing'
  const text = JSON.stringify(value)
  return `is ${text.length > 40 ? `${text.slice(0, 40)}...` : text}`
}

/** Reads the text of a recording; throws FormatError. */
export function parseRecording(path: string, text: string): Recording {
  const lines: NumberedLine[] = []
  text.split('\n').forEach((raw, n) => {
    if (raw.trim() === '') return
    lines.push({ at: n + 1, line: parseLine(path, n + 1, raw) })
  })
  const first = lines[0]
  if (first === undefined) throw new FormatError(path, 1, 'the file is empty')
  requireOrder(path, lines)
  return { path, lines, isScript: lines.some(({ line }) => line.type === 'script') }
}

function parseLine(path: string, at: number, raw: string): Line {
  let value: unknown
  try {
    value = JSON.parse(raw)
  } catch (error) {
    const why = (error instanceof Error ? error.message : String(error)).split('\n')[0]
    throw new FormatError(path, at, `not a JSON object: ${why}`)
  }
  if (!isObject(value)) throw new FormatError(path, at, 'not a JSON object')
  const object = value as Record<string, unknown>
  if (!('type' in object) && 'op' in object) return parseOp(path, at, object)
  const type = object.type
  const members = typeof type === 'string' ? LINES[type] : undefined
  if (members === undefined) throw new FormatError(path, at, `member "type" ${describe(type)}`)
  const wrong = wrongMember(object, members)
  if (wrong !== null)
    throw new FormatError(path, at, `member "${wrong}" ${describe(object[wrong])}`)
  if (type === 'state') checkZones(path, at, object.zones as unknown[])
  return object as unknown as Line
}

function parseOp(path: string, at: number, object: Record<string, unknown>): Line {
  const wrong = wrongMember(object, OP)
  if (wrong !== null)
    throw new FormatError(path, at, `member "${wrong}" ${describe(object[wrong])}`)
  const op = object.op as string
  if (op.length !== 1 || !OPERATIONS.includes(op)) {
    throw new FormatError(path, at, `unknown operation "${op}"; there are ${OPERATIONS}`)
  }
  return { ...object, type: 'op' } as unknown as OpLine
}

function checkZones(path: string, at: number, zones: unknown[]): void {
  zones.forEach((zone, i) => {
    if (!isObject(zone)) throw new FormatError(path, at, `member "zones[${i}]" ${describe(zone)}`)
    const object = zone as Record<string, unknown>
    const wrong = wrongMember(object, ZONE)
    if (wrong !== null) {
      throw new FormatError(path, at, `member "zones[${i}].${wrong}" ${describe(object[wrong])}`)
    }
  })
}

/** A replay starts from a whole state of a machine whose CMA area is known. */
function requireOrder(path: string, lines: readonly NumberedLine[]): void {
  const end = (lines.at(-1) as NumberedLine).at
  if (!lines.some(({ line }) => line.type === 'state')) {
    throw new FormatError(path, end, 'no line of type "state": nothing to start from')
  }
  if (!lines.some(({ line }) => line.type === 'area')) {
    throw new FormatError(path, end, 'no line of type "area": the CMA area is not known')
  }
  checkScripts(path, lines)
}

function checkScripts(path: string, lines: readonly NumberedLine[]): void {
  let open: { at: number; nops: number | undefined; seen: number } | null = null
  for (const { at, line } of lines) {
    if (line.type === 'script') open = { at, nops: line.nops, seen: 0 }
    else if (line.type === 'op') {
      if (open === null) throw new FormatError(path, at, 'an operation outside a script')
      open.seen++
    } else if (line.type === 'script_end') {
      if (open?.nops !== undefined && open.nops !== open.seen) {
        const why = `the script has ${open.seen} operations, its line says ${open.nops}`
        throw new FormatError(path, at, why)
      }
      open = null
    }
  }
  if (open !== null) {
    throw new FormatError(path, (lines.at(-1) as NumberedLine).at, 'the script has no end line')
  }
}
