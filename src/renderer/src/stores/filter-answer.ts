/** Puts filters to runs: one at a time, with progress, and a late answer is dropped. */
import { shallowRef, type ShallowRef } from 'vue'
import type { Pinscope } from '../../../shared/contract'
import type { RunSummary } from '../../../shared/run'
import type { Failure } from '../../../shared/result'
import type { SideName } from './side'

/** Events of a run that a filter leaves; all pass the empty one. */
export interface Listed {
  readonly side: SideName
  readonly run: number
  readonly filter: string
  readonly matches: number
  readonly events: number
}

/** A filter that is being put to a run. */
export interface Filtering {
  readonly token: string
  /** 0..1 of the run that was looked at. */
  readonly fraction: number
}

export interface FilterAnswer {
  readonly listed: ShallowRef<Listed | null>
  readonly filtering: ShallowRef<Filtering | null>
  /** Why the filter in force has no answer. */
  readonly failure: ShallowRef<Failure | null>
  readonly ask: (side: SideName, summary: RunSummary | null, filter: string) => Promise<void>
  /** Gives up what is under way. */
  readonly stop: () => void
}

/** @param found told the frames of the answer; null where nothing is filtered */
export function useFilterAnswer(
  pinscope: Pinscope,
  found: (pfns: Uint32Array | null) => void,
): FilterAnswer {
  const listed = shallowRef<Listed | null>(null)
  const filtering = shallowRef<Filtering | null>(null)
  const failure = shallowRef<Failure | null>(null)
  let question = 0

  function stop(): void {
    question++
    if (filtering.value !== null) void pinscope.cancel(filtering.value.token)
    filtering.value = null
  }

  async function ask(side: SideName, summary: RunSummary | null, filter: string): Promise<void> {
    stop()
    failure.value = null
    if (summary === null) return
    const { run, events } = summary
    const now = listed.value
    // Whoever cancels a search goes back to what is there.
    if (now?.side === side && now.run === run && now.filter === filter) return
    if (filter === '') {
      showAll(side, summary)
      return
    }
    const asked = ++question
    const token = `filter${asked}`
    filtering.value = { token, fraction: 0 }
    const unlisten = pinscope.listen('onDidProgress', (news) => {
      if (news.token === token && asked === question) {
        filtering.value = { token, fraction: news.events / Math.max(1, events) }
      }
    })
    const answer = await pinscope.filterEvents(run, filter, token)
    unlisten()
    if (asked !== question) return
    filtering.value = null
    if (answer.ok) {
      found(answer.value.pfns)
      listed.value = { side, run, filter, matches: answer.value.matches, events }
      return
    }
    failure.value = answer.error
    // The list stays; where it is of another run, all events of this one take its place.
    if (listed.value?.run !== run) showAll(side, summary)
  }

  function showAll(side: SideName, { run, events }: RunSummary): void {
    found(null)
    listed.value = { side, run, filter: '', matches: events, events }
  }

  return { listed, filtering, failure, ask, stop }
}
