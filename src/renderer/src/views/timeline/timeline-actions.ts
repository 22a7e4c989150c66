/** Actions of both timelines. They belong to the window: a timeline may come and go. */
import { useActionsStore } from '../../stores/actions'
import { useCursorStore } from '../../stores/cursor'
import { useScaleStore } from '../../stores/scale'
import { useSelectionStore } from '../../stores/selection'
import type { SideName } from '../../stores/side'
import { markFrom } from './marks-model'
import { useMarks } from './use-marks'
import { rangeOf } from './view-model'

const ZOOM = 0.7
const PAN = 0.2

/** The timeline with the focus, else the run that is looked at. */
function useSide(): () => SideName {
  const cursor = useCursorStore()
  const scale = useScaleStore()
  return () => scale.focused ?? cursor.side
}

/** By events of the chosen lane, and by marks. */
function useSteps(): Record<'events' | 'marks', (by: 1 | -1) => void> {
  const cursor = useCursorStore()
  const scale = useScaleStore()
  const selection = useSelectionStore()
  const side = useSide()
  const marksOf = { a: useMarks('a'), b: useMarks('b') }

  function events(by: 1 | -1): void {
    selection.cursorNs = null
    void cursor.step(by, (at) => scale.taskOf(at), side)
  }

  function marks(by: 1 | -1): void {
    selection.cursorNs = null
    void cursor.moveOn((at) => {
      const from = cursor.at[at]?.event ?? (by === 1 ? -1 : Infinity)
      const mark = markFrom(marksOf[at].value, from, by)
      return Promise.resolve(mark === null ? null : { event: mark.event, step: 0 })
    }, side)
  }

  return { events, marks }
}

/** What changes with the place one looks at: the pointer's, else the cursor's. */
function useLook(): {
  readonly zoom: (factor: number) => void
  readonly setEnd: (which: 'fromNs' | 'toNs') => Promise<void>
} {
  const cursor = useCursorStore()
  const scale = useScaleStore()
  const selection = useSelectionStore()
  const side = useSide()

  /** In the middle when the place is not in sight. */
  function lookedAt(at: SideName): number {
    const view = scale.viewOf(at)
    const found = [selection.cursorNs, cursor.at[at]?.timeNs].find(
      (ns) => ns !== null && ns !== undefined && ns >= view.fromNs && ns <= view.toNs,
    )
    return found ?? (view.fromNs + view.toNs) / 2
  }

  /** An end of the range goes where one reads; the other one stays, or is the end of the run. */
  async function setEnd(which: 'fromNs' | 'toNs'): Promise<void> {
    // Where the cursor goes to, also before it is there.
    if (selection.cursorNs === null) await cursor.settled()
    const at = side()
    const here = selection.cursorNs ?? cursor.at[at]?.timeNs ?? scale.runNs(at)
    const range = scale.rangeOf(at) ?? { fromNs: 0, toNs: scale.endNs(at) }
    scale.setRange(at, rangeOf(here, which === 'fromNs' ? range.toNs : range.fromNs))
  }

  return { zoom: (factor) => scale.zoom(side(), factor, lookedAt(side())), setEnd }
}

export function provideTimelineActions(): void {
  const actions = useActionsStore()
  const scale = useScaleStore()
  const side = useSide()
  const steps = useSteps()
  const look = useLook()

  function zoomToRange(): void {
    const range = scale.rangeOf(side())
    if (range !== null) scale.setView(side(), range)
  }
  const hasRange = (): boolean => scale.rangeOf(side()) !== null

  actions.provide({
    'cursor.next': () => steps.events(1),
    'cursor.previous': () => steps.events(-1),
    'timeline.fit': () => scale.fit(side()),
    'timeline.zoom-in': () => look.zoom(ZOOM),
    'timeline.zoom-out': () => look.zoom(1 / ZOOM),
    'timeline.left': () => scale.pan(side(), -PAN),
    'timeline.right': () => scale.pan(side(), PAN),
    'timeline.next-mark': () => steps.marks(1),
    'timeline.previous-mark': () => steps.marks(-1),
    'timeline.range-start': () => look.setEnd('fromNs'),
    'timeline.range-end': () => look.setEnd('toNs'),
    'timeline.zoom-range': { run: zoomToRange, enabled: hasRange },
    'timeline.clear-range': { run: () => scale.setRange(side(), null), enabled: hasRange },
    'timeline.same-time': () => (scale.sameTime = !scale.sameTime),
    'timeline.overlay': () => (scale.overlay = !scale.overlay),
    'timeline.fit-height': () => (scale.fitHeight = !scale.fitHeight),
  })
}
