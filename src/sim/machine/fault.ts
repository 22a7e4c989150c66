/**
 * Faults to inject. A real allocator does not fail small sleeping requests (errata 2), so tests of
 * what happens when it does must make it fail. All of it is data, so that a run can be frozen.
 */
import { EAGAIN, EBUSY, EFAULT, ENOMEM } from '../include/linux/errno'
import type { Machine } from './machine'

/** Functions whose n-th call can be made to fail, and what each may answer then. */
export const INJECTABLE = {
  alloc_pages: [-ENOMEM],
  unmap_and_move: [-EAGAIN, -ENOMEM],
  alloc_contig_range: [-EBUSY, -EAGAIN, -ENOMEM],
  __get_user_pages: [-ENOMEM, -EAGAIN, -EFAULT],
} as const satisfies Readonly<Record<string, readonly number[]>>
export type InjectableName = keyof typeof INJECTABLE

/** A failure that waits for its call. */
export interface Injection {
  readonly fn: InjectableName
  readonly ret: number
  /** Calls until then, this one included. */
  left: number
  /** Who asked for it: the number of an intervention. */
  readonly by: number
}

export interface FaultPlan {
  /** How many of the next alloc_pages calls return no page. */
  failAllocs: number
  /** How many of the next asynchronous compaction scans find the lock they need wanted by others. */
  contendedScans: number
  /** Failures of single calls, in the order in which they were asked for. */
  readonly injections: Injection[]
}

export function createFaultPlan(): FaultPlan {
  return { failAllocs: 0, contendedScans: 0, injections: [] }
}

/** Makes the next `n` allocations fail, whatever is free. */
export function failNextAllocs(m: Machine, n: number): void {
  m.fault.failAllocs = n
}

/** True when this allocation must fail; uses up one injected fault. */
export function shouldFailAlloc(m: Machine): boolean {
  const { fault } = m
  if (fault.injections.length > 0 && injectedResult(m, 'alloc_pages') !== 0) return true
  if (fault.failAllocs === 0) return false
  fault.failAllocs--
  return true
}

/** Makes the n-th call of a function from here on fail with `ret`. */
export function injectFailure(m: Machine, injection: Injection): void {
  m.fault.injections.push({ ...injection })
}

/** What a call of the function must answer at once: a negative errno, or 0 to do its work. */
export function injectedResult(m: Machine, fn: InjectableName): number {
  const { injections } = m.fault
  if (injections.length === 0) return 0
  let ret = 0
  for (const injection of injections) {
    if (injection.fn === fn && --injection.left === 0 && ret === 0) ret = injection.ret
  }
  if (ret !== 0) m.fault.injections.splice(0, Infinity, ...injections.filter((i) => i.left > 0))
  return ret
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
