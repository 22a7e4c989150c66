/**
 * A candidate for what a kernel log tells of contiguous requests: the area, the requests in their
 * order, pins on the fewest frames that make the positions fail that the log says failed, and others who have
 * what was not tried. Who held the real frames is not in a log; the candidate says what it guessed.
 */
import { failure, success, type Result } from '../shared/result'
import { countText, many, pagesText, pfnText } from '../shared/text'
import type { BusyRange, KernelLog, LoggedRequest } from './dmesg'
import { gapsOf, piecesOf, placed, takenRuns, type Run } from './dmesg-taken'
import type { MachineJson } from './machine-import'

/** Requests of one candidate, and frames it pins, at most. */
const MAX_REQUESTS = 100
const MAX_PINS = 400
const UNIT = 1024
const EBUSY = 16
/** Pieces of an area that others have, at most. */
const MAX_PIECES = 400

export interface AreaGuess {
  readonly name: string
  readonly startPfn: number
  readonly pages: number
}

export interface Candidate {
  readonly machine: MachineJson | { readonly preset: string; readonly cma: number }
  readonly actors: readonly object[]
  readonly expect: readonly object[]
  readonly took: readonly string[]
  readonly guessed: readonly string[]
}

class Notes {
  readonly took: string[] = []
  readonly guessed: string[] = []
}

/** The candidate of a log. `machine` is what /proc said of it, when that was given, with its areas. */
export function candidateOf(log: KernelLog, machine: MachineJson | null): Result<Candidate> {
  const all = log.requests
  if (all.length === 0) {
    return failure('bad-input', 'no line tells of a contiguous request; there is nothing to play')
  }
  const notes = new Notes()
  const first = all.slice(0, MAX_REQUESTS)
  if (first.length < all.length) {
    notes.guessed.push(
      `the first ${MAX_REQUESTS} of ${countText(all.length)} requests stand for all`,
    )
  }
  const area = areaOf(log, first, machine, notes)
  if (!area.ok) return area
  const base = area.value.startPfn
  const requests = first.map((request) => withRetries(request, base, notes))
  const taken = takenBefore(requests, area.value, notes)
  const pins = pinnedFrames(requests, area.value, taken, notes)
  const actors = [
    ...othersOf(taken),
    ...holderOf(pins, base, taken),
    driverOf(requests, taken, pins.length > 0, notes),
  ]
  notes.took.push(
    `area ${area.value.name} at ${pfnText(base)}, ${pagesText(area.value.pages)}`,
    ...requests.slice(0, 5).map((request) => requestText(request)),
  )
  if (requests.length > 5) notes.took.push(`${countText(requests.length - 5)} more requests`)
  return success({
    machine: machine ?? boardFor(area.value, notes),
    actors,
    expect: expectations(requests),
    took: notes.took,
    guessed: notes.guessed,
  })
}

function requestText({ line, pages, ret, positions }: LoggedRequest): string {
  const end = ret === null ? 'its end is not told' : ret === 0 ? 'granted' : `ret ${ret}`
  const [first] = positions
  const tried =
    first === undefined
      ? 'no position named'
      : `${many(positions.length, 'failed position')} from ${pfnText(startOf(first, pages))} on`
  return `line ${line}: a request of ${pagesText(pages)}, ${tried}, ${end}`
}

/** The position's own start: a printed one may be lower, where a free block reaches into it. */
function startOf({ startPfn, endPfn }: BusyRange, pages: number): number {
  return Math.max(startPfn, endPfn - pages)
}

