/** Members that calls of `pinscope exec` on memory share: whose it is, where, and how much. */
import { PAGE_SIZE } from '../sim'
import { bytes, label, may, maybe, nameOrNumber, need, whole } from './exec-kinds'
import { address } from './exec-refs'

export const AS = maybe(label, 'name by which later calls refer to the result')
export const MM = may(nameOrNumber, 'a', 'process; default "a"', 'process', 'task', 'pid')
export const MAYBE_MM = maybe(
  nameOrNumber,
  'process; default: the one that opened the queue',
  'process',
  'task',
)
export const ADDR = need(address, 'byte address, or name of a mapping', 'address', 'start', 'vaddr')
export const PAGES = maybe(
  whole(0, 2 ** 20),
  'number of pages; default: the whole named mapping, else 1',
  'n',
  'nr_pages',
  'count',
)
export const LENGTH = maybe(bytes(2 ** 32), 'length in bytes instead', 'len', 'size', 'bytes')

export interface Sized {
  readonly pages: number | null
  readonly length: number | null
}

/** Pages of a length in bytes. */
export function pagesOf({ pages, length }: Sized): number | null {
  return pages ?? (length === null ? null : Math.ceil(length / PAGE_SIZE))
}

export const RANGE = { mm: MM, addr: ADDR, pages: PAGES, length: LENGTH }

/** Members of a range of memory, its length in pages. */
export function range<T extends Sized>(members: T): Omit<T, 'length'> & { pages: number | null } {
  const { length, ...rest } = members
  return { ...rest, pages: pagesOf({ pages: members.pages, length }) }
}
