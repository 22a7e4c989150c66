/** A trace of another kernel, read for what it tells of frames and calls. Times count from its first event. */
import { fieldNumber, fieldsOfPayload, payloadOf, type ForeignTrace } from '../../shared/foreign'
import { finished, type Steps } from '../../shared/steps'
import type { CallSpan } from '../call-spans'
import type { RequestSpan } from '../timeline-index'
import { Track } from '../track'

/** What an event did to the frames it names. */
export const OPS = [
  'none',
  'alloc',
  'alloc-movable',
  'free',
  'cma-alloc',
  'cma-release',
  'pin',
  'unpin',
] as const
export type Op = (typeof OPS)[number]

/** Frames of the map at most; further ones are in the list of events alone. */
const MAX_FRAMES = 1 << 21
/** Frames that all events together may change on a map; what comes after is in the list of events alone. */
const MAX_DRAWN = 2 ** 32
/** Frames of one event at most. */
const MAX_EXTENT = 1 << 20
const MAX_PFN = 2 ** 32 - 1
/** Events read between two steps. */
const EVENTS_A_STEP = 8192
/** Maps begin and end at such blocks. */
const BLOCK = 1024

/** A contiguous request begins and returns: in the kernel, and in traces of ours. */
const REQUESTS: ReadonlySet<string> = new Set(['cma_alloc_start', 'sim_cma_alloc'])
const ANSWERS: ReadonlySet<string> = new Set(['cma_alloc_finish', 'sim_cma_alloc_ret'])

/** Events of the kernel's CMA, and ours of the model's. */
const IS_CMA = /^(?:sim_)?cma_/

export interface Area {
  readonly name: string
  readonly startPfn: number
  readonly pages: number
}

interface Extent {
  readonly first: number
  readonly end: number
  /** The event only looked at the range. */
  readonly isRange: boolean
}

export class TraceRun {
  readonly trace: ForeignTrace
  readonly startNs: number
  readonly endNs: number
  /** By event: what it did, and to which frames; an end of 0 stands for none. */
  readonly op: Uint8Array
  readonly first: Uint32Array
  readonly end: Uint32Array
  readonly isRange: Uint8Array
  readonly spans: CallSpan[] = []
  /** Contiguous requests in the order of their returns. */
  readonly requests: RequestSpan[] = []
  /** Events at which a position was given up, with its range. */
  readonly retries: {
    readonly event: number
    readonly startPfn: number
    readonly endPfn: number
  }[] = []
  areas: readonly Area[] = []
  startPfn = 0
  frames = 0
  readonly usedCma = new Track()
  readonly migrateAttempts = new Track()
  readonly migrateFailures = new Track()
  readonly pins = new Track()
  readonly #counts = { used: 0, attempts: 0, failures: 0, pins: 0 }
  #drawn = 0
  readonly #open = new Map<number, { event: number; fromNs: number; call: string }>()
  /** When each task asked, by the request that has not returned. */
  readonly #asked = new Map<number, number>()
  readonly #areas = new Map<string, { first: number; end: number }>()

  static of(trace: ForeignTrace): TraceRun {
    return finished(TraceRun.steps(trace))
  }

  /** As `of`, step by step. */
  static *steps(trace: ForeignTrace): Steps<TraceRun> {
    const run = new TraceRun(trace)
    for (let event = 0; event < trace.events; event++) {
      if (event % EVENTS_A_STEP === EVENTS_A_STEP - 1) yield event / trace.events
      run.#read(event)
    }
    run.#end()
    return run
  }

  private constructor(trace: ForeignTrace) {
    this.trace = trace
    this.startNs = trace.timeNs[0] ?? 0
    this.endNs = Math.max(1, (trace.timeNs.at(-1) ?? 0) - this.startNs)
    this.op = new Uint8Array(trace.events)
    this.first = new Uint32Array(trace.events)
    this.end = new Uint32Array(trace.events)
    this.isRange = new Uint8Array(trace.events)
    // What was there before is not told: all is counted from the first event on.
    const tracks = [this.usedCma, this.migrateAttempts, this.migrateFailures, this.pins]
    for (const track of tracks) track.push(0, 0)
  }

