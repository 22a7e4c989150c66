/**
 * Everything the window can do, by name: one table for the palette, the keys, and the native menu.
 * What an action does is the page's (`src/renderer/src/app/actions`).
 */

export const MENUS = ['File', 'View', 'Go', 'Debug', 'Analyse', 'Help'] as const
export type MenuName = (typeof MENUS)[number]

export interface Action {
  readonly id: string
  /** As the menu and the palette show it: a verb first. */
  readonly title: string
  /** Null: in the palette only. */
  readonly menu: MenuName | null
  /**
   * Keys it has by default, as `Ctrl+Shift+P`, `F5`, `Alt+Shift+F11`, `.`, `?`, `W`. Ctrl is Command on macOS.
   * A key without Ctrl, Alt or F-number works only where no text is typed.
   */
  readonly keys: readonly string[]
  /** Its keys work only while the focus is in such an area (`data-area`), so that another may use them too. */
  readonly area?: string
}

const action = (
  id: string,
  title: string,
  menu: MenuName | null,
  ...keys: readonly string[]
): Action => ({ id, title, menu, keys })

export const ACTIONS: readonly Action[] = [
  action('session.open', 'Open Session…', 'File', 'Ctrl+O'),
  action('session.recent', 'Open Recent…', null),
  action('session.clear-recent', 'Clear Recent', null),
  action('session.save', 'Save Session', 'File', 'Ctrl+S'),
  action('session.save-as', 'Save Session As…', 'File', 'Ctrl+Shift+S'),
  action('session.recover', 'Recover Unsaved Work…', 'File'),
  action('session.save-events', 'Save Session with Recorded Events…', 'File'),
  action('session.events-a', 'View Recorded Events of A', 'File'),
  action('session.events-b', 'View Recorded Events of B', 'File'),
  action('scenario.choose', 'Open Scenario…', 'File', 'Ctrl+Shift+O'),
  action('scenario.open-file', 'Open Scenario File…', 'File'),
  action('scenario.save-as', 'Save Scenario As…', 'File'),
  action('import.texts', 'Import Kernel Text…', 'File', 'Ctrl+I'),
  action('export.run', 'Export Run…', 'File', 'Ctrl+E'),
  action('export.report', 'Export Comparison…', 'File', 'Ctrl+Shift+E'),
  action('export.linux-mm', 'Copy for linux-mm', 'File', 'Ctrl+Alt+C'),
  action('run.both', 'Run Both', 'File', 'Ctrl+R'),
  action('run.cancel', 'Cancel', 'File', 'Ctrl+.'),

  action('palette', 'Show Command Palette', 'View', 'Ctrl+Shift+P', 'F1'),
  action('layout.both', 'Show Both Runs', 'View', 'Ctrl+Shift+2'),
  action('layout.a', 'Show Run A Alone', 'View', 'Ctrl+Shift+A'),
  action('layout.b', 'Show Run B Alone', 'View', 'Ctrl+Shift+B'),
  action('layout.left', 'Toggle Kernel Panel', 'View', 'Ctrl+Shift+L'),
  action('layout.right', 'Toggle Inspector', 'View', 'Ctrl+Shift+I'),
  action('layout.bottom', 'Toggle Lower Areas', 'View', 'Ctrl+J'),
  action('layout.reset', 'Reset Layout', 'View'),
  action('theme.system', 'Theme: System', 'View'),
  action('theme.dark', 'Theme: Dark', 'View'),
  action('theme.light', 'Theme: Light', 'View'),
  action('theme.contrast', 'Theme: High Contrast', 'View'),

  action('zoom.in', 'Zoom In', 'View', 'Ctrl+=', 'Ctrl++'),
  action('zoom.out', 'Zoom Out', 'View', 'Ctrl+-'),
  action('zoom.reset', 'Actual Size', 'View', 'Ctrl+0'),
  action('window.full-screen', 'Full Screen', 'View', 'Ctrl+Shift+F'),

  action('go.kernel', 'Focus Kernel Panel', 'Go', 'Alt+1'),
  action('go.timeline', 'Focus Timeline', 'Go', 'Alt+2'),
  action('go.map', 'Focus Page Map', 'Go', 'Alt+3'),
  action('go.inspector', 'Focus Inspector', 'Go', 'Alt+4'),
  action('go.why', 'Focus Why', 'Go', 'Alt+5'),
  action('go.events', 'Focus Events', 'Go', 'Alt+6'),
  action('go.dmesg', 'Focus dmesg', 'Go', 'Alt+7'),
  action('go.debugger', 'Focus Debugger', 'Go', 'Alt+8'),
  action('go.console', 'Focus Console', 'Go', 'Alt+9'),
  action('go.compare', 'Focus Comparison', 'Go', 'Alt+0'),
  action('side.other', 'Switch to the Other Run', 'Go', 'Ctrl+`'),
  action('go.matrix', 'Focus Matrix', 'Go'),
  action('go.bookmarks', 'Focus Bookmarks', 'Go'),
  action('go.forks', 'Focus Forks', 'Go'),
  action('cursor.next', 'Next Event on the Lane', 'Go', '.'),
  action('cursor.previous', 'Previous Event on the Lane', 'Go', ','),
  action('cursor.start', 'Go to Start', 'Go', 'Ctrl+Home'),
  action('cursor.end', 'Go to End', 'Go', 'Ctrl+End'),
  action('cursor.seek', 'Go to Event or Time…', 'Go', 'Ctrl+G'),
  action('cursor.next-failure', 'Next Failure', 'Go', 'Ctrl+F8'),
  action('cursor.previous-failure', 'Previous Failure', 'Go', 'Ctrl+Shift+F8'),
  action('cursor.back', 'Back', 'Go', 'Alt+ArrowLeft'),
  action('cursor.forward', 'Forward', 'Go', 'Alt+ArrowRight'),
  action('bookmark.add', 'Bookmark This Place', 'Go', 'Ctrl+B'),
  action('page.find', 'Go to Page Frame…', 'Go', 'Ctrl+P'),

  action('debug.continue', 'Continue', 'Debug', 'F5'),
  action('debug.reverse-continue', 'Reverse Continue', 'Debug', 'Shift+F5'),
  action('debug.next', 'Step Over', 'Debug', 'F10'),
  action('debug.reverse-next', 'Reverse Step Over', 'Debug', 'Alt+F10'),
  action('debug.step', 'Step Into', 'Debug', 'F11'),
  action('debug.reverse-step', 'Reverse Step Into', 'Debug', 'Alt+F11'),
  action('debug.finish', 'Step Out', 'Debug', 'Shift+F11'),
  action('debug.reverse-finish', 'Reverse Step Out', 'Debug', 'Alt+Shift+F11'),
  action('debug.stop', 'Stop Searching', 'Debug', 'Ctrl+Shift+F5'),
  action('debug.break-function', 'Break on Function…', 'Debug', 'F9'),
  action('debug.break-page', 'Break on Selected Page', 'Debug', 'Shift+F9'),
  action('debug.watch', 'Watch Expression…', 'Debug'),

  action('why.first', 'Why Did It Fail?', 'Analyse', 'Ctrl+Shift+W'),
  action('why.pin', 'Go to Where the Pin Was Taken', 'Analyse', 'Ctrl+Shift+G'),
  action('why.remedies', 'Find What Would Have Helped', 'Analyse'),
  action('fork.here', 'Fork Here…', 'Analyse', 'Ctrl+Shift+K'),
  action('fork.drain', 'Fork: Drain All Here', 'Analyse'),
  action('fork.unpin', 'Fork: Drop Pins of Selected Page', 'Analyse'),
  action('divergence.go', 'Go to First Divergence', 'Analyse', 'Ctrl+Shift+D'),
  action('matrix.run', 'Run All 32 Subsets', 'Analyse', 'Ctrl+Shift+M'),
  action('bisect.run', 'Bisect the Series', 'Analyse'),
  action('audit.here', 'Audit CMA at the Cursor', 'Analyse'),
  action('filter.focus', 'Filter Events', 'Analyse', 'Ctrl+F', '/'),
  action('filter.page', 'Filter Events of Selected Page', 'Analyse'),
  action('filter.clear', 'Clear Filter', 'Analyse'),
  action('events.copy', 'Copy Events as ftrace Text', 'Analyse'),
  action('events.copy-dmesg', 'Copy Events as dmesg Text', 'Analyse'),
  ...[1, 2, 3, 4, 5].map((n) =>
    action(`patch.${n}`, `Flip Patch ${n} of Run B`, 'Analyse', `Ctrl+Alt+${n}`),
  ),

  action('keys.show', 'Keyboard Shortcuts', 'Help', '?', 'Ctrl+/'),
  action('tour.start', 'Guided Tour of SC-01', 'Help'),
  action('glossary', 'Glossary', 'Help'),

  { ...action('timeline.fit', 'Fit Whole Run', 'View', 'F'), area: 'timeline' },
  { ...action('timeline.zoom-in', 'Zoom Timeline In', null, 'W'), area: 'timeline' },
  { ...action('timeline.zoom-out', 'Zoom Timeline Out', null, 'S'), area: 'timeline' },
  { ...action('timeline.left', 'Pan Timeline Left', null, 'A'), area: 'timeline' },
  { ...action('timeline.right', 'Pan Timeline Right', null, 'D'), area: 'timeline' },
  { ...action('page.next', 'Next Page Frame', 'Go', ']'), area: 'inspector' },
  { ...action('page.previous', 'Previous Page Frame', 'Go', '['), area: 'inspector' },
  { ...action('timeline.next-mark', 'Next Mark', 'Go', 'N'), area: 'timeline' },
  { ...action('timeline.previous-mark', 'Previous Mark', 'Go', 'P'), area: 'timeline' },
  { ...action('timeline.range-start', 'Start Range Here', 'Analyse', '['), area: 'timeline' },
  { ...action('timeline.range-end', 'End Range Here', 'Analyse', ']'), area: 'timeline' },
  { ...action('timeline.zoom-range', 'Zoom to Range', 'View', 'Z'), area: 'timeline' },
  action('timeline.clear-range', 'Clear Range', 'Analyse'),
  action('timeline.same-time', 'Toggle Same Time Scale', 'View'),
  action('timeline.overlay', 'Toggle Other Run over This One', 'View'),
  action('timeline.fit-height', 'Toggle Heights by What Is in Sight', 'View'),
  { ...action('map.zoom-in', 'Zoom Map In', null, '+', '='), area: 'page-map' },
  { ...action('map.zoom-out', 'Zoom Map Out', null, '-'), area: 'page-map' },
  { ...action('map.fit', 'Fit Map', null, '0'), area: 'page-map' },
  ...['state', 'migratetype', 'owner', 'pin', 'age', 'would-block'].map((mode) =>
    action(`map.mode.${mode}`, `Colour Map by ${mode}`, 'View'),
  ),
]
