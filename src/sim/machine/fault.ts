/**
 * Faults to inject. A real allocator does not fail small sleeping requests (errata 2), so tests of
 * what happens when it does must make it fail.
 */
import type { Machine } from './machine'

export interface FaultPlan {
  /** How many of the next alloc_pages calls return no page. */
  failAllocs: number
}

export function createFaultPlan(): FaultPlan {
  return { failAllocs: 0 }
}

/** Makes the next `n` allocations fail, whatever is free. */
export function failNextAllocs(m: Machine, n: number): void {
  m.fault.failAllocs = n
}

/** True when this allocation must fail; uses up one injected fault. */
export function shouldFailAlloc(m: Machine): boolean {
  if (m.fault.failAllocs === 0) return false
  m.fault.failAllocs--
  return true
}
