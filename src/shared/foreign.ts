/** A trace of another kernel, as columns over its text. Plain data: no run, nothing to step through. */

import { countText } from './text'

/** Where the trace says that events are missing. */
export interface TraceCut {
  readonly line: number
  /** Events of the file before it. */
  readonly event: number
  /** The CPU whose buffer lost them; null where it is not told. */
  readonly cpu: number | null
  /** How many; null where it is not told. */
  readonly lost: number | null
  /** `lost`: the kernel's buffer overran; `cut`: somebody shortened the file. */
  readonly kind: 'lost' | 'cut'
}

export interface TraceTask {
  readonly comm: string
  readonly pid: number
}

export interface ForeignTrace {
  readonly name: string
  /** The file. Payloads are parts of it. */
  readonly text: string
  readonly events: number
  /** Nanoseconds, never falling. */
  readonly timeNs: Float64Array
  readonly cpu: Uint16Array
  /** Index into `tasks`. */
  readonly task: Uint32Array
  /** Index into `typeNames`. */
  readonly type: Uint16Array
  /** Line of the file, from 1. */
  readonly line: Uint32Array
  /** The payload of event i is text.slice(from[i], to[i]). */
  readonly from: Uint32Array
  readonly to: Uint32Array
  readonly tasks: readonly TraceTask[]
  readonly typeNames: readonly string[]
  readonly cuts: readonly TraceCut[]
  /** CPUs that the events ran on, ascending. */
  readonly cpus: readonly number[]
}

/** The payload of an event as the kernel printed it. */
export function payloadOf(trace: ForeignTrace, event: number): string {
  return trace.text.slice(trace.from[event], trace.to[event])
}

/** `name=value` pairs of a payload, in order; what is no pair is left out. */
export function fieldsOfPayload(payload: string): Map<string, string> {
  const fields = new Map<string, string>()
  for (const [, name = '', value = ''] of payload.matchAll(/([A-Za-z_]\w{0,63})=(\S*)/g)) {
    if (!fields.has(name)) fields.set(name, value)
  }
  return fields
}

/** A decimal or hex number of a field; null when it is none. */
export function fieldNumber(value: string | undefined): number | null {
  if (value === undefined || !/^(?:-?\d{1,19}|0x[0-9a-f]{1,16})$/i.test(value)) return null
  const n = Number(value)
  return Number.isSafeInteger(n) ? n : null
}

/** `line 308: 206 lines were cut here, after 281 events`. */
export function cutTextOf({ line, event, cpu, lost, kind }: TraceCut): string {
  const many =
    lost === null
      ? 'an unknown number of events'
      : `${countText(lost)} ${kind === 'cut' ? 'lines' : 'events'}`
  const what = kind === 'cut' ? `${many} were cut here` : `${many} were lost`
  return `line ${line}: ${what}${cpu === null ? '' : ` on CPU ${cpu}`}, after ${countText(event)} events`
}