  #end(): void {
    const [low, high] = this.#window()
    this.startPfn = low
    this.frames = high - low
    this.areas = [...this.#areas].map(([name, { first, end }]) => {
      return { name, startPfn: first, pages: end - first }
    })
  }

  timeNs(event: number): number {
    return (this.trace.timeNs[event] ?? 0) - this.startNs
  }

  nameOf(event: number): string {
    return this.trace.typeNames[this.trace.type[event] ?? 0] ?? ''
  }

  actorOf(event: number): string {
    return this.trace.tasks[this.trace.task[event] ?? 0]?.comm ?? ''
  }

  /** True when the event names the frame; those that only looked at a range do not count. */
  names(event: number, pfn: number): boolean {
    return this.isRange[event] === 0 && this.touches(event, pfn)
  }

  /** As `names`, a range counts as well. */
  touches(event: number, pfn: number): boolean {
    return pfn >= (this.first[event] ?? 0) && pfn < (this.end[event] ?? 0)
  }

  #read(event: number): void {
    const name = this.nameOf(event)
    const fields = fieldsOfPayload(payloadOf(this.trace, event))
    const extent = extentOf(name, fields)
    if (extent !== null) {
      this.first[event] = extent.first
      this.end[event] = extent.end
      this.isRange[event] = extent.isRange ? 1 : 0
    }
    const known = extent === null ? 'none' : opOf(name, fields)
    if (extent !== null && known !== 'none') this.#drawn += extent.end - extent.first
    const op = this.#drawn > MAX_DRAWN ? 'none' : known
    this.op[event] = OPS.indexOf(op)
    this.#follow(event, name, fields, extent, op)
  }

  #follow(
    event: number,
    name: string,
    fields: ReadonlyMap<string, string>,
    extent: Extent | null,
    op: Op,
  ): void {
    const task = this.trace.task[event] ?? 0
    const count = extent === null ? 0 : extent.end - extent.first
    if (op === 'cma-alloc') this.usedCma.push(event, (this.#counts.used += count))
    if (op === 'cma-release') this.usedCma.push(event, (this.#counts.used -= count))
    if (op === 'pin') this.pins.push(event, ++this.#counts.pins)
    if (op === 'unpin') this.pins.push(event, --this.#counts.pins)
    if (IS_CMA.test(name) && extent !== null && !extent.isRange)
      this.#growArea(fields.get('name') ?? 'cma', extent)
    if (name === 'mm_migrate_pages') this.#migrated(event, fields)
    if (name === 'sim_unmap_and_move') this.#moved(event, fields)
    if (REQUESTS.has(name)) this.#asked.set(task, this.timeNs(event))
    if (ANSWERS.has(name)) this.#answered(event, task)
    if (name === 'cma_alloc_start') {
      this.#open.set(task, { event, fromNs: this.timeNs(event), call: 'cma_alloc' })
    }
    if (name === 'cma_alloc_finish')
      this.#returned(event, task, fieldNumber(fields.get('errorno')) ?? 0)
    if (name === 'sim_call') {
      const call = `call ${fields.get('call') ?? ''}`
      this.#open.set(task, { event, fromNs: this.timeNs(event), call })
    }
    if (name === 'sim_call_ret') this.#returned(event, task, fieldNumber(fields.get('ret')) ?? 0)
    if (name === 'cma_alloc_busy_retry' && extent !== null) {
      this.retries.push({ event, startPfn: extent.first, endPfn: extent.end })
    }
  }

  #answered(event: number, task: number): void {
    const asked = this.#asked.get(task)
    if (asked === undefined) return
    this.#asked.delete(task)
    const timeNs = this.timeNs(event)
    this.requests.push({ event, timeNs, tookNs: timeNs - asked })
  }

  #returned(event: number, task: number, ret: number): void {
    const start = this.#open.get(task)
    if (start === undefined) return
    this.#open.delete(task)
    const { call, fromNs } = start
    this.spans.push({
      task,
      call,
      event: start.event,
      fromNs,
      toNs: this.timeNs(event),
      ret,
      retEvent: event,
    })
  }

  #migrated(event: number, fields: ReadonlyMap<string, string>): void {
    const failed = fieldNumber(fields.get('nr_failed')) ?? 0
    this.#counts.attempts += (fieldNumber(fields.get('nr_succeeded')) ?? 0) + failed
    this.#counts.failures += failed
    this.#pushMigrations(event)
  }

  #moved(event: number, fields: ReadonlyMap<string, string>): void {
    this.#counts.attempts++
    if ((fieldNumber(fields.get('ret') ?? fields.get('result')) ?? 0) < 0) this.#counts.failures++
    this.#pushMigrations(event)
  }

  #pushMigrations(event: number): void {
    this.migrateAttempts.push(event, this.#counts.attempts)
    this.migrateFailures.push(event, this.#counts.failures)
  }

  #growArea(name: string, { first, end }: Extent): void {
    const known = this.#areas.get(name) ?? { first, end }
    this.#areas.set(name, { first: Math.min(known.first, first), end: Math.max(known.end, end) })
  }

  /** From the lowest frame to behind the highest, as far as a map reaches. */
  #window(): [number, number] {
    let [low, high] = [Infinity, 0]
    for (let event = 0; event < this.trace.events; event++) {
      const end = this.end[event] ?? 0
      if (end === 0) continue
      low = Math.min(low, this.first[event] ?? 0)
      high = Math.max(high, end)
    }
    if (high === 0) return [0, BLOCK]
    const from = Math.floor(low / BLOCK) * BLOCK
    return [from, Math.min(Math.ceil(high / BLOCK) * BLOCK, from + MAX_FRAMES)]
  }
}

