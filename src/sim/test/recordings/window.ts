/**
 * Replays recordings of experiments. They list operations only inside labelled windows; what the program
 * did between them follows from the frames shown next (infer.ts). Every window runs on the model:
 * counts, mapcounts, block types, flags, results and events are compared.
 */
import { NR_FREE_CMA_PAGES, NR_FREE_PAGES } from '../../include/linux/mmzone'
import { inCmaArea } from '../../machine/ledger'
import { pfn_to_page } from '../../machine/machine'
import { exactZoneState } from '../../mm/vmstat'
import {
  comparableEvents,
  firstDifference,
  isForeignAlloc,
  isTraced,
  isUntraced,
  wantedOf,
  withoutPlacement,
} from './compare-events'
import { hogBefore, inferred, placed, type Context } from './context'
import { Driver, type Answer } from './driver'
import { EventTap } from './events'
import { accessesOf, looksOf } from './evidence'
import type {
  BufferLine,
  CallLine,
  CmaLine,
  EventsLine,
  FillLine,
  FramesLine,
  Line,
  NumberedLine,
  PfnsLine,
  RecordedEvent,
  Recording,
  StateLine,
  StatsLine,
  TextLine,
} from './format'
import { differingMembers, observeFrame } from './frames'
import {
  emptyLists,
  inferSteps,
  makeRoom,
  prepareWindow,
  stepsBeforeDrain,
  touchNew,
  touchRow,
} from './infer'
import { Placement } from './placement'
import { attachProbes } from './probes'
import type { Report } from './report'
import { resyncWith } from './resync'
import { bootRecorded, compareState, learnCachedTypes, type Difference } from './state'

/** Members of a call that the driver fills in when it returns. */
const ANSWERS = ['ret', 'pfn', 'offset', 'pages', 'pfn0', 'first_cma_pfn'] as const
/** A filler of at least so many pages is gone when that many are free again. */
const LARGE = 1000
/** Pages a filler may have touched beyond the last one listed. */
const FILL_SLACK = 64

/** Replays a recording of experiments from its first state on. */
export function replayWindows(
  recording: Recording,
  patches: readonly number[],
  report: Report,
): void {
  const first = recording.lines.findIndex(({ line }) => line.type === 'state')
  const state = recording.lines[first]?.line as StateLine
  const replay = new WindowReplay(recording, state, patches, report)
  for (let at = first; at < recording.lines.length; at++) {
    try {
      replay.line(at)
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      report.differ(`line ${recording.lines[at]?.at}`, 'goes on', `the model stopped: ${why}`)
      return
    }
  }
}

function zeroPfn(recording: Recording): number | null {
  for (const { line } of recording.lines) {
    if (line.type === 'stats' && line.zeropfn !== undefined) return line.zeropfn
  }
  return null
}

interface Row {
  readonly start: number
  readonly pages: number
}

class WindowReplay {
  readonly #ctx: Context
  readonly #tap: EventTap
  readonly #report: Report
  /** Calls that ran with the events line before them, by place. */
  readonly #answers = new Map<number, Answer | null>()
  #filler: Row | null = null
  #buffer: Row | null = null
  #queued = 0
  #dmesg = 0

  constructor(recording: Recording, state: StateLine, patches: readonly number[], report: Report) {
    const m = bootRecorded(recording, state, patches)
    const { lines } = recording
    this.#report = report
    const driver = new Driver(m, zeroPfn(recording))
    const placement = new Placement(m, () => driver.hogged > 0)
    this.#ctx = {
      m,
      lines,
      driver,
      placement,
      report,
      exact: true,
      assumed: false,
      inUse: new Set(),
    }
    this.#tap = new EventTap(m)
    attachProbes(m, this.#tap)
  }

  /** Replays and compares one line. */
  line(at: number): void {
    const line = this.#ctx.lines[at]?.line as Line
    switch (line.type) {
      case 'state': {
        this.#state(at, line)
        return
      }
      case 'stats': {
        this.#stats(at, line)
        return
      }
      case 'call': {
        this.#call(at, line)
        return
      }
      case 'events': {
        this.#events(at, line)
        return
      }
      case 'pages':
      case 'frames':
      case 'pinned': {
        this.#frames(at, line)
        return
      }
      case 'fill': {
        this.#fill(at, line)
        return
      }
      case 'pfns': {
        this.#pfns(at, line)
        return
      }
      case 'buffer': {
        this.#bufferLine(at, line)
        return
      }
      case 'cma': {
        this.#cma(at, line)
        return
      }
      case 'dmesg': {
        this.#text(at, line)
        return
      }
      default:
        return
    }
  }