/** The area: reserved by a line of the log, or told by /proc, or as large as what was tried. */
function areaOf(
  log: KernelLog,
  requests: readonly LoggedRequest[],
  machine: MachineJson | null,
  notes: Notes,
): Result<AreaGuess> {
  const [known] = machine?.cma ?? []
  if (known !== undefined) {
    return success({ name: known.name, startPfn: Number(known.startPfn), pages: known.pages })
  }
  if (machine !== null)
    return failure('bad-input', 'the machine of the /proc files has no CMA area')
  const starts = requests.flatMap((r) => r.positions.map((p) => startOf(p, r.pages)))
  const ends = requests.flatMap((r) => r.positions.map((p) => p.endPfn))
  const lowest = starts.length === 0 ? null : starts.reduce((x, y) => Math.min(x, y))
  const reserved = log.areas.find((a) => {
    return lowest === null || (lowest >= a.startPfn && lowest < a.startPfn + a.pages)
  })
  if (reserved !== undefined) {
    return success(
      aligned(reserved.name, reserved.startPfn, reserved.startPfn + reserved.pages, notes),
    )
  }
  const base = lowest ?? 0x68000 - UNIT * Math.ceil((log.sizes[0]?.pages ?? 0) / UNIT)
  const told = log.sizes[0]?.pages
  const largest = Math.max(...requests.map((r) => r.pages + (retriesOf(r)?.at(-1) ?? 0)))
  const end =
    told === undefined ? ends.reduce((x, y) => Math.max(x, y), base + largest) : base + told
  notes.guessed.push(
    lowest === null
      ? 'where the area lies: no line names a position, and none reserves an area'
      : `the area begins at ${pfnText(base)}, the lowest position that was tried`,
  )
  if (told === undefined) notes.guessed.push(`it ends at ${pfnText(end)}, behind the last one`)
  return success(aligned(nameOf(requests), base, end, notes))
}

/** The area's name, where a line has one that a scenario can have, too. */
function nameOf(requests: readonly LoggedRequest[]): string {
  const area = requests.find((r) => r.area !== null)?.area ?? ''
  return /^[a-z][a-zA-Z0-9_-]{0,31}$/.test(area) ? area : 'default'
}

function aligned(name: string, start: number, end: number, notes: Notes): AreaGuess {
  const [from, to] = [Math.floor(start / UNIT) * UNIT, Math.ceil(end / UNIT) * UNIT]
  if (from !== start || to !== end) {
    const was = `[${pfnText(start)}, ${pfnText(end)})`
    notes.guessed.push(
      `the area is [${pfnText(from)}, ${pfnText(to)}) instead of ${was}: v3.9 has whole 4 MiB`,
    )
  }
  return { name, startPfn: from, pages: to - from }
}

/** The recorded board where the area lies as it lies there, else memory around the area. */
function boardFor(area: AreaGuess, notes: Notes): Candidate['machine'] {
  const end = area.startPfn + area.pages
  if (area.name === 'default' && end === 0x68000 && area.pages <= 64 * 256) {
    notes.guessed.push('the board: vexpress-128m, whose area ends where this one does')
    return { preset: 'vexpress-128m', cma: area.pages * 4096 }
  }
  const before = Math.min(area.startPfn, 32 * UNIT)
  const after = before < 16 * UNIT ? 32 * UNIT : 0
  const pages = before + area.pages + after
  notes.guessed.push(`the board: ${pagesText(before + after)} beside the area, one zone, one CPU`)
  return {
    cpus: 1,
    maxOrder: 11,
    pageblockOrder: 10,
    bitsPerLong: 32,
    zones: [{ name: 'Normal', startPfn: pfnText(area.startPfn - before), pages }],
    cma: [{ name: area.name, startPfn: pfnText(area.startPfn), pages: area.pages }],
  }
}

/**
 * The fewest frames that every failed position holds one of; of those that would do the lowest, as a
 * request that goes up the area leaves a low one behind first.
 */
export function stab(runs: readonly Run[]): number[] {
  const frames: number[] = []
  let end = -1
  let start = -1
  for (const run of runs.toSorted((x, y) => x.start - y.start || x.end - y.end)) {
    if (run.start < end) {
      start = run.start
      end = Math.min(end, run.end)
      continue
    }
    if (start >= 0) frames.push(start)
    ;({ start, end } = run)
  }
  if (start >= 0) frames.push(start)
  return frames
}

/** Pages from the first busy position to each, where debug lines name them by their struct page; null where none does. */
function retriesOf({ retried, align, positions }: LoggedRequest): number[] | null {
  const [first] = retried
  if (first === undefined || positions.length > 0) return null
  const offsets = retried.map((address) => Number(address - first))
  const steps = offsets.slice(1).map((offset, i) => offset - (offsets[i] ?? 0))
  // The next position is as near as the alignment allows, at the nearest.
  const least = steps.reduce((x, y) => Math.min(x, y), steps[0] ?? 2 ** (align ?? 0))
  const unit = least / 2 ** (align ?? 0)
  return Number.isInteger(unit) && unit > 0 && offsets.every((offset) => offset % unit === 0)
    ? offsets.map((offset) => offset / unit)
    : null
}

