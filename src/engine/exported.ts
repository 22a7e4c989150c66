/** A recording as the exporters take it. */
import type { PlacedMap } from '../shared/page-map'
import type { Recipe } from '../shared/run'
import type { Exported, ExportedEvent, PinFlow } from '../shared/exported'
import type { Place } from '../shared/place'
import type { ArchivePiece } from '../shared/session'
import { forkText } from '../shared/fork-text'
import { kernelLine } from '../shared/text'
import { callSpans } from './call-spans'
import { fieldsOf } from './event-log'
import { eventsText } from './event-lines'
import { Lens } from './lens'
import { pageMap } from './page-map'
import type { Recording } from './run'
import { series } from './series'
import {
  callName,
  EV_sim_call,
  EV_sim_call_ret,
  EV_sim_gup_pin,
  EV_sim_unmap_and_move,
  EV_sim_unpin,
  ftraceHeader,
} from '../sim'

/** @param columns of its value tracks */
export function exported(recording: Recording, columns: number): Exported {
  const { machine, recorder, summary } = recording
  const { recipe } = summary
  const fork = forkText(recipe)
  return {
    title: titleOf(recipe),
    about: {
      scenario: recipe.scenario,
      kernel: kernelLine(recipe.kernel),
      seed: String(recipe.seed),
      ...(fork === '' ? {} : { fork }),
      digest: summary.digest,
      verdict: summary.verdict,
    },
    tasks: machine.tasks.map(({ id, comm, pid }) => ({ task: id, name: comm, pid })),
    count: recorder.log.length,
    eventAt: (event) => exportedEvent(recording, event),
    calls: callSpans(recording),
    flows: pinFlows(recording),
    series: series(recording, { fromNs: 0, toNs: null, columns }),
  }
}

/** `sc-01, patches none, seed 1`, of a fork with what it does otherwise. */
function titleOf(recipe: Recipe): string {
  const fork = forkText(recipe)
  const { scenario, kernel, seed } = recipe
  return `${scenario}, ${kernelLine(kernel)}, seed ${seed}${fork === '' ? '' : `, ${fork}`}`
}

function exportedEvent({ machine, recorder }: Recording, event: number): ExportedEvent {
  const row = recorder.log.row(event)
  const cpu = machine.tasks[row.task]?.cpu ?? 0
  const { name, system } = row.type
  const { task, timeNs } = row
  const isCall = row.type.id === EV_sim_call || row.type.id === EV_sim_call_ret
  // The number of a call's name means nothing outside.
  const fields = isCall ? { ...fieldsOf(row), call: callName(row.a) } : fieldsOf(row)
  return { event, timeNs, task, cpu, name, system, fields }
}

/** From each pin to the first migration of its page that failed while it was held. */
function pinFlows({ recorder: { log } }: Recording): PinFlow[] {
  const held = new Map<number, { fromTask: number; fromNs: number; done: boolean }>()
  const flows: PinFlow[] = []
  log.scan(0, log.length, (type, task, timeNs, pfn, _b, ret) => {
    if (type === EV_sim_gup_pin) held.set(pfn, { fromTask: task, fromNs: timeNs, done: false })
    else if (type === EV_sim_unpin) held.delete(pfn)
    else if (type === EV_sim_unmap_and_move && ret < 0) {
      const pin = held.get(pfn)
      if (pin !== undefined && !pin.done) {
        pin.done = true
        const { fromTask, fromNs } = pin
        flows.push({ pfn, fromTask, fromNs, toTask: task, toNs: timeNs })
      }
    }
    return false
  })
  return flows
}

/** What the trace file begins with. */
export function ftraceHead({ machine, recorder: { log } }: Recording): string {
  const { length } = log
  const counts = `# entries-in-buffer/entries-written: ${length}/${length}   #P:${machine.spec.cpus}`
  return `# tracer: nop\n#\n${counts}\n#\n${ftraceHeader()}\n`
}

/** Events [from, to) as trace_pipe prints them, without a header. */
export function ftraceLines(recording: Recording, from: number, to: number): string {
  const events = Array.from({ length: to - from }, (_, i) => from + i)
  const text = eventsText(recording, events, 'ftrace')
  return text.slice(text.indexOf('\n') + 1)
}

/** Events of one piece of an archive. */
const PIECE = 4096

/** All events as the trace file has them, in pieces; the first one has the header. */
export function* archivePieces(recording: Recording): Generator<ArchivePiece> {
  const of = recording.recorder.log.length
  for (let from = 0; from < of; from += PIECE) {
    const to = Math.min(of, from + PIECE)
    const head = from === 0 ? ftraceHead(recording) : ''
    yield { from, count: to - from, of, text: head + ftraceLines(recording, from, to) }
  }
}

/** Pieces whose text is made to know how long the others are. */
const SAMPLES = 16
/** Bytes of a piece in a file besides its text. */
const PIECE_HEAD = 100

/** Bytes that the pieces take in a file. Where there are many it is told from some, spread over the run. */
export function archiveSize(recording: Recording): number {
  const { length } = recording.recorder.log
  const pieces = Math.ceil(length / PIECE)
  const step = Math.max(1, pieces / SAMPLES)
  let [bytes, events] = [0, 0]
  for (let i = 0; i < pieces; i += step) {
    const from = Math.floor(i) * PIECE
    const to = Math.min(length, from + PIECE)
    bytes += writtenBytes(ftraceLines(recording, from, to))
    events += to - from
  }
  return events === 0 ? 0 : Math.round((bytes / events) * length) + pieces * PIECE_HEAD
}

/** As JSON writes it: line ends and quotes take two bytes. */
function writtenBytes(text: string): number {
  return JSON.stringify(text).length
}

/** The map where a recording's last failed position was tried, or as it ended. */
export async function mapOfTrouble(recording: Recording): Promise<PlacedMap> {
  const failed = recording.summary.requests.findLast((request) => request.ret < 0)
  const event = failed?.positions.at(-1)?.event ?? null
  const at: Place | null = event === null ? null : { event, step: 0 }
  return await new Lens(recording).at(at, null, (m) => ({ ...pageMap(m), at, layer: null }))
}
