/**
 * Faults that never come to an end. A fault that was served is tried again until the access or the look
 * succeeds, without any bound. With nothing else left to reclaim, the allocation of a copy makes the entry
 * of the very page that is to be copied old, or unmaps it, and cannot free it, as the fault holds it: the
 * entry has changed, the copy is dropped (FLT-9), and all starts anew.
 */
import { EV_sim_would_loop } from '../trace/events/sim'
import type { Machine } from './machine'
import { othersMayHelp } from './runtime'
import { emit } from './trace'

/** Faults of one access without result, with nobody else about, before the model gives it up. */
export const MAX_FUTILE_FAULTS = 100
/** The same while others could run: they may be caught in the same way, so there is an end too. */
export const MAX_FAULTS_BESIDE_OTHERS = 2000

/**
 * Asked after a fault was served and before the entry is looked at again; `rounds` is how many times
 * that was. True when a kernel would go round for ever (S-08): sim_would_loop was emitted, and the
 * caller ends as if memory had run out.
 */
export function faultWouldLoop(m: Machine, rounds: number): boolean {
  if (rounds < MAX_FUTILE_FAULTS) return false
  if (rounds < MAX_FAULTS_BESIDE_OTHERS && othersMayHelp(m)) return false
  emit(m, EV_sim_would_loop, 0, 0)
  return true
}
