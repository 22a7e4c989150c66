/** Kernel logs of all eras: CMA areas, contiguous requests that failed, the positions they tried. */
import { success, type Result } from '../shared/result'
import { countText, pagesText } from '../shared/text'
import { badLine, eachLine, Unused, type TextFile } from './text-lines'

/** A position that was given up: [startPfn, endPfn). */
export interface BusyRange {
  readonly line: number
  readonly timeNs: number | null
  readonly startPfn: number
  readonly endPfn: number
}

/** A contiguous request, as far as the log tells of it. */
export interface LoggedRequest {
  readonly line: number
  readonly timeNs: number | null
  /** Name of the area; null where the kernel does not print it. */
  readonly area: string | null
  readonly pages: number
  /** Order of the alignment; null where it is not told. */
  readonly align: number | null
  /** -errno; null where no line says how it ended. */
  readonly ret: number | null
  readonly positions: readonly BusyRange[]
  /** Addresses that debug lines name busy positions by: of their struct page, not of their frames. */
  readonly retried: readonly bigint[]
  /** What was free in the bitmap when it had failed; null where no line says. */
  readonly free: readonly FreeRun[] | null
}

/** Pages of an area that nobody has, from `at` of its start on. */
export interface FreeRun {
  readonly at: number
  readonly pages: number
}

export interface LoggedArea {
  readonly line: number
  readonly name: string
  readonly startPfn: number
  readonly pages: number
}

/** Pages of the area, as the line behind a failed request has them. */
export interface AreaSize {
  readonly line: number
  readonly pages: number
}

export interface KernelLog {
  readonly lines: number
  readonly areas: readonly LoggedArea[]
  readonly sizes: readonly AreaSize[]
  readonly requests: readonly LoggedRequest[]
  readonly guessed: readonly string[]
  /** Lines about contiguous memory that are of no known form. */
  readonly unused: Unused
}

/** Requests and positions at most: a log that tells of more says nothing new. */
const MAX_EVENTS = 100_000
const PAGE = 4096
const ENOMEM = 12

/** `<4>[   12.345678] `, `[Mon Nov 24 10:00:00 2026] `, `Nov 24 10:00:00 host kernel: [ 1.2] `, or nothing. */
const PREFIX =
  /^(?:<\d{1,3}>)?(?:.{0,80}? kernel: )?(?:<\d{1,3}>)?(?:\[\s*(\d{1,10})\.(\d{6})\]\s?|\[[^\]]{10,40}\]\s?)?/

const BUSY_39 =
  /alloc_contig_range test_pages_isolated\(([0-9a-f]{1,16}), ([0-9a-f]{1,16})\) failed/
const BUSY_4X = /alloc_contig_range: \[([0-9a-f]{1,16}), ([0-9a-f]{1,16})\) PFNs busy/
const FAILED =
  /(?:^|\s)cma: (?:__?)?cma_alloc(?:\w*)?: (?:([^:]{1,64}): )?alloc failed, req-size: (\d{1,10}) pages, ret: -(\d{1,4})/
const AVAILABLE = /number of available pages:.*=> ?(\d{1,10}) free of (\d{1,10}) total pages/
const RESERVED =
  /cma: (?:CMA: )?[Rr]eserved (\d{1,8}) (MiB|KiB) (?:at|with base) (?:0x)?([0-9a-f]{1,16})/
/** Lines of CONFIG_CMA_DEBUG, and of the driver that asked. */
const ASKED =
  /(?:dma_alloc_from_contiguous|cma_alloc)\(cma \S{1,64}, (?:name \S+, )?count (\d{1,10}), align (\d{1,2})\)/
const RETURNED = /(?:dma_alloc_from_contiguous|cma_alloc)\(\): returned\s+(\S{1,32})/
const RETRYING = /memory range at (?:(?:0x)?([0-9a-f]{6,16}) )?.*is busy, retrying/
const FREE_RUN = /(\d{1,10})@(\d{1,10})/g
const COHERENT = /dma_alloc_coherent of size (\d{1,15}) failed/
/** Lines that name CMA and tell of no area and no request. */
const SUMS = /ommand line: |^Memory: /
const ABOUT = /alloc_contig_range|\bcma\b|\bCMA\b|PFNs busy|migrating pfn|dma_alloc_coherent/

