/** The calls of `pinscope exec` on processes. */
import { PAGE_SIZE, type CallArguments } from '../sim'
import { call, callMade, type CallKind } from './exec-call-kind'
import { AS, LENGTH, MM, PAGES, pagesOf, RANGE, range, type Sized } from './exec-call-range'
import {
  Complaint,
  count,
  flag,
  may,
  maybe,
  nameOrNumber,
  need,
  numberOf,
  oneOrMore,
  shown,
  text,
  whole,
  type Kind,
} from './exec-kinds'
import { address, follFlags, page } from './exec-refs'

const PROT_READ = 1
const PROT_WRITE = 2
const PROT_EXEC = 4

/** Whether a protection lets the process write. Areas are always readable. */
const protection: Kind<boolean> = {
  read: (x, at) => {
    const word = typeof x === 'string' ? numberOf(x) : x
    if (typeof word === 'number' && !Number.isNaN(word)) {
      return (
        (whole(PROT_READ, PROT_READ | PROT_WRITE | PROT_EXEC).read(word, at) & PROT_WRITE) !== 0
      )
    }
    const words = Array.isArray(x) ? x.join('|') : text(64).read(x, at)
    if (/^(r?w?x?|(PROT_)?(READ|WRITE|EXEC)([|+, ]+(PROT_)?(READ|WRITE|EXEC))*)$/i.test(words)) {
      return /w/i.test(words)
    }
    throw new Complaint(at, `expected r, rw or PROT_READ|PROT_WRITE, got ${shown(x)}`)
  },
  json: { anyOf: [{ type: 'integer' }, { type: 'string' }, { type: 'array' }] },
}

const MAP_SHARED = 0x01
const MAP_GROWSDOWN = 0x100
const MAP_LOCKED = 0x2000
const MAP_FLAGS = new Map([
  ['SHARED', MAP_SHARED],
  ['PRIVATE', 0x02],
  ['FIXED', 0x10],
  ['ANONYMOUS', 0x20],
  ['ANON', 0x20],
  ['GROWSDOWN', MAP_GROWSDOWN],
  ['LOCKED', MAP_LOCKED],
])
const ALL_MAP_FLAGS = [...MAP_FLAGS.values()].reduce((all, bit) => all | bit, 0)

/** MAP_* flags; those that would change what the model does not know are refused. */
const mapFlags: Kind<number> = {
  read: (x, at) => {
    const words: unknown[] = Array.isArray(x) ? x : typeof x === 'string' ? x.split(/[|+, ]+/) : [x]
    return words.reduce<number>((flags, word) => flags | mapFlag(word, at), 0)
  },
  json: { anyOf: [{ type: 'integer' }, { type: 'string' }, { type: 'array' }] },
}

function mapFlag(word: unknown, at: string): number {
  const n = typeof word === 'string' ? numberOf(word) : word
  if (typeof n === 'number' && Number.isInteger(n) && (n & ~ALL_MAP_FLAGS) === 0) return n
  const bit =
    typeof word === 'string' ? MAP_FLAGS.get(word.toUpperCase().replace(/^MAP_/, '')) : undefined
  if (bit !== undefined) return bit
  throw new Complaint(
    at,
    `unknown flag ${shown(word)}; there are ${[...MAP_FLAGS.keys()].join(', ')}`,
  )
}

const FILE_KINDS = new Set(['file', 'shmem'])

/** Virtual page number at which a mapping is to begin. */
function placeOf(
  addr: { readonly address: number } | { readonly name: string },
  at: string,
): number {
  if (!('address' in addr)) throw new Complaint(`${at}.addr`, 'must be an address')
  if (addr.address % PAGE_SIZE === 0) return addr.address / PAGE_SIZE
  throw new Complaint(`${at}.addr`, `${addr.address} is not page aligned`)
}

function mmapArguments(
  members: Sized & {
    readonly addr: { readonly address: number } | { readonly name: string } | null
    readonly kind: string | null
    readonly file: string | null
    readonly prot: boolean | null
    readonly writable: boolean | null
  },
  at: string,
): { readonly vpn: number | null; readonly pages: number; readonly writable: boolean } {
  const pages = pagesOf(members)
  if (pages === null) throw new Complaint(`${at}.pages`, 'is missing; or give length in bytes')
  if (members.kind !== null && FILE_KINDS.has(members.kind) && members.file === null) {
    throw new Complaint(`${at}.file`, 'is missing; create_file makes a file')
  }
  // As for mmap(2), no address and address 0 leave the place to the kernel.
  const vpn = members.addr === null ? 0 : placeOf(members.addr, at)
  const writable = members.writable ?? members.prot ?? true
  return { vpn: vpn === 0 ? null : vpn, pages, writable }
}