/** The frames of a payload; null for a page that is none (`page=(null) pfn=0`). */
function extentOf(name: string, fields: ReadonlyMap<string, string>): Extent | null {
  const pfn = fieldNumber(fields.get('pfn'))
  if (pfn !== null) {
    const failed = pfn <= 0 && /^(?:mm_page_alloc|(?:sim_)?cma_alloc)/.test(name)
    if (failed) return null
    const order = fieldNumber(fields.get('order') ?? fields.get('fallback_order')) ?? 0
    const count = fieldNumber(fields.get('count')) ?? 0
    const pages = IS_CMA.test(name) && count > 0 ? count : 2 ** Math.min(Math.max(0, order), 20)
    return extent(pfn, pfn + pages, false)
  }
  const start = fieldNumber(fields.get('start_pfn') ?? fields.get('start'))
  const end = fieldNumber(fields.get('end_pfn') ?? fields.get('end'))
  if (start === null || end === null) return null
  return extent(start, end, true)
}

function extent(first: number, end: number, isRange: boolean): Extent | null {
  const fits = first >= 0 && end > first && end <= MAX_PFN && (isRange || end - first <= MAX_EXTENT)
  return fits ? { first, end, isRange } : null
}

function opOf(name: string, fields: ReadonlyMap<string, string>): Op {
  switch (name) {
    case 'mm_page_alloc':
      return (fields.get('gfp_flags') ?? '').includes('MOVABLE') ? 'alloc-movable' : 'alloc'
    case 'mm_page_free':
    case 'mm_page_free_batched':
      return 'free'
    case 'cma_alloc':
      return 'cma-alloc'
    case 'cma_alloc_finish':
      return (fieldNumber(fields.get('errorno')) ?? 0) === 0 ? 'cma-alloc' : 'none'
    case 'sim_cma_alloc_ret':
      return 'cma-alloc'
    case 'cma_release':
    case 'sim_cma_release':
      return 'cma-release'
    case 'sim_gup_pin':
      return 'pin'
    case 'sim_unpin':
      return 'unpin'
    default:
      return 'none'
  }
}