/** A request that a debug line announced: its end comes later. The line has the area's address, no name. */
interface Asked {
  readonly line: number
  readonly timeNs: number | null
  readonly pages: number
  readonly align: number | null
}

interface Open {
  readonly asked: Asked | null
  readonly positions: BusyRange[]
  readonly retried: bigint[]
}

/** A request whose end is told, as far as that line tells of it. */
type Ended = Omit<LoggedRequest, 'positions' | 'retried' | 'free'>

export function parseDmesg(file: TextFile): Result<KernelLog> {
  const reader = new Reader(file)
  const lines = eachLine(file, (text, n) => reader.take(text, n))
  return lines.ok ? success(reader.finish(lines.value)) : lines
}

class Reader {
  readonly #file: TextFile
  readonly #areas: LoggedArea[] = []
  readonly #sizes: AreaSize[] = []
  readonly #requests: LoggedRequest[] = []
  readonly #guessed = new Set<string>()
  readonly #unused = new Unused()
  #open: Open | null = null
  #events = 0

  constructor(file: TextFile) {
    this.#file = file
  }

  take(line: string, n: number): Result<never> | null {
    const prefix = PREFIX.exec(line)
    const text = line.slice(prefix?.[0].length ?? 0)
    if (!ABOUT.test(text) || SUMS.test(text)) return null
    if (++this.#events > MAX_EVENTS) {
      return badLine(
        this.#file,
        n,
        `more than ${countText(MAX_EVENTS)} lines about CMA; cut the log`,
      )
    }
    const [, seconds, micros] = prefix ?? []
    const timeNs = seconds === undefined ? null : Number(seconds) * 1e9 + Number(micros) * 1e3
    return this.#takeMessage(text, line, n, timeNs)
  }

  #takeMessage(text: string, line: string, n: number, timeNs: number | null): Result<never> | null {
    const busy = BUSY_39.exec(text) ?? BUSY_4X.exec(text)
    if (busy !== null) return this.#takeBusy(busy, n, timeNs)
    const failed = FAILED.exec(text)
    if (failed !== null) return this.#takeFailed(failed, n, timeNs)
    if (this.#takeDebug(text, n, timeNs)) return null
    const reserved = RESERVED.exec(text)
    if (reserved !== null) return this.#takeReserved(reserved, n)
    const available = AVAILABLE.exec(text)
    if (available !== null) this.#takeAvailable(available, n)
    else this.#unused.add(n, line, 'about contiguous memory, but of no form that is known')
    return null
  }

  #takeBusy(found: RegExpExecArray, n: number, timeNs: number | null): Result<never> | null {
    const [startPfn, endPfn] = [parseInt(found[1] ?? '', 16), parseInt(found[2] ?? '', 16)]
    if (!(endPfn > startPfn) || !Number.isSafeInteger(endPfn)) {
      const range = `${found[1] ?? ''}, ${found[2] ?? ''}`
      return badLine(this.#file, n, `the range ${range} is empty: its end is exclusive, in hex`)
    }
    const range: BusyRange = { line: n, timeNs, startPfn, endPfn }
    const last = this.#open?.positions.at(-1)
    if (last !== undefined && !continues(last, range)) this.#close(null)
    this.#open ??= { asked: null, positions: [], retried: [] }
    this.#open.positions.push(range)
    return null
  }

