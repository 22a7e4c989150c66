/** The areas below the runs, by dock and in the order of their tabs. */
import type { Component } from 'vue'
import type { DockName } from '../stores/layout'
import BookmarksView from '../views/bookmarks/BookmarksView.vue'
import ConsoleView from '../views/console/ConsoleView.vue'
import DebuggerView from '../views/debugger/DebuggerView.vue'
import DmesgView from '../views/dmesg/DmesgView.vue'
import EventsView from '../views/events/EventsView.vue'
import ForksView from '../views/forks/ForksView.vue'
import MatrixView from '../views/matrix/MatrixView.vue'
import ResultsView from '../views/results/ResultsView.vue'
import WhyView from '../views/why/WhyView.vue'

export interface Area {
  /** `data-area` of its panel; `go.<id>` is the action that goes there. */
  readonly id: string
  readonly title: string
  readonly view: Component
}

export const AREAS: Readonly<Record<DockName, readonly Area[]>> = {
  why: [
    { id: 'why', title: 'Why', view: WhyView },
    { id: 'compare', title: 'Compare', view: ResultsView },
    { id: 'matrix', title: 'Matrix', view: MatrixView },
    { id: 'forks', title: 'Forks', view: ForksView },
  ],
  events: [
    { id: 'events', title: 'Events', view: EventsView },
    { id: 'dmesg', title: 'dmesg', view: DmesgView },
    { id: 'bookmarks', title: 'Bookmarks', view: BookmarksView },
  ],
  debug: [
    { id: 'debugger', title: 'Debugger', view: DebuggerView },
    { id: 'console', title: 'Console', view: ConsoleView },
  ],
}
