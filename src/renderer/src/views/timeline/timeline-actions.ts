/** Actions of both timelines. They belong to the window: a timeline may come and go. */
import { useActionsStore } from '../../stores/actions'
import { useCursorStore } from '../../stores/cursor'
import { useScaleStore } from '../../stores/scale'
import { useSelectionStore } from '../../stores/selection'
import { SIDES, type SideName } from '../../stores/side'
import { markFrom } from './marks-model'
import { useMarks } from './use-marks'
import { rangeOf } from './view-model'

const ZOOM = 0.7
const PAN = 0.2

export function provideTimelineActions(): void {
  const actions = useActionsStore()
  const cursor = useCursorStore()
  const scale = useScaleStore()
  const selection = useSelectionStore()
  const [a, b] = SIDES.map(useMarks)
  const marks = { a, b }

  /** The timeline with the focus, else the run that is looked at. */
  const side = (): SideName => scale.focused ?? cursor.side

  function stepEvents(by: 1 | -1): void {
    const at = side()
    selection.cursorNs = null
    cursor.choose(at)
    void cursor.step(by, scale.taskOf(at))
  }

  /** Where one looks: at the pointer, else the cursor when it is in sight, else the middle. */
  function lookedAt(at: SideName): number {
    const view = scale.viewOf(at)
    const found = [selection.cursorNs, cursor.at[at]?.timeNs].find(
      (ns) => ns !== null && ns !== undefined && ns >= view.fromNs && ns <= view.toNs,
    )
    return found ?? (view.fromNs + view.toNs) / 2
  }

  function zoom(factor: number): void {
    scale.zoom(side(), factor, lookedAt(side()))
  }

  function stepMarks(by: 1 | -1): void {
    const at = side()
    const from = cursor.at[at]?.event ?? (by === 1 ? -1 : Infinity)
    const mark = markFrom(marks[at]?.value ?? [], from, by)
    if (mark === null) return
    selection.cursorNs = null
    void cursor.goToEvent(at, mark.event)
  }

  /** An end of the range goes where one reads; the other one stays, or is the end of the run. */
  function setEnd(which: 'fromNs' | 'toNs'): void {
    const at = side()
    const here = selection.cursorNs ?? cursor.at[at]?.timeNs ?? scale.runNs(at)
    const range = scale.rangeOf(at) ?? { fromNs: 0, toNs: scale.endNs(at) }
    const other = which === 'fromNs' ? range.toNs : range.fromNs
    scale.setRange(at, rangeOf(here, other))
  }

  function zoomToRange(): void {
    const range = scale.rangeOf(side())
    if (range !== null) scale.setView(side(), range)
  }

  const hasRange = (): boolean => scale.rangeOf(side()) !== null

  actions.provide({
    'cursor.next': () => stepEvents(1),
    'cursor.previous': () => stepEvents(-1),
    'timeline.fit': () => scale.fit(side()),
    'timeline.zoom-in': () => zoom(ZOOM),
    'timeline.zoom-out': () => zoom(1 / ZOOM),
    'timeline.left': () => scale.pan(side(), -PAN),
    'timeline.right': () => scale.pan(side(), PAN),
    'timeline.next-mark': () => stepMarks(1),
    'timeline.previous-mark': () => stepMarks(-1),
    'timeline.range-start': () => setEnd('fromNs'),
    'timeline.range-end': () => setEnd('toNs'),
    'timeline.zoom-range': { run: zoomToRange, enabled: hasRange },
    'timeline.clear-range': { run: () => scale.setRange(side(), null), enabled: hasRange },
    'timeline.same-time': () => (scale.sameTime = !scale.sameTime),
    'timeline.overlay': () => (scale.overlay = !scale.overlay),
    'timeline.fit-height': () => (scale.fitHeight = !scale.fitHeight),
  })
}
