/** What the calls of one run share: the machine, its processes, and the names results were given. */
import type { IbUmem } from '../drivers/infiniband/core/umem'
import type { Vb2Queue } from '../drivers/media/v4l2-core/videobuf2-core'
import type { UserBuffer } from '../drivers/media/v4l2-core/videobuf2-memops'
import { PAGE_SIZE } from '../include/linux/mmzone'
import {
  addTask,
  page_to_pfn,
  pfn_to_page,
  pfn_valid,
  type CmaArea,
  type Machine,
  type Task,
} from '../machine/machine'
import type { AddressSpace, KioCtx, MmStruct } from '../machine/mm_types'
import { addProcess, type Process } from '../machine/process'
import { NULL_PAGE, type Page, type Pfn } from '../machine/types'
import type { CompactControl } from '../mm/compaction'
import type { AddressRef, PageRef } from './types'

/** Why a call cannot be made at all: the input is at fault, not the modelled kernel. */
export class ExecRefusal extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'ExecRefusal'
  }
}

/** What an `as` name stands for. */
export type Binding =
  | { readonly kind: 'pages'; readonly page: Page; readonly count: number; order: number | null }
  | { readonly kind: 'pins'; readonly holder: number; readonly pages: readonly Page[] }
  | { readonly kind: 'isolated'; readonly cc: CompactControl }
  | { readonly kind: 'ring'; readonly mm: string; readonly ctx: KioCtx }
  | { readonly kind: 'umem'; readonly umem: IbUmem }
  | { readonly kind: 'buffer'; readonly queue: Vb2Queue; readonly memory: UserBuffer }
  | { readonly kind: 'area'; readonly mm: string; readonly vpn: number; readonly pages: number }

interface Named {
  readonly binding: Binding
  /** Call that freed, put or released it; -1 while it lives. */
  gone: number
}

export interface Session {
  readonly m: Machine
  /** Runs the calls that belong to no process. */
  readonly task: Task
  readonly processes: Map<string, Process>
  readonly names: Map<string, Named>
  readonly queues: Map<string, { readonly queue: Vb2Queue; readonly mm: string }>
  readonly files: Map<string, AddressSpace>
  /** Pages that isolate_lru_page took, by page. */
  readonly isolated: Set<Page>
  /** Number of the call under way. */
  index: number
}

export function createSession(m: Machine): Session {
  return {
    m,
    task: addTask(m, 'exec', 0),
    processes: new Map(),
    names: new Map(),
    queues: new Map(),
    files: new Map(),
    isolated: new Set(),
    index: -1,
  }
}

/** Remembers a result; a name can be given again once what it stood for is gone. */
export function bind(x: Session, name: string | null, binding: Binding): void {
  if (name !== null) x.names.set(name, { binding, gone: -1 })
}

/** Marks what a name stands for as given back by the call under way. */
export function markGone(x: Session, name: string): void {
  const named = x.names.get(name)
  if (named !== undefined) named.gone = x.index
}

function listed(names: Iterable<string>): string {
  const all = [...names]
  return all.length === 0 ? 'none is known yet' : `known: ${all.slice(0, 12).join(', ')}`
}

/** What the name stands for; refuses one that was never given. */
export function lookUp(x: Session, name: string): Named {
  const named = x.names.get(name)
  if (named !== undefined) return named
  throw new ExecRefusal(`no result is called "${name}"; ${listed(x.names.keys())}`)
}

/** The frame of a reference; NULL_PAGE when the call that gave the name got no page. */
export function pageOf(x: Session, ref: PageRef): Page {
  if ('pfn' in ref) return frame(x, ref.pfn)
  const { binding, gone } = lookUp(x, ref.name)
  if (gone >= 0 && binding.kind !== 'area') {
    const verb = binding.kind === 'pins' ? 'put' : 'given back'
    throw new ExecRefusal(`"${ref.name}" was ${verb} by call ${gone} already`)
  }
  if (binding.kind === 'area') throw new ExecRefusal(`"${ref.name}" is a mapping, not a page`)
  if (binding.kind !== 'pages') return nth(ref, pagesNamed(binding))
  if (binding.page === NULL_PAGE) return NULL_PAGE
  return frame(x, page_to_pfn(x.m, binding.page) + ref.offset)
}

