/** The two runs of the comparison. An answer that comes after the question changed is dropped. */
import { shallowRef, type ShallowRef } from 'vue'
import type { Pinscope } from '../../../shared/contract'
import type { KernelChoice, Recipe, RunId, RunSummary } from '../../../shared/run'
import type { Divergence } from '../../../shared/compare'
import { failure, success, type Failure, type Result } from '../../../shared/result'
import { idleSide, SIDES, type ShownRun, type SideName, type SideState } from './side'

export const WHOLE_SERIES: readonly number[] = [1, 2, 3, 4, 5]

export interface Runs {
  readonly a: ShallowRef<SideState>
  readonly b: ShallowRef<SideState>
  /** Where the runs part; null while that is not known: until both are what is selected, and compared. */
  readonly parting: ShallowRef<Result<Divergence | null> | null>
  readonly change: (name: SideName, part: Partial<SideState>) => void
  readonly runSide: (name: SideName) => Promise<void>
  /** Shows runs that are there already, both in one step; refused where one is gone. */
  readonly showRuns: (
    runs: Readonly<Partial<Record<SideName, RunSummary>>>,
  ) => Promise<Result<null>>
  readonly cancel: () => Promise<void>
}

export function useRuns(
  pinscope: Pinscope,
  recipeOf: (kernel: KernelChoice) => Recipe,
  refuse: (kernel: KernelChoice) => Failure | null,
  release: (run: RunId) => void,
): Runs {
  const a = shallowRef<SideState>(idleSide([]))
  const b = shallowRef<SideState>(idleSide(WHOLE_SERIES))
  const parting = shallowRef<Result<Divergence | null> | null>(null)
  let tokens = 0

  pinscope.listen('onDidProgress', ({ token, events, fraction }) => {
    for (const name of SIDES) {
      if (sideOf(name).value.token === token) change(name, { events, fraction })
    }
  })

  function sideOf(name: SideName): ShallowRef<SideState> {
    return name === 'a' ? a : b
  }

  function change(name: SideName, part: Partial<SideState>): void {
    const side = sideOf(name)
    side.value = { ...side.value, ...part }
  }

  async function runSide(name: SideName): Promise<void> {
    const { kernel, phase, token: earlier } = sideOf(name).value
    const token = `${name}${++tokens}`
    if (phase === 'running' && earlier !== null) void pinscope.cancel(earlier)
    parting.value = null
    const refused = refuse(kernel)
    if (refused !== null) {
      change(name, { phase: 'failed', failure: refused, token })
      return
    }
    change(name, { phase: 'running', failure: null, token, events: 0, fraction: 0 })
    const answer = await pinscope.run(recipeOf(kernel), token)
    if (sideOf(name).value.token !== token) {
      if (answer.ok) void pinscope.drop(answer.value.run)
    } else if (answer.ok) await show(name, token, answer.value)
    else fail(name, answer.error)
  }

  /** Takes the new run with its map in one step, and forgets the run it replaces. */
  async function show(name: SideName, token: string, summary: RunSummary): Promise<void> {
    const map = await pinscope.pageMap(summary.run, null, 'state')
    if (sideOf(name).value.token !== token) {
      void pinscope.drop(summary.run)
      return
    }
    if (!map.ok) {
      fail(name, map.error)
      return
    }
    const before = sideOf(name).value.shown
    change(name, { phase: 'done', shown: { summary, map: map.value }, failure: null })
    if (before !== null) release(before.summary.run)
    await compare()
  }

  async function showRuns(
    runs: Readonly<Partial<Record<SideName, RunSummary>>>,
  ): Promise<Result<null>> {
    const wanted = SIDES.flatMap((name) => {
      const summary = runs[name]
      return summary === undefined ? [] : [{ name, summary, token: `${name}${++tokens}` }]
    })
    await Promise.all(wanted.map(({ name }) => stop(name)))
    for (const { name, token } of wanted) change(name, { token })
    const maps = await Promise.all(
      wanted.map(({ summary }) => pinscope.pageMap(summary.run, null, 'state')),
    )
    const isNewer = wanted.some(({ name, token }) => sideOf(name).value.token !== token)
    if (isNewer) return failure('cancelled', 'Something else was asked for meanwhile.')
    const shown: { readonly name: SideName; readonly run: ShownRun }[] = []
    for (const [i, { name, summary }] of wanted.entries()) {
      const map = maps[i]
      if (map?.ok === false) return map
      if (map !== undefined) shown.push({ name, run: { summary, map: map.value } })
    }
    const before = wanted.flatMap(({ name }) => sideOf(name).value.shown?.summary.run ?? [])
    parting.value = null
    for (const { name, run } of shown) {
      const { foreign, recipe } = run.summary
      // A recording has no kernel that could be chosen: that of the side's next run stays.
      const kernel = foreign === undefined ? recipe.kernel : sideOf(name).value.kernel
      change(name, { kernel, phase: 'done', failure: null, shown: run })
    }
    before.forEach(release)
    await compare()
    return success(null)
  }

  function fail(name: SideName, error: Failure): void {
    change(name, { phase: error.code === 'cancelled' ? 'cancelled' : 'failed', failure: error })
  }

  async function compare(): Promise<void> {
    const [left, right] = [a.value, b.value]
    if (left.phase !== 'done' || right.phase !== 'done') return
    if (left.shown === null || right.shown === null) return
    const answer = await pinscope.divergence(
      left.shown.summary.run,
      right.shown.summary.run,
      'divergence',
    )
    if (a.value === left && b.value === right) parting.value = answer
  }

  async function cancel(): Promise<void> {
    await Promise.all(SIDES.map(stop))
  }

  /** Stops a side that runs; nobody waits for its answer then. */
  async function stop(name: SideName): Promise<void> {
    const { phase, token } = sideOf(name).value
    if (phase !== 'running' || token === null) return
    change(name, { phase: 'cancelled', token: null, failure: null })
    await pinscope.cancel(token)
  }

  return { a, b, parting, change, runSide, showRuns, cancel }
}
