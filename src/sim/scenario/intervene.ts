/**
 * Interferes with a run at the places its plan names. It does so between two steps of the scheduler,
 * where nobody is inside a spinlock section: everybody stands at an interleaving point, waits, or is
 * in user mode, so whatever another thread could do there may happen. What cannot be done is refused
 * with its reason, and the run goes on without it.
 */
import { errnoName } from '../include/linux/errno'
import { INJECTABLE, injectFailure } from '../machine/fault'
import { pfn_to_page, pfn_valid } from '../machine/machine'
import { runToEnd } from '../machine/proc'
import { emit } from '../machine/trace'
import { POLICIES, type KernelSpec } from '../machine/types'
import { drain_all_pages } from '../mm/page_alloc'
import { lru_add_drain_all } from '../mm/swap'
import { createKernel, kernelComplaint, missingSymbols, subsetNumber } from '../patches/series'
import {
  EV_sim_intervention,
  INJECTABLE_NAMES,
  INTERVENTION_KINDS,
  sleepNumbers,
} from '../trace/events/sim_intervention'
import { dropPins, unpinComplaint } from './intervene-unpin'
import type { Intervention } from './intervention'
import type { Stage } from './stage'

type Of<Kind extends Intervention['do']> = Extract<Intervention, { readonly do: Kind }>

/** Does all that is due after the events so far, in the order of the plan. */
export function intervene(stage: Stage): void {
  const list = stage.plan.interventions
  if (list === undefined) return
  const { m, script } = stage
  for (let i = list[script.next]; i !== undefined; i = list[script.next]) {
    if (m.trace.events < i.at || mustWait(stage, i)) return
    const index = script.next++
    const reason = tryOne(stage, i, index)
    if (reason !== null) stage.refusals.push({ index, intervention: i, reason })
  }
}

/** The run is over: what has not come by now never will. */
export function refuseRest(stage: Stage): void {
  const { m, script, refusals } = stage
  const list = stage.plan.interventions ?? []
  const end = `the run ends after ${m.trace.events} events`
  for (let i = list[script.next]; i !== undefined; i = list[++script.next]) {
    const waits = m.trace.events >= i.at ? 'somebody is in a call up to the end' : end
    refusals.push({ index: script.next, intervention: i, reason: waits })
  }
  for (const { by, fn, left } of m.fault.injections.splice(0)) {
    const intervention = list[by] as Of<'inject'>
    const reason = `${fn} is called only ${intervention.nth - left} times from there on; ${end}`
    refusals.push({ index: by, intervention, reason })
  }
}

/**
 * Another kernel comes only while nobody is in a call, as with live patching: no call begins in one
 * kernel and ends in another. What follows in the plan waits with it.
 */
function mustWait(stage: Stage, i: Intervention): boolean {
  return i.do === 'kernel' && stage.actors.some((actor) => actor.busy)
}

/** Does one; the reason when it cannot be done. */
function tryOne(stage: Stage, i: Intervention, index: number): string | null {
  switch (i.do) {
    case 'unpin':
      return unpin(stage, i)
    case 'drain':
      return drain(stage)
    case 'kernel':
      return changeKernel(stage, i)
    case 'sleep':
      return sleep(stage, i)
    case 'inject':
      return inject(stage, i, index)
  }
}

function tell(stage: Stage, kind: Intervention['do'], b = 0, c = 0, d = 0): void {
  emit(stage.m, EV_sim_intervention, INTERVENTION_KINDS.indexOf(kind), b, c, d)
}

function unpin(stage: Stage, { pfn }: Of<'unpin'>): string | null {
  const { m } = stage
  if (!pfn_valid(m, pfn)) return `pfn 0x${pfn.toString(16)} lies in no zone of this machine`
  const page = pfn_to_page(m, pfn)
  const complaint = unpinComplaint(stage, page)
  if (complaint !== null) return complaint
  tell(stage, 'unpin', pfn, m.pins.get(page)?.length)
  dropPins(stage, page)
  return null
}

/** All at once: nobody else runs between the CPUs. */
function drain(stage: Stage): null {
  tell(stage, 'drain')
  runToEnd(stage.m, lru_add_drain_all(stage.m))
  drain_all_pages(stage.m)
  return null
}

function changeKernel(stage: Stage, { kernel }: Of<'kernel'>): string | null {
  const complaint = kernelComplaint(kernel) ?? buildComplaint(kernel)
  if (complaint !== null) return complaint
  tell(stage, 'kernel', subsetNumber(kernel.patches), POLICIES.indexOf(kernel.policy ?? 'rfc2013'))
  stage.m.kernel = createKernel(kernel)
  return null
}

function buildComplaint({ patches, mode }: KernelSpec): string | null {
  const missing = mode === 'strict' ? missingSymbols(patches) : []
  if (missing.length === 0) return null
  const needs = missing.map((s) => `patch ${s.patch} needs ${s.symbol}`).join(', ')
  return `patches ${patches.join(',')} do not build: ${needs}`
}

function sleep(stage: Stage, { actor: name, ns }: Of<'sleep'>): string | null {
  const actor = stage.actors.find((a) => a.name === name)
  if (actor === undefined) {
    const names = stage.actors.map((a) => a.name).join(', ')
    return `no actor is called "${name}"; there are ${names}`
  }
  if (!Number.isSafeInteger(ns) || ns <= 0) return `a sleep takes a time above 0 ns, got ${ns}`
  if (actor.ended || !stage.scheduler.delay(actor.task, ns)) {
    return `${name} has ended and has nothing to do any more`
  }
  tell(stage, 'sleep', actor.task.id, ...sleepNumbers(ns))
  return null
}

function inject(stage: Stage, { fn, nth, ret }: Of<'inject'>, index: number): string | null {
  const possible: readonly number[] | undefined = Object.hasOwn(INJECTABLE, fn)
    ? INJECTABLE[fn]
    : undefined
  if (possible === undefined) {
    return `${fn} cannot be made to fail; what can: ${INJECTABLE_NAMES.join(', ')}`
  }
  if (!possible.includes(ret)) {
    const names = possible.map((n) => `-${errnoName(n) ?? n}`).join(', ')
    return `${fn} does not fail with ${ret}; it does with ${names}`
  }
  if (!Number.isSafeInteger(nth) || nth < 1) return `calls count from 1, got ${nth}`
  tell(stage, 'inject', INJECTABLE_NAMES.indexOf(fn), nth, ret)
  injectFailure(stage.m, { fn, ret, left: nth, by: index })
  return null
}
