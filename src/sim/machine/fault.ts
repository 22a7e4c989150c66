/**
 * Faults to inject. A real allocator does not fail small sleeping requests (errata 2), so tests of
 * what happens when it does must make it fail.
 */
import type { Machine } from './machine'

export interface FaultPlan {
  /** How many of the next alloc_pages calls return no page. */
  failAllocs: number
  /** How many of the next asynchronous compaction scans find the lock they need wanted by others. */
  contendedScans: number
}

export function createFaultPlan(): FaultPlan {
  return { failAllocs: 0, contendedScans: 0 }
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

/** Makes the next `n` locks of asynchronous compaction contended. */
export function contendNextScans(m: Machine, n: number): void {
  m.fault.contendedScans = n
}

/** True when an asynchronous scan must give up here; uses up one injected fault. */
export function isLockContended(m: Machine): boolean {
  if (m.fault.contendedScans === 0) return false
  m.fault.contendedScans--
  return true
}