  #where(at: number): string {
    const { at: n, line } = this.#ctx.lines[at] as NumberedLine
    const label = 'label' in line ? (line.label ?? '') : ''
    const name = line.type === 'call' ? line.fn : ''
    return `line ${n} ${line.type} ${name} ${label}`.replace(/ +/g, ' ').trim()
  }

  #free(): [number, number] {
    const sum = (item: number): number =>
      this.#ctx.m.zones.reduce((n, zone) => n + exactZoneState(zone, item), 0)
    return [sum(NR_FREE_PAGES), sum(NR_FREE_CMA_PAGES)]
  }

  /** Lists or counters differ though steps were inferred: what the kernel did itself is not known. */
  #loseExactness(at: number, what: string): void {
    this.#ctx.exact = false
    this.#report.rule(
      `${what} are compared while everything is known that allocates; between windows the recording kernel also works for itself (fork, tasks, slab)`,
      this.#where(at),
    )
  }

  #state(at: number, state: StateLine): void {
    const { m } = this.#ctx
    this.#report.compared()
    this.#fillUpTo(state)
    for (const { pfn, rule, recorded } of learnCachedTypes(m, state)) {
      this.#report.rule(
        'allocator 1.9.1: cached types inside blocks that were free at the start are not recorded; the first state that shows one tells it',
        `state "${state.label}": pfn ${pfn}, boot rule ${rule}, recorded ${recorded}`,
      )
    }
    this.#foldAsRecorded(state)
    const differences = compareState(m, state)
    if (differences.length === 0) {
      this.#ctx.exact = true
      this.#ctx.assumed = false
      return
    }
    if (this.#ctx.exact && !this.#ctx.assumed) this.#differAll(at, differences)
    this.#resync(at, state, differences)
  }

  #differAll(at: number, differences: readonly Difference[]): void {
    for (const { where, recorded, model } of differences) {
      this.#report.differ(`${this.#where(at)}, ${where}`, recorded, model)
    }
  }

  #resync(at: number, state: StateLine, differences: readonly Difference[]): void {
    const [first] = differences
    this.#report.rule(
      'lists and counters are taken over from a state after steps that the recording does not list',
      `${this.#where(at)}: ${first?.where ?? ''}`,
    )
    for (const pfn of resyncWith(this.#ctx.m, state)) {
      const model = JSON.stringify(observeFrame(this.#ctx.m, pfn))
      this.#report.differ(`${this.#where(at)}, pfn ${pfn}`, 'free', `in use: ${model}`)
    }
    this.#ctx.exact = true
    this.#ctx.assumed = false
    const { m } = this.#ctx
    const counts = m.mem.count.slice()
    this.#ctx.inUse = { has: (pfn) => (counts[pfn_to_page(m, pfn)] as number) > 0 }
  }

  /** Stored counters move when the timer folds, which no line lists (errata 1). */
  #foldAsRecorded(state: StateLine): void {
    for (const [i, zone] of this.#ctx.m.zones.entries()) {
      const recorded = state.zones[i]
      if (recorded === undefined) continue
      for (const [item, stored] of [
        [NR_FREE_PAGES, recorded.NFraw],
        [NR_FREE_CMA_PAGES, recorded.NCraw],
      ] as const) {
        const exact = exactZoneState(zone, item)
        if (Math.abs(exact - stored) > zone.stat_threshold || zone.vm_stat[item] === stored)
          continue
        zone.vm_stat[item] = stored
        zone.vm_stat_diff[item] = exact - stored
        this.#report.rule(
          'errata 1: the timer folds counters while the program sleeps; stored counters are taken over',
          state.label,
        )
      }
    }
  }

  #stats(at: number, line: StatsLine): void {
    this.#report.compared()
    const model = this.#free()
    if (model[0] === line.NF && model[1] === line.NC) return
    if (!this.#ctx.exact || this.#ctx.assumed) {
      this.#loseExactness(at, 'NF and NC of stats')
      return
    }
    const [NF, NC] = model
    this.#report.compare(this.#where(at), { NF: line.NF, NC: line.NC }, { NF, NC })
  }

  #call(at: number, line: CallLine): void {
    const { driver } = this.#ctx
    this.#report.compared()
    let answer = this.#answers.get(at)
    if (answer === undefined) {
      if (line.fn === 'drain') this.#beforeDrain(at, line)
      this.#tap.take()
      answer = driver.call(line, this.#addressWithoutWindow(line))
    }
    if (answer === null) {
      this.#ctx.exact = false
      this.#report.rule(`calls of ${line.fn} are not replayed`, this.#where(at))
      return
    }
    if (line.fn.startsWith('vb2_dc_')) {
      this.#ctx.assumed = true
      this.#report.rule(
        "videobuf2's arrays of pages and scatter tables come from slabs, which are not modelled",
        this.#where(at),
      )
    }
    this.#compareAnswer(at, line, answer)
  }

  #beforeDrain(at: number, line: CallLine): void {
    if (((line.mask ?? 0) & 1) === 0) return
    stepsBeforeDrain(this.#ctx, at)
    this.#dropFiller(at)
  }

  #compareAnswer(at: number, line: CallLine, answer: Answer): void {
    const recorded: Record<string, number | undefined> = {}
    const model: Record<string, number | undefined> = {}
    for (const name of ANSWERS) {
      if (line[name] === undefined || answer[name] === undefined) continue
      recorded[name] = line[name]
      model[name] = answer[name]
    }
    this.#report.compare(this.#where(at), recorded, model)
  }

  /** videobuf2 queues the parts of the last buffer one after the other. */
  #addressWithoutWindow(line: CallLine): number {
    if (line.fn !== 'vb2_dc_get_userptr' || this.#buffer === null) return 0x100
    const vpn = this.#buffer.start + this.#queued
    this.#queued += Math.ceil((line.size ?? 0) / 4096)
    return vpn
  }

  #events(at: number, line: EventsLine): void {
    const { report } = this.#ctx
    report.compared()
    const next = this.#ctx.lines[at + 1]?.line
    const op = next?.type === 'call' && isCallOf(line, next) ? next : null
    const before = this.#tap.take()
    if (op === null && isAfterCall(line)) {
      this.#compareWindow(at, line, before)
      return
    }
    if (op !== null) this.#punchHole(op, looksOf(line.ev))
    prepareWindow(this.#ctx, at, line)
    makeRoom(this.#ctx, at, line)
    emptyLists(this.#ctx, at, line)
    hogBefore(this.#ctx, wantedOf(line.ev))
    const exact = this.#ctx.exact
    this.#tap.take()
    placed(this.#ctx, wantedOf(line.ev), () => {
      if (op === null) this.#access(at, line)
      else this.#answers.set(at + 1, this.#runOp(line, op))
    })
    this.#compareWindow(at, line, this.#tap.take(), exact)
  }

  #runOp(line: EventsLine, op: CallLine): Answer | null {
    const { driver } = this.#ctx
    const contig = line.ev.find((e) => e[0] === 'fn' && e[1] === 'alloc_contig_range')
    if (op.fn === 'alloc_contig_range') {
      return driver.contigRange(Number(contig?.[2] ?? 0), Number(contig?.[3] ?? 0))
    }
    return driver.call(op, looksOf(line.ev)[0]?.vpn ?? 0x100)
  }

  /** Fewer pages than asked for: the program has nothing mapped there (GUP-11). */
  #punchHole(op: CallLine, looks: readonly { vpn: number }[]): void {
    const got = op.ret ?? 0
    const first = looks[0]?.vpn
    if (!op.fn.endsWith('get_user_pages') || first === undefined || got < 1) return
    if (got < (op.n ?? 1)) this.#ctx.driver.punchHole(first + got, (op.n ?? 1) - got)
  }

  /** A window without a call: the program's own accesses, or its munmap. */
  #access(at: number, line: EventsLine): void {
    const { driver } = this.#ctx
    const accesses = accessesOf(line.ev)
    for (const { vpn, flags } of accesses) driver.touch(vpn, (flags & 1) !== 0)
    if (accesses.length > 0) return
    const freed = line.ev.filter((e) => e[0] === 'fb').map((e) => Number(e[1]))
    const vpns = freed.map((pfn) => driver.vpnOf(pfn)).filter((vpn) => vpn >= 0)
    if (vpns.length > 0) {
      const first = Math.min(...vpns)
      driver.munmap(first, Math.max(...vpns) - first + 1)
      return
    }
    const pfns = wantedOf(line.ev).filter((w) => w.gfp === 0x200da)
    if (pfns.length > 0)
      this.#touchWindow(
        at,
        pfns.map((w) => w.pfn),
      )
  }

  #touchWindow(at: number, pfns: number[]): void {
    touchNew(this.#ctx, at, pfns)
  }

  #compareWindow(
    at: number,
    line: EventsLine,
    model: RecordedEvent[],
    exactBefore = this.#ctx.exact,
  ): void {
    const where = this.#where(at)
    if (line.lost > 0) {
      this.#report.rule('windows that lost events are not compared event by event', where)
      return
    }
    const recorded = comparableEvents(line.ev, where, this.#report)
    const probed = recorded.some((e) => e[0] === 'fn')
    const untraced = isUntraced(recorded) && model.some(isTraced)
    if (untraced) {
      this.#report.rule(
        'allocations and frees were not traced in a window that lists calls alone',
        where,
      )
    }
    const own = model.filter((e) => !isForeignAlloc(e) && !(untraced && isTraced(e)))
    const seen = probed ? own : own.filter((e) => e[0] !== 'fn' && e[0] !== 'rt')
    const whole = firstDifference(recorded, seen)
    if (whole === null) {
      this.#ctx.assumed = false
      return
    }
    const rest = firstDifference(withoutPlacement(recorded), withoutPlacement(seen))
    if (rest !== null) {
      this.#report.differ(`${where}, event ${rest.at}`, rest.recorded, rest.model)
      return
    }
    if (this.#ctx.exact && exactBefore && !this.#ctx.assumed) {
      this.#report.differ(`${where}, event ${whole.at}`, whole.recorded, whole.model)
    } else this.#loseExactness(at, 'refills, steals and drains (zl, xf, dr)')
  }

  #frames(at: number, line: FramesLine): void {
    this.#report.compared()
    inferSteps(this.#ctx, at, line)
    for (const frame of line.pages) {
      const members = differingMembers(this.#ctx.m, frame)
      if (members.length === 0) continue
      const where = `${this.#where(at)}, pfn ${frame.pfn}, ${members.join(', ')}`
      const model = JSON.stringify(observeFrame(this.#ctx.m, frame.pfn))
      this.#report.differ(where, JSON.stringify(frame), model)
    }
    this.#mapped(at, line)
  }

  /** What is listed by address is mapped by the program, or by a child. */
  #mapped(at: number, line: FramesLine): void {
    if (line.type !== 'pages') return
    const { driver, m } = this.#ctx
    for (const { pfn, mapcount } of line.pages) {
      if (pfn === 0 || mapcount === 0 || pfn_to_page(m, pfn) === m.zero_page) continue
      const mappers = [driver.app, ...driver.children]
      if (mappers.some((process) => driver.vpnOf(pfn, process) >= 0)) continue
      this.#report.differ(`${this.#where(at)}, pfn ${pfn}`, 'mapped by the program', 'not mapped')
    }
  }

  #fill(at: number, line: FillLine): void {
    this.#report.compared()
    this.#filler ??= { start: this.#newRow(FILL_ROOM), pages: 0 }
    this.#fillTo(line.page + 1)
    const pfn = this.#ctx.driver.pfnAt(this.#filler.start + line.page)
    const [NF, NC] = this.#free()
    const from = inCmaArea(this.#ctx.m, pfn_to_page(this.#ctx.m, pfn)) ? 'CMA' : 'normal'
    this.#report.compare(
      this.#where(at),
      { pfn: line.pfn, from: line.from, NF: line.NF, NC: line.NC },
      { pfn, from, NF, NC },
    )
  }

  #fillTo(pages: number): void {
    const filler = this.#filler
    if (filler === null) return
    for (let i = filler.pages; i < pages; i++) this.#ctx.driver.touch(filler.start + i, true)
    this.#filler = { ...filler, pages: Math.max(filler.pages, pages) }
  }

  /** A row of addresses that begins with a page table of its own. */
  #newRow(pages: number): number {
    const { driver } = this.#ctx
    driver.cursor = (driver.cursor - pages) & ~511
    return driver.cursor
  }

  /** The filler may have gone on for some pages before the state was taken. */
  #fillUpTo(state: StateLine): void {
    const nf = state.zones.reduce((sum, zone) => sum + zone.NF, 0)
    const filler = this.#filler
    if (filler === null || filler.pages === 0) return
    const count = (list: StateLine): number =>
      list.zones.reduce((sum, zone) => sum + zone.pcp.reduce((n, p) => n + p.count, 0), 0)
    const waiting = (): number =>
      this.#ctx.m.zones.reduce((n, zone) => n + zone.pageset.reduce((k, p) => k + p.count, 0), 0)
    for (let i = 0; i < FILL_SLACK; i++) {
      const missing = this.#free()[0] + waiting() - nf - count(state)
      if (missing <= 0) return
      this.#fillTo((this.#filler?.pages ?? 0) + 1)
      inferred(this.#ctx, 'the filler writes on', state.label)
    }
  }

  /** The filler's memory is free again by the next counters. */
  #dropFiller(at: number): void {
    const filler = this.#filler
    const next = this.#ctx.lines.slice(at).find(({ line }) => line.type === 'stats')?.line
    if (next?.type !== 'stats' || next.NF - this.#free()[0] < LARGE) return
    if (filler !== null) {
      this.#ctx.driver.munmap(filler.start, FILL_ROOM)
      this.#filler = null
      inferred(this.#ctx, 'the filler is unmapped', this.#where(at))
    } else if (this.#ctx.driver.releaseBuffer(next.NC - this.#free()[1])) {
      inferred(this.#ctx, 'a buffer in CMA is released', this.#where(at))
    }
  }

  #pfns(at: number, line: PfnsLine): void {
    this.#report.compared()
    const pfns = line.offsets.map((offset) => line.base + offset)
    const { driver } = this.#ctx
    if (this.#buffer?.pages !== pfns.length) {
      const known = driver.vpnOf(pfns[0] ?? 0)
      if (known < 0) {
        const start = this.#newRow(pfns.length)
        touchRow(this.#ctx, start, pfns)
        inferred(this.#ctx, 'write a buffer', this.#where(at))
        this.#buffer = { start, pages: pfns.length }
      } else this.#buffer = { start: known, pages: pfns.length }
    }
    const start = this.#buffer.start
    this.#report.compare(
      this.#where(at),
      pfns,
      pfns.map((_, i) => driver.pfnAt(start + i)),
    )
  }

  #bufferLine(at: number, line: BufferLine): void {
    if (this.#buffer === null) this.#makeBuffer(at, line)
    this.#report.compared()
    const start = this.#buffer?.start ?? 0
    const { driver, m } = this.#ctx
    let inCma = 0
    for (let i = 0; i < line.pages; i++) {
      const pfn = driver.pfnAt(start + i)
      if (pfn !== 0 && inCmaArea(m, pfn_to_page(m, pfn))) inCma++
    }
    this.#report.compare(this.#where(at), { in_cma: line.in_cma }, { in_cma: inCma })
  }

  #makeBuffer(at: number, line: BufferLine): void {
    const start = this.#newRow(line.pages)
    const next = this.#ctx.lines[at + 1]?.line
    const pfns =
      next?.type === 'pfns' && next.offsets.length === line.pages
        ? next.offsets.map((offset) => next.base + offset)
        : Array.from({ length: line.pages }, () => 0)
    touchRow(this.#ctx, start, pfns)
    inferred(this.#ctx, 'write a buffer', this.#where(at))
    this.#buffer = { start, pages: line.pages }
  }

  #cma(at: number, line: CmaLine): void {
    this.#report.compared()
    const area = this.#ctx.m.cma.find((a) => a.base_pfn === line.base)
    const set: [number, number][] = []
    area?.bitmap.forEach((bit, i) => {
      if (bit === 0) return
      const last = set.at(-1)
      if (last !== undefined && last[0] + last[1] === i) last[1]++
      else set.push([i, 1])
    })
    this.#report.compare(this.#where(at), line.set, set)
  }

  #text(at: number, line: TextLine): void {
    if (line.label === 'boot') return
    this.#report.compared()
    const log = this.#ctx.m.dmesg.slice(this.#dmesg).map(({ text }) => text)
    this.#dmesg = this.#ctx.m.dmesg.length
    const recorded = line.text.split('\n').map((text) => text.replace(/^<\d>\[ *[\d.]+\] /, ''))
    this.#report.compare(
      this.#where(at),
      recorded.filter(isKnownText).map(plainText),
      log.filter(isKnownText).map(plainText),
    )
  }
}

const FILL_ROOM = 65536

/** Lines of the kernel log that the specifications give. */
function isKnownText(text: string): boolean {
  return /^cma: dma_alloc|^alloc_contig_range test|^contiguous mapping|still in use!$/.test(text)
}

/** Without addresses of kernel structures, which a model has not. */
function plainText(text: string): string {
  return text
    .replace(/\(cma \S+,/, '(cma,')
    .replace(/\bc[0-9a-f]{7}\b/g, 'ADDRESS')
    .trimEnd()
}

/** The call whose window this is. */
function isCallOf(line: EventsLine, call: CallLine): boolean {
  if (call.label !== undefined) return call.label === line.label
  return line.ev.some((e) => e[0] === 'fn' && e[1] === call.fn)
}

/** A window that only shows what the call before it freed. */
function isAfterCall(line: EventsLine): boolean {
  return line.ev.length > 0 && line.ev.every((e) => e[0] === 'fr' || e[0] === 'dr')
}
