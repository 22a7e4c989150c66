/**
 * ftrace text: what `trace` and `trace_pipe` print, of 3.9 and of later kernels, and what `trace-cmd
 * report` makes of a trace.dat. Each event of the file is kept once; where events are missing is told.
 */
import { cutTextOf, type ForeignTrace, type TraceCut, type TraceTask } from '../shared/foreign'
import type { FileReport } from '../shared/interchange'
import { success, type Result } from '../shared/result'
import { finished, type Steps } from '../shared/steps'
import { countText, many } from '../shared/text'
import { badLine, fileReport, lineSteps, Unused, type TextFile } from './text-lines'

/** Tasks, and kinds of events, at most. */
const MAX_TASKS = 100_000
const MAX_TYPES = 4096
const MAX_CPU = 4095

/** `comm-pid (tgid) [cpu] flags seconds.fraction: rest`; tgid and flags are not always there. */
const EVENT =
  /^\s*(.{1,64}?)-(\d{1,9})\s+(?:\(\s*[\d-]{1,9}\)\s+)?\[(\d{1,4})\]\s+(?:(\S{1,8})\s+)?(\d{1,10})\.(\d{6}|\d{9}):\s+/
const LOST = /^CPU:\s*(\d{1,4}) \[(?:LOST (\d{1,15}) EVENTS|(?:(\d{1,15}) )?EVENTS DROPPED)\]/
const CUT = /^# \.\.\. (\d{1,15}) lines cut \.\.\./
const WRITTEN = /^# entries-in-buffer\/entries-written: (\d{1,15})\/(\d{1,15})/
const BUFFER_STARTED = /^##### CPU (\d{1,4}) buffer started ####/
const NAMED = /^([A-Za-z_][\w.]{0,63}):(?:\s+|$)/
const FUNCTION = /^[\w.]{1,128} <-/

export interface ParsedTrace {
  readonly trace: ForeignTrace
  readonly report: FileReport
}

/** Columns that grow. */
class Columns {
  timeNs = new Float64Array(1024)
  numbers = new Uint32Array(6 * 1024)
  length = 0

  push(timeNs: number, row: readonly [number, number, number, number, number, number]): void {
    if (this.length === this.timeNs.length) {
      const [times, numbers] = [this.timeNs, this.numbers]
      this.timeNs = new Float64Array(times.length * 2)
      this.numbers = new Uint32Array(numbers.length * 2)
      this.timeNs.set(times)
      this.numbers.set(numbers)
    }
    this.timeNs[this.length] = timeNs
    this.numbers.set(row, this.length * 6)
    this.length++
  }
}

/** Numbers for names, in the order in which they come. */
class Names<T> {
  readonly values: T[] = []
  readonly #numbers = new Map<string, number>()

  number(key: string, make: () => T): number {
    const known = this.#numbers.get(key)
    if (known !== undefined) return known
    this.#numbers.set(key, this.values.length)
    return this.values.push(make()) - 1
  }
}

class Reader {
  readonly #file: TextFile
  readonly #columns = new Columns()
  readonly #tasks = new Names<TraceTask>()
  readonly #types = new Names<string>()
  readonly #cpus = new Set<number>()
  readonly #cuts: TraceCut[] = []
  readonly #unused = new Unused()
  readonly #guessed: string[] = []
  #last = 0
  #backward = 0

  constructor(file: TextFile) {
    this.#file = file
  }

  take(text: string, n: number, at: number): Result<never> | null {
    if (text.trim() === '') return null
    const event = EVENT.exec(text)
    if (event !== null) return this.#takeEvent(event, text, n, at)
    const cut = cutOf(text)
    if (cut !== null) {
      if (cut.lost !== 0) this.#cuts.push({ ...cut, line: n, event: this.#columns.length })
    } else if (!isHeader(text))
      this.#unused.add(n, text, 'no event, no header line, no loss marker')
    return null
  }