interface MemoryKinds {
  mmap: CallKind<CallArguments['mmap']>
  munmap: CallKind<CallArguments['munmap']>
  touch: CallKind<CallArguments['touch']>
  fork: CallKind<CallArguments['fork']>
  exit: CallKind<CallArguments['exit']>
  mlock: CallKind<CallArguments['mlock']>
  munlock: CallKind<CallArguments['munlock']>
  madvise_dontneed: CallKind<CallArguments['madvise_dontneed']>
  get_user_pages: CallKind<CallArguments['get_user_pages']>
  get_user_pages_fast: CallKind<CallArguments['get_user_pages_fast']>
  put_pages: CallKind<CallArguments['put_pages']>
  page: CallKind<CallArguments['page']>
}

export const MEMORY_CALLS: MemoryKinds = {
  mmap: callMade(
    {
      mm: MM,
      addr: maybe(address, 'byte address; default: the highest gap', 'address', 'start'),
      pages: PAGES,
      length: LENGTH,
      kind: maybe(text(16), '"anon" (default), or "file" with a file', 'type'),
      file: maybe(nameOrNumber, 'file of create_file to map'),
      pgoff: may(count, 0, 'first page of the file', 'offset'),
      shared: may(flag, false, 'MAP_SHARED'),
      prot: maybe(protection, '"r", "rw" (default), or PROT_* names or numbers'),
      flags: may(mapFlags, 0, 'MAP_* names or numbers'),
      writable: maybe(flag, 'instead of prot', 'write'),
      locked: may(flag, false, 'MAP_LOCKED'),
      growsdown: may(flag, false, 'a stack', 'stack'),
      dontcopy: may(flag, false, 'VM_DONTCOPY'),
      as: AS,
    },
    (members, at) => {
      const { mm, file, pgoff, shared, locked, growsdown, dontcopy, as, flags } = members
      const given = (flag: number): boolean => (flags & flag) !== 0
      return {
        ...{ mm, file, pgoff, dontcopy, as },
        shared: shared || given(MAP_SHARED),
        locked: locked || given(MAP_LOCKED),
        growsdown: growsdown || given(MAP_GROWSDOWN),
        ...mmapArguments(members, at),
      }
    },
  ),
  munmap: callMade(RANGE, range),
  touch: callMade({ ...RANGE, write: may(flag, true, 'a store; default true') }, range),
  fork: callMade(
    {
      mm: MM,
      as: maybe(
        nameOrNumber,
        'name of the child; default: the parent\u2019s with "-child"',
        'child',
      ),
    },
    ({ mm, as }) => ({ mm, as: as ?? `${mm}-child` }),
  ),
  exit: call({ mm: MM }),
  mlock: callMade(RANGE, range),
  munlock: callMade(RANGE, range),
  madvise_dontneed: callMade(RANGE, range),
  get_user_pages: callMade(
    {
      ...RANGE,
      write: may(flag, false, 'pages will be written; default false'),
      force: may(flag, false, 'FOLL_FORCE; default false'),
      flags: may(
        follFlags,
        0,
        'further FOLL_* flags, such as FOLL_DURABLE',
        'gup_flags',
        'foll_flags',
      ),
      get: may(flag, true, 'take references (FOLL_GET); default true'),
      long: may(flag, true, 'pins outlive the call; default true'),
      as: AS,
    },
    range,
  ),
  get_user_pages_fast: callMade(
    {
      ...RANGE,
      write: may(flag, false, 'pages will be written; default false'),
      longterm: may(flag, false, 'the long-term flag of later policies; default false'),
      long: may(flag, true, 'pins outlive the call; default true'),
      as: AS,
    },
    range,
  ),
  put_pages: call({
    pins: need(
      oneOrMore(page, 65536),
      'name of pins, PFNs, or a list',
      'pages',
      'page',
      'pfn',
      'pin',
    ),
  }),
  page: call({
    page: maybe(page, 'PFN, or name of a result', 'pfn'),
    addr: maybe(address, 'or an address of the process', 'address', 'vaddr'),
    mm: MM,
  }),
}
