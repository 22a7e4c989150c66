/** The search for what would have helped: other runs are made for it, so it is asked for, and cancelled. */
import { shallowRef, type ShallowRef } from 'vue'
import type { Pinscope } from '../../../shared/contract'
import type { RunId } from '../../../shared/run'
import type { Failure } from '../../../shared/result'
import type { WhyReport } from '../../../shared/why'

/** A search for remedies under way. */
export interface Searching {
  readonly token: string
  readonly of: string
  /** Changed runs so far. */
  readonly runs: number
  readonly events: number
}

export interface Remedies {
  /** Reports with remedies, by `run request`. */
  readonly found: ShallowRef<ReadonlyMap<string, WhyReport>>
  readonly searching: ShallowRef<Searching | null>
  readonly failure: ShallowRef<Failure | null>
  readonly search: (run: RunId, n: number) => Promise<void>
  readonly cancel: () => Promise<void>
}

export function useRemedies(pinscope: Pinscope): Remedies {
  const found = shallowRef<ReadonlyMap<string, WhyReport>>(new Map())
  const searching = shallowRef<Searching | null>(null)
  const failure = shallowRef<Failure | null>(null)
  let tokens = 0

  pinscope.listen('onDidProgress', ({ token, events }) => {
    const now = searching.value
    if (now?.token !== token) return
    searching.value = { ...now, events, runs: events < now.events ? now.runs + 1 : now.runs }
  })
  pinscope.listen('onDidLoseEngine', () => (found.value = new Map()))

  async function search(run: RunId, n: number): Promise<void> {
    if (searching.value !== null) return
    const [of, token] = [`${run} ${n}`, `remedies${++tokens}`]
    searching.value = { token, of, runs: 1, events: 0 }
    failure.value = null
    const answer = await pinscope.why(run, n, true, token)
    searching.value = null
    if (answer.ok) found.value = new Map([...found.value, [of, answer.value]])
    else if (answer.error.code !== 'cancelled') failure.value = answer.error
  }

  async function cancel(): Promise<void> {
    if (searching.value !== null) await pinscope.cancel(searching.value.token)
  }

  return { found, searching, failure, search, cancel }
}