  #takeEvent(
    [head, comm = '', pid, cpu, , seconds, fraction = '']: RegExpExecArray,
    text: string,
    n: number,
    at: number,
  ): Result<never> | null {
    const rest = text.slice(head.length)
    const named = FUNCTION.test(rest) ? null : NAMED.exec(rest)
    const isFunction = named === null && rest.includes(' <-')
    if (named === null && !isFunction) {
      this.#unused.add(n, text, 'an event without a name')
      return null
    }
    const type = named?.[1] ?? 'function'
    const who = comm.trim()
    const task = this.#tasks.number(`${who}-${pid ?? ''}`, () => ({ comm: who, pid: Number(pid) }))
    const number = this.#types.number(type, () => type)
    const complaint = this.#complaint(Number(cpu))
    if (complaint !== null) return badLine(this.#file, n, complaint)
    const timeNs = Number(seconds) * 1e9 + Number(fraction) * (fraction.length === 6 ? 1e3 : 1)
    if (timeNs < this.#last) this.#backward++
    this.#last = timeNs
    this.#cpus.add(Number(cpu))
    const from = at + head.length + (named?.[0].length ?? 0)
    this.#columns.push(timeNs, [Number(cpu), task, number, n, from, at + text.length])
    return null
  }

  #complaint(cpu: number): string | null {
    if (cpu > MAX_CPU) return `CPU ${cpu}, at most ${MAX_CPU}`
    if (this.#tasks.values.length > MAX_TASKS) return `more than ${countText(MAX_TASKS)} tasks`
    const isMuch = this.#types.values.length > MAX_TYPES
    return isMuch ? `more than ${countText(MAX_TYPES)} kinds of events` : null
  }

  finish(lines: number): Result<ParsedTrace> {
    const { length } = this.#columns
    if (length === 0) {
      return badLine(
        this.#file,
        1,
        'no event; expected "comm-123 [000] .... 1.234567: mm_page_alloc: ..."',
      )
    }
    const order = this.#order()
    const trace: ForeignTrace = {
      name: this.#file.name,
      text: this.#file.text,
      events: length,
      timeNs: this.#times(order),
      cpu: this.#column(new Uint16Array(length), order, 0),
      task: this.#column(new Uint32Array(length), order, 1),
      type: this.#column(new Uint16Array(length), order, 2),
      line: this.#column(new Uint32Array(length), order, 3),
      from: this.#column(new Uint32Array(length), order, 4),
      to: this.#column(new Uint32Array(length), order, 5),
      tasks: this.#tasks.values,
      typeNames: this.#types.values,
      cuts: this.#cuts,
      cpus: [...this.#cpus].toSorted((x, y) => x - y),
    }
    return success({ trace, report: this.#report(trace, lines) })
  }

  #times(order: Uint32Array): Float64Array {
    const times = new Float64Array(order.length)
    for (let i = 0; i < times.length; i++) times[i] = this.#columns.timeNs[order[i] ?? 0] ?? 0
    return times
  }

  /** Plain loops: of millions of events a call for each of them is felt. */
  #column<T extends Uint16Array | Uint32Array>(into: T, order: Uint32Array, column: number): T {
    const { numbers } = this.#columns
    for (let i = 0; i < into.length; i++) into[i] = numbers[(order[i] ?? 0) * 6 + column] ?? 0
    return into
  }

  /** Events by time; those of one time as the file has them. */
  #order(): Uint32Array {
    const order = new Uint32Array(this.#columns.length)
    for (let i = 0; i < order.length; i++) order[i] = i
    if (this.#backward === 0) return order
    const { timeNs } = this.#columns
    const lines = many(this.#backward, 'line')
    this.#guessed.push(
      `${lines} go${this.#backward === 1 ? 'es' : ''} back in time, as CPUs wrote them; the events are put in order of time`,
    )
    return order.sort((x, y) => (timeNs[x] ?? 0) - (timeNs[y] ?? 0) || x - y)
  }

  #report(trace: ForeignTrace, lines: number): FileReport {
    const took = [
      `${many(trace.events, 'event')} of ${many(trace.typeNames.length, 'kind')}, ${many(trace.tasks.length, 'task')}, ${many(trace.cpus.length, 'CPU')}`,
      ...trace.cuts.map(cutTextOf),
    ]
    const { name, text } = this.#file
    return fileReport({ name, text }, 'ftrace', lines, {
      took,
      guessed: this.#guessed,
      unused: this.#unused,
    })
  }
}

type Loss = Pick<TraceCut, 'cpu' | 'lost' | 'kind'>

function cutOf(text: string): Loss | null {
  const lost = LOST.exec(text)
  if (lost !== null) {
    const events = lost[2] ?? lost[3]
    return {
      cpu: Number(lost[1]),
      lost: events === undefined ? null : Number(events),
      kind: 'lost',
    }
  }
  const cut = CUT.exec(text)
  if (cut !== null) return { cpu: null, lost: Number(cut[1]), kind: 'cut' }
  const written = WRITTEN.exec(text)
  if (written !== null) {
    const overwritten = Math.max(0, Number(written[2]) - Number(written[1]))
    return { cpu: null, lost: overwritten, kind: 'lost' }
  }
  const started = BUFFER_STARTED.exec(text)
  return started === null ? null : { cpu: Number(started[1]), lost: 0, kind: 'lost' }
}

/** Headers of the kernel and of trace-cmd. */
function isHeader(text: string): boolean {
  return /^#|^(?:version = |cpus=|CPU \d{1,4} is empty)/.test(text)
}

export function parseFtrace(file: TextFile): Result<ParsedTrace> {
  return finished(ftraceSteps(file))
}

/** As `parseFtrace`, step by step. */
export function* ftraceSteps(file: TextFile): Steps<Result<ParsedTrace>> {
  const reader = new Reader(file)
  const lines = yield* lineSteps(file, (text, n, at) => reader.take(text, n, at))
  return lines.ok ? reader.finish(lines.value) : lines
}

/** True when a text looks like a trace: one of its first lines is an event. */
export function looksLikeFtrace(head: readonly string[]): boolean {
  return head.some((line) => EVENT.test(line) || line.startsWith('# tracer:'))
}
