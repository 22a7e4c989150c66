/**
 * Recordings of other kernels. The engine keeps them until they are let go; each side may show one in the
 * place of its run, which stays and comes back.
 */
import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import type { RunId, RunSummary } from '../../../shared/run'
import type { Result } from '../../../shared/result'
import { usePinscope } from '../wire/pinscope'
import { useComparisonStore } from './comparison'
import { useCursorStore } from './cursor'
import { useForksStore } from './forks'
import { useScaleStore } from './scale'
import { foreignOf, SIDES, type SideName } from './side'

export const useRecordingsStore = defineStore('recordings', () => {
  const pinscope = usePinscope()
  const comparison = useComparisonStore()
  const cursor = useCursorStore()
  const forks = useForksStore()
  const scale = useScaleStore()

  const list = shallowRef<readonly RunSummary[]>([])

  pinscope.listen('onDidLoseEngine', () => (list.value = []))

  function shownBy(run: RunId): SideName[] {
    return SIDES.filter((side) => comparison[side].shown?.summary.run === run)
  }

  /** Shows a recording in the place of a side's run. */
  async function view(recording: RunSummary, side: SideName): Promise<Result<null>> {
    keep(recording)
    const answer = await comparison.show({ [side]: recording })
    if (answer.ok) {
      // Its times have nothing to do with those of a run.
      scale.sameTime = false
      cursor.choose(side)
    }
    return answer
  }

  function keep(recording: RunSummary): void {
    if (!list.value.some(({ run }) => run === recording.run))
      list.value = [...list.value, recording]
  }

  /** The side shows its own run again; the recording is kept. */
  async function leave(side: SideName): Promise<void> {
    if (foreignOf(comparison[side]) === null) return
    const home = forks.byId(forks.homes[side])
    const shown = home?.run == null ? null : await comparison.show({ [side]: home.summary })
    if (shown?.ok !== true) await comparison.runSide(side)
  }

  /** Lets a recording go; sides that show it show their own runs again. */
  async function forget(recording: RunSummary): Promise<void> {
    await Promise.all(shownBy(recording.run).map(leave))
    list.value = list.value.filter(({ run }) => run !== recording.run)
    await pinscope.drop(recording.run)
  }

  return { list, shownBy, view, keep, leave, forget }
})