function withRetries(request: LoggedRequest, base: number, notes: Notes): LoggedRequest {
  const { line, timeNs, pages, retried } = request
  if (retried.length === 0 || request.positions.length > 0) return request
  const offsets = retriesOf(request)
  if (offsets === null) {
    notes.guessed.push(
      `line ${line}: ${many(retried.length, 'busy position')} named by address alone, left out: which frames they are is not said`,
    )
    return request
  }
  notes.guessed.push(
    `line ${line}: ${many(retried.length, 'busy position')} named by address alone: the first is taken for the start of the area, the others as far from it as the addresses of their struct pages say`,
  )
  const positions = offsets.map((offset) => {
    const startPfn = base + offset
    return { line, timeNs, startPfn, endPfn: startPfn + pages }
  })
  return { ...request, positions }
}

/** What others have when the first request is made that met trouble. */
interface Taken {
  readonly runs: readonly Run[]
  readonly pieces: ReturnType<typeof piecesOf>
  /** Requests before, all granted. */
  readonly before: number
}

function spanOf({ startPfn, pages }: AreaGuess): Run {
  return { start: startPfn, end: startPfn + pages }
}

/** Nothing where the requests behind it would find no room then, or tried what it would be. */
function takenBefore(requests: readonly LoggedRequest[], area: AreaGuess, notes: Notes): Taken {
  const isTrouble = ({ positions, ret }: LoggedRequest): boolean =>
    positions.length > 0 || (ret !== null && ret < 0)
  const before = requests.findIndex(isTrouble)
  const request = requests[before]
  const none = { runs: [], pieces: [], before: 0 }
  if (request === undefined) return none
  const span = spanOf(area)
  const triedOf = (r: LoggedRequest): Run[] =>
    failedRuns({ ...r, ret: null }, area, []).filter(
      (run) => run.start >= span.start && run.end <= span.end,
    )
  const granted = placed(requests.slice(0, before), span)
  const runs = gapsOf(
    [...gapsOf(takenRuns(request, triedOf(request), span), span), ...granted],
    span,
  )
  if (runs.length === 0) return none
  const rest = requests.slice(before + 1)
  const isTried = rest.some((r) =>
    triedOf(r).some((run) => runs.some((x) => run.start < x.end && run.end > x.start)),
  )
  const pieces = piecesOf(runs, granted, span)
  if (isTried || rest.some(({ ret }) => ret === 0) || pieces.length > MAX_PIECES) {
    const why = 'what later requests show does not go with it, or it is too much in pieces'
    notes.guessed.push(`line ${request.line}: nobody else has pages of the area: ${why}`)
    return none
  }
  const pages = runs.reduce((sum, run) => sum + run.end - run.start, 0)
  const from =
    request.free === null ? 'the request did not try them' : 'the log lists what was free'
  notes.guessed.push(`line ${request.line}: others have ${pagesText(pages)} of the area: ${from}`)
  return { runs, pieces, before }
}

/** Takes the pieces in turn, then lets those go that are free. */
function othersOf({ pieces, before }: Taken): object[] {
  if (pieces.length === 0) return []
  const takes = pieces.map(({ start, end }, i) => {
    return { op: 'dmaAlloc', as: `piece${i}`, size: (end - start) * 4096, align: 0 }
  })
  const frees = pieces.flatMap(({ keep }, i) =>
    keep ? [] : [{ op: 'dmaRelease', buffer: `piece${i}` }],
  )
  const wait = before > 0 ? [{ op: 'wait', name: 'asked' }] : []
  const program = [...wait, ...takes, ...frees, { op: 'signal', name: 'taken' }]
  return [{ name: 'others', program }]
}

