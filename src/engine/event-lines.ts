/** Events as the list shows them and as the kernel prints them, and the kernel log. */
import type { DmesgLine, EventLine, EventsTextForm } from '../shared/events'
import { callName, ftraceHeader, ftraceLine, type Machine } from '../sim'
import { secondsText } from './console/print-state'
import type { EventLog } from './event-log'
import { forEachExtent } from './match-lists'
import { eventRow } from './page-info'
import { eventAt } from './places'
import type { Recording } from './run'

/** Frames told of one line. */
const MOST_PFNS = 4

export function eventLine(m: Machine, log: EventLog, event: number): EventLine {
  const { task } = log.row(event)
  const pfns: number[] = []
  forEachExtent(log, event, (first, end) => {
    for (let pfn = first; pfn < end && pfns.length < MOST_PFNS; pfn++) {
      if (!pfns.includes(pfn)) pfns.push(pfn)
    }
  })
  const row = eventRow(m, log, event)
  return { ...row, text: namedCall(row.text), task, cpu: m.tasks[task]?.cpu ?? 0, pfns }
}

/** `call=VIDIOC_QBUF step=3` where the trace has the call's number, as filters ask for it by name. */
function namedCall(text: string): string {
  return text.replace(/^call=(\d+)/, (_, id: string) => `call=${callName(Number(id))}`)
}

/** One line a row; the trace file has its header first. */
export function eventsText(
  { machine, recorder: { log } }: Recording,
  events: readonly number[],
  form: EventsTextForm,
): string {
  const line = form === 'dmesg' ? logLine : traceLine
  const lines = events.map((event) => `${line(machine, log, event)}\n`)
  return (form === 'ftrace' ? [`${ftraceHeader()}\n`, ...lines] : lines).join('')
}

function logLine(m: Machine, log: EventLog, event: number): string {
  const { timeNs, actor, name, text } = eventRow(m, log, event)
  return `[${secondsText(timeNs)}] ${actor}: ${name}: ${text}`
}

function traceLine(m: Machine, log: EventLog, event: number): string {
  const { type, task, timeNs, a, b, c, d } = log.row(event)
  const { comm = '', pid = 0, cpu = 0 } = m.tasks[task] ?? {}
  return ftraceLine({ comm, pid, cpu, timeNs, type: type.id, a, b, c, d }, m.spec.bitsPerLong)
}

/** The kernel log of a run; a line belongs to the last event at or before it. */
export function dmesgLines(recording: Recording): DmesgLine[] {
  return recording.machine.dmesg.map(({ timeNs, text }) => {
    return { timeNs, event: eventAt(recording, timeNs).event, text }
  })
}

/** The kernel log as `dmesg` prints it. */
export function dmesgText(recording: Pick<Recording, 'machine'>): string {
  const { dmesg } = recording.machine
  return dmesg.map(({ timeNs, text }) => `[${secondsText(timeNs)}] ${text}\n`).join('')
}
