/** Which areas are open, and where: remembered from one start to the next. Sizes are the splitters'. */
import { defineStore } from 'pinia'
import { nextTick, ref, shallowRef, watch } from 'vue'
import { forgetKept, isText, keep, membersOf, membersThat, readKept } from './kept'
import type { SideName } from './side'

/** Places of the workbench that can be folded away. */
export const FOLDS = ['left', 'right', 'bottom'] as const
export type Fold = (typeof FOLDS)[number]

/** Groups of areas that share a place by tabs. */
export const DOCKS = ['why', 'events', 'debug'] as const
export type DockName = (typeof DOCKS)[number]

const KEY = 'pinscope.layout'
/** Under which the splitters remember their sizes. */
export const SIZES_KEY = 'pinscope.sizes'

export interface KeptLayout {
  readonly folded: readonly Fold[]
  /** The area on top of each dock, by its id. */
  readonly tabs: Readonly<Partial<Record<DockName, string>>>
  readonly runs: SideName | 'both'
  /** Per cent of a run's height that its timeline has; the map has the rest. */
  readonly timelineShare: number
}

const FIRST: KeptLayout = { folded: [], tabs: {}, runs: 'both', timelineShare: 54 }

export const useLayoutStore = defineStore('layout', () => {
  const kept = layoutOf(membersOf(readKept(KEY)))
  const folded = ref<readonly Fold[]>(kept.folded)
  const tabs = ref<Readonly<Partial<Record<DockName, string>>>>(kept.tabs)
  /** The runs that are shown. */
  const runs = ref<SideName | 'both'>(kept.runs)
  const timelineShare = ref<number>(kept.timelineShare)
  /** Counts resets: the splitters are made anew with their first sizes. */
  const generation = ref<number>(0)
  /** Docks by the areas they hold; told by the workbench. */
  const homes = shallowRef<ReadonlyMap<string, DockName>>(new Map())

  watch([folded, tabs, runs, timelineShare], () => {
    keep(KEY, now())
  })

  function now(): KeptLayout {
    return {
      folded: [...folded.value],
      tabs: { ...tabs.value },
      runs: runs.value,
      timelineShare: timelineShare.value,
    }
  }

  /** Takes the layout of a session, as far as it names what there is. */
  function restore(layout: Readonly<Record<keyof KeptLayout, unknown>>): void {
    const known = layoutOf(layout)
    folded.value = known.folded
    const areas = Object.entries(known.tabs).filter(
      ([dock, area]) => homes.value.get(area) === dock,
    )
    tabs.value = Object.fromEntries(areas)
    runs.value = known.runs
    timelineShare.value = known.timelineShare
  }

  function isOpen(fold: Fold): boolean {
    return !folded.value.includes(fold)
  }

  function isShown(side: SideName): boolean {
    return runs.value === 'both' || runs.value === side
  }

  function setOpen(fold: Fold, open: boolean): void {
    if (isOpen(fold) === open) return
    folded.value = open ? folded.value.filter((f) => f !== fold) : [...folded.value, fold]
  }

  function choose(dock: DockName, area: string): void {
    tabs.value = { ...tabs.value, [dock]: area }
  }

  /** Brings an area into sight: `inspector`, `kernel`, or one of a dock. */
  function show(area: string): void {
    const dock = homes.value.get(area)
    if (dock !== undefined) {
      setOpen('bottom', true)
      choose(dock, area)
    } else if (area === 'kernel') setOpen('left', true)
    else if (area === 'inspector') setOpen('right', true)
  }

  /** Shows an area and gives it the focus: its first `[data-focus]`, or itself. */
  async function focus(area: string): Promise<void> {
    show(area)
    await nextTick()
    const element = document.querySelector<HTMLElement>(`[data-area="${area}"]`)
    const inner = element?.querySelector<HTMLElement>('[data-focus]')
    const target = inner ?? element
    // What is larger than its place begins at its top; a plain focus would go to its middle.
    target?.focus({ preventScroll: true })
    target?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }

  function reset(): void {
    forgetKept(SIZES_KEY)
    folded.value = FIRST.folded
    tabs.value = FIRST.tabs
    runs.value = FIRST.runs
    timelineShare.value = FIRST.timelineShare
    generation.value++
  }

  return {
    folded,
    tabs,
    runs,
    timelineShare,
    generation,
    homes,
    isOpen,
    isShown,
    setOpen,
    choose,
    show,
    focus,
    reset,
    now,
    restore,
  }
})

/** What is known of a layout; the rest is as it is at first. */
function layoutOf(value: Partial<Record<keyof KeptLayout, unknown>>): KeptLayout {
  const { folded, tabs, runs, timelineShare: share } = value
  return {
    folded: FOLDS.filter((f) => Array.isArray(folded) && folded.includes(f)),
    tabs: tabsOf(tabs),
    runs: runs === 'a' || runs === 'b' ? runs : 'both',
    timelineShare:
      typeof share === 'number' && share >= 10 && share <= 90 ? share : FIRST.timelineShare,
  }
}

function tabsOf(value: unknown): KeptLayout['tabs'] {
  return membersThat(
    value,
    (area, dock): area is string => isText(area) && DOCKS.some((d) => d === dock),
  )
}