function pinnedFrames(
  requests: readonly LoggedRequest[],
  area: AreaGuess,
  { runs: taken }: Taken,
  notes: Notes,
): number[] {
  const end = area.startPfn + area.pages
  const failed = requests.flatMap((request) => failedRuns(request, area, taken))
  const inside = failed.filter((run) => run.start >= area.startPfn && run.start < end)
  if (inside.length < failed.length) {
    notes.guessed.push(
      `${countText(failed.length - inside.length)} positions outside the area are left out`,
    )
  }
  const frames = stab(inside)
  if (frames.length > MAX_PINS) {
    notes.guessed.push(`${MAX_PINS} of ${countText(frames.length)} frames are pinned, the lowest`)
  }
  const pinned = frames.slice(0, MAX_PINS)
  if (pinned.length > 0) {
    notes.guessed.push(
      `long pins on ${many(pinned.length, 'frame')} make these positions fail (${pinned.slice(0, 3).map(pfnText).join(', ')}${pinned.length > 3 ? ', ...' : ''}): the log does not say who held what`,
    )
  }
  return pinned
}

/** Where a request without positions failed, too, some frame of every place was busy. */
function failedRuns(
  { positions, pages, ret }: LoggedRequest,
  area: AreaGuess,
  taken: readonly Run[],
): Run[] {
  if (positions.length > 0) {
    return positions.map((p) => ({ start: startOf(p, pages), end: p.endPfn }))
  }
  if (ret !== -EBUSY) return []
  const runs: Run[] = []
  for (const free of gapsOf(taken, spanOf(area))) {
    for (
      let { start } = free;
      start + pages <= free.end && runs.length < MAX_PINS;
      start += pages
    ) {
      runs.push({ start, end: start + pages })
    }
  }
  return runs
}

function holderOf(frames: readonly number[], base: number, { pieces }: Taken): object[] {
  if (frames.length === 0) return []
  const wait = pieces.length > 0 ? [{ op: 'wait', name: 'taken' }] : []
  const program = frames.flatMap((pfn, i) => [
    { op: 'place', as: `held${i}`, first: pfn - base, pages: 1 },
    { op: 'pin', as: `pin${i}`, area: `held${i}`, pages: 1, long: true },
  ])
  return [{ name: 'holder', program: [...wait, ...program, { op: 'signal', name: 'held' }] }]
}

function driverOf(
  requests: readonly LoggedRequest[],
  { pieces, before }: Taken,
  isHeld: boolean,
  notes: Notes,
): object {
  const others = pieces.length > 0
  const calls = requests.map((request, i) => {
    const align = request.align ?? alignOf(request, notes)
    return {
      op: 'dmaAlloc',
      as: `buffer${i}`,
      size: request.pages * 4096,
      ...(align === null ? {} : { align: Math.min(align, 9) }),
      id: `driver.request${i}`,
    }
  })
  const waits = isHeld ? 'held' : others ? 'taken' : null
  const waiting = waits === null ? [] : [{ op: 'wait', name: waits }]
  if (!others) return { name: 'driver', program: [...waiting, ...calls] }
  const asked = before > 0 ? [{ op: 'signal', name: 'asked' }] : []
  const program = [...calls.slice(0, before), ...asked, ...waiting, ...calls.slice(before)]
  return { name: 'driver', program }
}

/** From the step between two positions; null where there are not two. */
function alignOf({ line, pages, positions }: LoggedRequest, notes: Notes): number | null {
  const starts = positions.map((p) => startOf(p, pages))
  const steps = starts.slice(1).map((start, i) => start - (starts[i] ?? start))
  const least = steps.length === 0 ? 0 : steps.reduce((x, y) => Math.min(x, y))
  if (least <= 0) return null
  let align = 0
  while (align < 8 && least % 2 ** (align + 1) === 0) align++
  notes.guessed.push(
    `line ${line}: alignment of order ${align}, from the least step between its positions`,
  )
  return align
}

/** What v3.9 answers where the log says how it ended. */
function expectations(requests: readonly LoggedRequest[]): object[] {
  return requests.flatMap(({ ret }, i) => {
    if (ret === null) return []
    const outcome = `driver.request${i}`
    return [ret < 0 ? { outcome, ret: '-ENOMEM' } : { outcome, min: 0 }]
  })
}