  /** What CMA's debug messages and the drivers add; false when it is none of them. */
  #takeDebug(text: string, n: number, timeNs: number | null): boolean {
    const asked = ASKED.exec(text)
    if (asked !== null) {
      this.#close(null)
      const [, pages, align] = asked
      const request = { line: n, timeNs, pages: Number(pages), align: Number(align) }
      this.#open = { asked: request, positions: [], retried: [] }
      return true
    }
    const returned = RETURNED.exec(text)?.[1]
    if (returned !== undefined) {
      const isNull = /^\(?null\)?$|^0+$/.test(returned)
      const asked = this.#open?.asked ?? null
      if (asked !== null) this.#close({ ...asked, area: null, ret: isNull ? -ENOMEM : 0 })
      return true
    }
    const bytes = COHERENT.exec(text)?.[1]
    if (bytes !== undefined) {
      const pages = Math.max(1, Math.ceil(Number(bytes) / PAGE))
      const open = this.#open
      if (open !== null)
        this.#close({ line: n, timeNs, area: null, align: null, pages, ret: -ENOMEM })
      return true
    }
    const retrying = RETRYING.exec(text)
    if (retrying?.[1] !== undefined) this.#open?.retried.push(BigInt(`0x${retrying[1]}`))
    return retrying !== null
  }

  /** Behind a request that failed: how large the area is, and what of it was free. */
  #takeAvailable([line, sum, total]: RegExpExecArray, n: number): void {
    this.#sizes.push({ line: n, pages: Number(total) })
    const last = this.#requests.pop()
    if (last === undefined) return
    const runs = [...line.matchAll(FREE_RUN)]
    const free = runs.map(([, pages, at]) => ({ at: Number(at), pages: Number(pages) }))
    // A list that was cut does not come to the sum behind it.
    const isWhole = free.reduce((all, { pages }) => all + pages, 0) === Number(sum)
    const isOfFailure = last.ret !== null && last.ret < 0
    this.#requests.push({ ...last, free: isWhole && isOfFailure ? free : null })
  }

  #takeFailed(found: RegExpExecArray, n: number, timeNs: number | null): Result<never> | null {
    const pages = Number(found[2])
    if (pages === 0) return badLine(this.#file, n, 'req-size: 0 pages is no request')
    const area = found[1] ?? null
    const ret = -Number(found[3])
    this.#close({ line: n, timeNs, area, pages, align: null, ret })
    return null
  }

  #takeReserved(found: RegExpExecArray, n: number): Result<never> | null {
    const bytes = Number(found[1]) * (found[2] === 'MiB' ? 2 ** 20 : 2 ** 10)
    const base = parseInt(found[3] ?? '', 16)
    const pages = Math.floor(bytes / PAGE)
    if (pages === 0 || base % PAGE !== 0 || !Number.isSafeInteger(base)) {
      return badLine(this.#file, n, 'an area needs pages, and a base of whole pages')
    }
    const i = this.#areas.length
    const name = i === 0 ? 'default' : `area${i}`
    this.#areas.push({ line: n, name, startPfn: base / PAGE, pages })
    return null
  }

  /** Positions at hand belong to the request that ends here, or to one without a line of its own. */
  #close(end: Ended | null): void {
    const { asked = null, positions = [], retried = [] } = this.#open ?? {}
    const rest = { positions, retried, free: null }
    this.#open = null
    if (end !== null || asked !== null) {
      const told = end ?? { ...(asked as Asked), area: null, ret: null }
      this.#requests.push({ ...told, ...(asked === null ? {} : pick(asked)), ...rest })
      return
    }
    const [first] = positions
    if (first === undefined) return
    // The start may lie lower than the request's, where a free block reaches into it; never higher.
    const pages = positions.reduce((least, p) => Math.min(least, p.endPfn - p.startPfn), Infinity)
    const at = `line ${first.line}`
    this.#guessed.add(`${at}: a request of ${pagesText(pages)}, the smallest range it tried`)
    const { line, timeNs } = first
    this.#requests.push({ line, timeNs, area: null, pages, align: null, ret: null, ...rest })
  }

  finish(lines: number): KernelLog {
    this.#close(null)
    return {
      lines,
      areas: this.#areas,
      sizes: this.#sizes,
      requests: this.#requests,
      guessed: [...this.#guessed],
      unused: this.#unused,
    }
  }
}

/** What the line that announced a request knows better than the one that ended it. */
function pick({ pages, align, line }: Asked): Pick<Asked, 'pages' | 'align' | 'line'> {
  return { pages, align, line }
}

/** A request goes up the area; one that begins again, or much later, is another. */
function continues(last: BusyRange, next: BusyRange): boolean {
  if (next.endPfn <= last.endPfn) return false
  return last.timeNs === null || next.timeNs === null || next.timeNs - last.timeNs < 10e9
}
