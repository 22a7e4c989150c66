/**
 * Stands in for src/sim/machine/trace.ts in the bundle that measures the allocator without its
 * event stream: events are numbered, as the ledger needs, but neither digested nor handed on.
 */
import { createDigest } from '../src/sim/machine/digest'
import type * as Trace from '../src/sim/machine/trace'

export const createTrace: typeof Trace.createTrace = () => ({
  events: 0,
  digest: createDigest(),
  sink: null,
  frames: null,
  freeLists: null,
})

export const emit: typeof Trace.emit = (m) => {
  m.trace.events++
}