/** The pages, one by one, that a name stands for. */
function pagesNamed(
  binding: Exclude<Binding, { readonly kind: 'pages' | 'area' }>,
): readonly Page[] {
  switch (binding.kind) {
    case 'pins':
      return binding.pages
    case 'isolated':
      return binding.cc.migratepages
    case 'ring':
      return binding.ctx.ring_pages
    case 'umem':
      return binding.umem.pages
    case 'buffer':
      return binding.memory.pages
  }
}

function nth(ref: { name: string; offset: number }, pages: readonly Page[]): Page {
  const page = pages[ref.offset]
  if (page !== undefined) return page
  throw new ExecRefusal(`"${ref.name}" has ${pages.length} pages; there is no page ${ref.offset}`)
}

/** The frame with that number; refuses one that no zone has. */
export function frame(x: Session, pfn: Pfn): Page {
  if (pfn_valid(x.m, pfn)) return pfn_to_page(x.m, pfn)
  const spans = x.m.zones.map((zone) => {
    const end = zone.zone_start_pfn + zone.spanned_pages
    return `${zone.name} [${zone.zone_start_pfn}, ${end})`
  })
  throw new ExecRefusal(`pfn ${pfn} is outside every zone: ${spans.join(', ')}`)
}

/** End of a range that is not empty and whose ends are frames; `pages` long when no end is given. */
export function endOfRange(x: Session, start: Pfn, given: Pfn | null, pages: number): Pfn {
  const end = given ?? start + pages
  if (end <= start) throw new ExecRefusal(`the range [${start}, ${end}) is empty`)
  frame(x, start)
  frame(x, end - 1)
  return end
}

/** Checks that [start, end) is a range of frames of one zone. */
export function checkRange(x: Session, start: Pfn, end: Pfn): void {
  if (end <= start) throw new ExecRefusal(`the range [${start}, ${end}) is empty`)
  const first = frame(x, start)
  const last = frame(x, end - 1)
  if (x.m.zoneOf[first] !== x.m.zoneOf[last]) {
    throw new ExecRefusal(`the range [${start}, ${end}) spans two zones`)
  }
}

/** A process by name; refuses one that does not exist. */
export function processOf(x: Session, name: string): Process {
  const found = x.processes.get(name)
  if (found !== undefined) return found
  throw new ExecRefusal(
    `no process "${name}"; mmap or fork makes one; ${listed(x.processes.keys())}`,
  )
}

/** A process by name, made at its first use. */
export function processFor(x: Session, name: string): Process {
  let found = x.processes.get(name)
  if (found === undefined) {
    found = addProcess(x.m, name, 0)
    x.processes.set(name, found)
  }
  return found
}

/** Byte address of a reference. */
export function addressOf(x: Session, ref: AddressRef): number {
  if ('address' in ref) return ref.address
  const { binding } = lookUp(x, ref.name)
  if (binding.kind === 'area') return binding.vpn * PAGE_SIZE + ref.offset
  throw new ExecRefusal(`"${ref.name}" is not a mapping`)
}

/** The virtual pages of a memory call: the whole mapping it names, or so many from an address on. */
export function rangeOf(
  x: Session,
  c: { readonly mm: string; readonly addr: AddressRef; readonly pages: number | null },
): { readonly mm: MmStruct; readonly task: Task; readonly vpn: number; readonly pages: number } {
  const { mm, task } = processOf(x, c.mm)
  const vpn = Math.floor(addressOf(x, c.addr) / PAGE_SIZE)
  let pages = c.pages
  if (pages === null && 'name' in c.addr) {
    const { binding } = lookUp(x, c.addr.name)
    if (binding.kind === 'area') pages = binding.vpn + binding.pages - vpn
  }
  return { mm, task, vpn, pages: pages ?? 1 }
}

/** The area a call names, by name or number; the first one when it names none. */
export function areaOf(x: Session, area: string | number | null): CmaArea | undefined {
  const { cma } = x.m
  if (area === null) return cma[0]
  const found = typeof area === 'number' ? cma[area] : cma.find((a) => a.name === area)
  if (found !== undefined) return found
  const known = cma.map((a) => a.name).join(', ')
  throw new ExecRefusal(`no CMA area ${JSON.stringify(area)}; there are ${known || 'none'}`)
}

/** PFN of a page in results; null for none. */
export function pfnOf(x: Session, page: Page): Pfn | null {
  return page === NULL_PAGE ? null : page_to_pfn(x.m, page)
}
