/** The texts of /proc/buddyinfo and /proc/pagetypeinfo, of any kernel since 3.9. */
import { success, type Result } from '../shared/result'
import { badLine, linesOf, type Line, type TextFile } from './text-lines'

/** Orders of a kernel at most. */
const MAX_ORDERS = 14
/** Nodes times zones times types: no machine has more rows. */
const MAX_ROWS = 4096
const MAX_COUNT = 2 ** 40

export interface FreeRow {
  readonly node: number
  readonly zone: string
  readonly line: number
  /** Free blocks by order. */
  readonly blocks: readonly number[]
}

export interface Buddyinfo {
  readonly lines: number
  readonly rows: readonly FreeRow[]
}

export interface TypeRow extends FreeRow {
  readonly type: string
  /** Orders whose count the kernel cut off, as in `>100000`. */
  readonly cut: readonly number[]
}

export interface BlockRow {
  readonly node: number
  readonly zone: string
  /** Pageblocks by type. */
  readonly blocks: ReadonlyMap<string, number>
}

export interface Pagetypeinfo {
  readonly lines: number
  readonly pageblockOrder: number
  readonly free: readonly TypeRow[]
  readonly blocks: readonly BlockRow[]
}

const BUDDY = /^Node\s+(\d{1,4}), zone\s+(\w{1,16})\s+([\d\s]+)$/
const TYPE = /^Node\s+(\d{1,4}), zone\s+(\w{1,16}), type\s+(\w{1,20})\s+([\d\s>]+)$/

export function parseBuddyinfo(file: TextFile): Result<Buddyinfo> {
  const lines = linesOf(file)
  if (!lines.ok) return lines
  const rows: FreeRow[] = []
  for (const { n, text } of lines.value) {
    const [, node = '', zone = '', counts = ''] = BUDDY.exec(text) ?? []
    if (zone === '') return badLine(file, n, 'expected "Node 0, zone Normal" and a count an order')
    const blocks = numbers(counts)
    const complaint = badRow(rows, blocks)
    if (complaint !== null) return badLine(file, n, complaint)
    rows.push({ node: Number(node), zone, line: n, blocks })
    const twin = rows.findIndex((row) => row.zone === zone && row.node === Number(node))
    if (twin < rows.length - 1)
      return badLine(file, n, `a second row of node ${node}, zone ${zone}`)
  }
  if (rows.length === 0) return badLine(file, 1, 'no zone: an empty buddyinfo')
  return success({ lines: lines.value.length, rows })
}

function numbers(text: string): number[] {
  return text.trim().split(/\s+/).map(Number)
}

/** What is wrong with a row of counts beside those before it. */
function badRow(before: readonly FreeRow[], blocks: readonly number[]): string | null {
  const orders = before[0]?.blocks.length ?? blocks.length
  if (blocks.length > MAX_ORDERS) return `${blocks.length} orders, at most ${MAX_ORDERS}`
  if (blocks.length !== orders) return `${blocks.length} orders, the rows before have ${orders}`
  if (before.length >= MAX_ROWS) return `more than ${MAX_ROWS} rows`
  const wrong = blocks.find((count) => !(count >= 0 && count <= MAX_COUNT))
  return wrong === undefined ? null : `"${wrong}" is no count of free blocks`
}

export function parsePagetypeinfo(file: TextFile): Result<Pagetypeinfo> {
  const lines = linesOf(file)
  if (!lines.ok) return lines
  const order = pageblockOrder(file, lines.value)
  if (!order.ok) return order
  const free: TypeRow[] = []
  const blocks: BlockRow[] = []
  let types: readonly string[] | null = null
  for (const line of lines.value) {
    const refused = takeLine(file, line, { free, blocks, types })
    if (refused !== null) return refused
    const head = /^Number of (?:mixed )?blocks type\s+(.*)$/.exec(line.text)?.[1]
    if (head === undefined) continue
    if (line.text.includes('mixed')) break
    types = head.trim().split(/\s+/)
  }
  if (free.length === 0) return badLine(file, 1, 'no row "Node 0, zone Normal, type Movable"')
  return success({ lines: lines.value.length, pageblockOrder: order.value, free, blocks })
}

function pageblockOrder(file: TextFile, lines: readonly Line[]): Result<number> {
  const line = lines.find(({ text }) => text.startsWith('Page block order:'))
  const order = Number(/:\s+(\d{1,3})\s*$/.exec(line?.text ?? '')?.[1] ?? Number.NaN)
  if (order >= 1 && order < MAX_ORDERS) return success(order)
  return badLine(file, line?.n ?? 1, `expected "Page block order: 9", 1 to ${MAX_ORDERS - 1}`)
}

function takeLine(
  file: TextFile,
  { n, text }: Line,
  into: { free: TypeRow[]; blocks: BlockRow[]; types: readonly string[] | null },
): Result<never> | null {
  if (!text.startsWith('Node')) return null
  const typed = TYPE.exec(text)
  if (typed !== null) {
    const [, node = '', zone = '', type = '', counts = ''] = typed
    const words = counts.trim().split(/\s+/)
    const blocks = words.map((word) => Number(word.replace(/^>/, '')))
    const complaint = badRow(into.free, blocks)
    if (complaint !== null) return badLine(file, n, complaint)
    const cut = words.flatMap((word, i) => (word.startsWith('>') ? [i] : []))
    into.free.push({ node: Number(node), zone, type, line: n, blocks, cut })
    return null
  }
  const [, node = '', zone = '', counts = ''] = BUDDY.exec(text) ?? []
  const types = into.types
  if (zone === '' || types === null) {
    return badLine(file, n, 'expected "Node 0, zone Normal, type Movable" and a count an order')
  }
  const found = numbers(counts)
  if (found.length !== types.length) {
    return badLine(file, n, `${found.length} counts for ${types.length} types of pageblocks`)
  }
  if (into.blocks.length >= MAX_ROWS) return badLine(file, n, `more than ${MAX_ROWS} rows`)
  const blocks = new Map(types.map((type, i) => [type, found[i] ?? 0]))
  into.blocks.push({ node: Number(node), zone, blocks })
  return null
}
