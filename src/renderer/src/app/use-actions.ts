/** Actions of the window as a whole. */
import { MAP_MODES } from '../../../shared/page-map'
import { AREAS } from './areas'
import { provideCompareActions } from './compare-actions'
import { provideDebugActions } from '../views/debugger/use-debug-actions'
import { useActionsStore } from '../stores/actions'
import { useComparisonStore } from '../stores/comparison'
import { useCursorStore } from '../stores/cursor'
import { otherOf } from '../stores/side'
import { useDialogsStore } from '../stores/dialogs'
import { DOCKS, FOLDS, useLayoutStore } from '../stores/layout'
import { useMapStore } from '../stores/map'
import { useTourStore } from '../stores/tour'
import { THEMES, useSettingsStore } from '../stores/settings'
import { provideExportActions } from '../views/export/export-actions'
import { provideTimelineActions } from '../views/timeline/timeline-actions'

export function provideActions(): void {
  const actions = useActionsStore()
  const comparison = useComparisonStore()
  const cursor = useCursorStore()
  const dialogs = useDialogsStore()
  const layout = useLayoutStore()
  const map = useMapStore()
  const tour = useTourStore()
  const settings = useSettingsStore()

  layout.homes = new Map(
    DOCKS.flatMap((dock) => AREAS[dock].map((area) => [area.id, dock] as const)),
  )
  provideDebugActions()
  actions.provide({
    palette: () => dialogs.show('palette'),
    'scenario.choose': () => dialogs.show('library'),
    glossary: () => dialogs.show('glossary'),
    'tour.start': { run: () => tour.start(), enabled: () => comparison.scenarios.length > 0 },
    'keys.show': () => dialogs.show('keys'),
    'run.both': () => comparison.runBoth(),
    'run.cancel': { run: () => comparison.cancel(), enabled: () => comparison.running },
    'layout.both': () => (layout.runs = 'both'),
    'layout.a': () => (layout.runs = 'a'),
    'layout.b': () => (layout.runs = 'b'),
    'layout.reset': () => layout.reset(),
    'side.other': () => cursor.choose(otherOf(cursor.side)),
    ...Object.fromEntries(
      FOLDS.map((f) => [`layout.${f}`, () => layout.setOpen(f, !layout.isOpen(f))]),
    ),
    ...Object.fromEntries(THEMES.map((t) => [`theme.${t}`, () => settings.chooseTheme(t)])),
    ...Object.fromEntries(
      ['kernel', 'timeline', 'inspector', ...layout.homes.keys()].map((area) => [
        `go.${area}`,
        () => layout.focus(area),
      ]),
    ),
    'window.full-screen': () => toggleFullScreen(),
    'go.map': () => layout.focus('page-map'),
    'map.zoom-in': { run: () => map.zoomBy(1), enabled: () => map.canZoomIn },
    'map.zoom-out': { run: () => map.zoomBy(-1), enabled: () => map.canZoomOut },
    'map.fit': () => (map.zoom = 'fit'),
    ...Object.fromEntries(MAP_MODES.map((m) => [`map.mode.${m}`, () => (map.mode = m)])),
  })
  provideCompareActions()
  provideTimelineActions()
  provideExportActions()
}

/** Zoom is the browser's own affair where there is no shell. */
export function provideShellActions(): void {
  const actions = useActionsStore()
  const shell = window.pinscopeShell
  if (shell === undefined) return
  actions.provide({
    'zoom.in': () => shell.zoom(1),
    'zoom.out': () => shell.zoom(-1),
    'zoom.reset': () => shell.zoom(0),
  })
}

async function toggleFullScreen(): Promise<void> {
  if (window.pinscopeShell !== undefined) await window.pinscopeShell.toggleFullScreen()
  else if (document.fullscreenElement !== null) await document.exitFullscreen()
  else await document.documentElement.requestFullscreen()
}
