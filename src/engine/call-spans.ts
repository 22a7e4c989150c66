/** The calls of actors from their start to their return. */
import type { CallBar } from '../shared/timeline'
import { callName, EV_sim_call, EV_sim_call_ret } from '../sim'
import type { Recording } from './run'

/** A call as a bar draws it, and whose it is. */
export interface CallSpan extends Omit<CallBar, 'calls'> {
  readonly task: number
}

/** Calls that returned, in the order of their returns. */
export function callSpans({ recorder: { log, calls } }: Recording): CallSpan[] {
  const open = new Map<number, { event: number; fromNs: number }>()
  const spans: CallSpan[] = []
  for (const event of calls) {
    const { type, task, timeNs, a, c } = log.row(event)
    if (type.id === EV_sim_call) {
      open.set(task, { event, fromNs: timeNs })
      continue
    }
    const start = open.get(task)
    if (type.id !== EV_sim_call_ret || start === undefined) continue
    open.delete(task)
    spans.push({ task, call: callName(a), ...start, toNs: timeNs, ret: c, retEvent: event })
  }
  return spans
}
