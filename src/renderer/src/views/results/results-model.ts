/** Both runs side by side in tables: outcomes and counters, with what differs. */
import type { Divergence } from '../../../../shared/compare'
import type { RunSummary } from '../../../../shared/contract'
import type { Result } from '../../../../shared/result'
import { countText, retText } from '../../../../shared/text'

type Outcome = RunSummary['outcomes'][number]

export interface OutcomeCell {
  readonly ret: string
  readonly good: boolean
  readonly attempts: number
}

export interface OutcomeRow {
  readonly id: string
  readonly actor: string
  readonly call: string
  readonly a: OutcomeCell | null
  readonly b: OutcomeCell | null
  readonly differs: boolean
}

function cellOf(outcome: Outcome | undefined): OutcomeCell | null {
  if (outcome === undefined) return null
  return {
    ret: retText(outcome.ret, outcome.errno),
    good: outcome.ret >= 0,
    attempts: outcome.attempts,
  }
}

/** One row per named call; a call that only one run reached has an empty side. */
export function outcomeRows(a: RunSummary | null, b: RunSummary | null): OutcomeRow[] {
  const ofA = new Map(a?.outcomes.map((o) => [o.id, o]))
  const ofB = new Map(b?.outcomes.map((o) => [o.id, o]))
  return [...new Map([...ofA, ...ofB]).values()].map(({ id, actor, call }) => {
    const left = cellOf(ofA.get(id))
    const right = cellOf(ofB.get(id))
    const differs = left?.ret !== right?.ret || left?.attempts !== right?.attempts
    return { id, actor, call, a: left, b: right, differs }
  })
}

export interface CounterRow {
  readonly name: string
  readonly a: string
  readonly b: string
  /** `+12`, `-8,000`, empty when equal or when a run is missing. */
  readonly difference: string
}

export function counterRows(a: RunSummary | null, b: RunSummary | null): CounterRow[] {
  const counters = a?.counters ?? b?.counters
  if (counters === undefined) return []
  return (Object.keys(counters) as (keyof typeof counters)[]).map((name) => {
    const left = a?.counters[name]
    const right = b?.counters[name]
    return {
      name,
      a: left === undefined ? '' : countText(left),
      b: right === undefined ? '' : countText(right),
      difference: left === undefined || right === undefined ? '' : differenceText(right - left),
    }
  })
}

function differenceText(difference: number): string {
  if (difference === 0) return ''
  return difference > 0 ? `+${countText(difference)}` : `-${countText(-difference)}`
}

/** `expectation for BASE met`, or what was missed. */
export function expectationText({ expectation }: RunSummary): string {
  const met = `expectation for ${expectation.class}`
  return expectation.met ? `${met} met` : `${met} not met: ${expectation.failures.join('; ')}`
}

/** Why no first divergent event is shown: nothing to compare, not compared yet, no answer, or none. */
export function noPartingText(finished: boolean, parting: Result<unknown> | null): string {
  if (!finished) return 'Known when both runs have finished.'
  if (parting === null) return 'The events are being compared.'
  if (!parting.ok) return `The runs could not be compared: ${parting.error.message}`
  return 'None: both runs do the same things to the end.'
}

export interface StateRow {
  /** Set for a frame. */
  readonly pfn: number | null
  /** What differs: `count` of a frame, `Normal nr_free_pages`. */
  readonly name: string
  readonly a: string
  readonly b: string
}

/** How the machines differ where the runs part, line by line: areas, counters, free lists, frames. */
export function stateRows({ state }: Pick<Divergence, 'state'>): StateRow[] {
  const all = [...state.cma, ...state.counters, ...state.freeLists]
  return [
    ...all.map((difference) => ({ pfn: null, ...difference })),
    ...state.frames.flatMap(({ pfn, fields }) => fields.map((field) => ({ pfn, ...field }))),
  ]
}

/** `camera in VIDIOC_QBUF (instruction 3)`; from the second time on with which time it is. */
export function partedCallText({ actor, call }: Pick<Divergence, 'actor' | 'call'>): string {
  if (call === null) return `${actor}, in no call`
  const times = call.nth === 1 ? '' : `, time ${call.nth}`
  return `${actor} in ${call.name} (instruction ${call.step}${times})`
}

/** How many frames differ in all, where not all are listed; empty where they are. */
export function moreFramesText({ state }: Pick<Divergence, 'state'>): string {
  const more = state.framesDiffering - state.frames.length
  return more > 0 ? `${countText(more)} more frames differ.` : ''
}
