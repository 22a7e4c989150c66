/** Actions of the debugger: each is a line of the console. */
import { useActionsStore } from '../../stores/actions'
import { useDebugStore } from '../../stores/debug'
import { useLayoutStore } from '../../stores/layout'
import { useSelectionStore } from '../../stores/selection'
import { useVisitedStore } from '../../stores/visited'
import { pfnText } from '../../../../shared/text'

/** Moves and their lines, as the buttons stand from left to right. */
export const MOVES = [
  { id: 'debug.reverse-continue', line: 'reverse-continue', icon: 'continue', back: true },
  { id: 'debug.reverse-finish', line: 'reverse-finish', icon: 'finish', back: true },
  { id: 'debug.reverse-next', line: 'reverse-next', icon: 'next', back: true },
  { id: 'debug.reverse-step', line: 'reverse-step', icon: 'step', back: true },
  { id: 'debug.step', line: 'step', icon: 'step', back: false },
  { id: 'debug.next', line: 'next', icon: 'next', back: false },
  { id: 'debug.finish', line: 'finish', icon: 'finish', back: false },
  { id: 'debug.continue', line: 'continue', icon: 'continue', back: false },
] as const

export function provideDebugActions(): void {
  const actions = useActionsStore()
  const debug = useDebugStore()
  const layout = useLayoutStore()
  const selection = useSelectionStore()
  const visited = useVisitedStore()
  const enabled = (): boolean => debug.canRun

  /** Why it stopped must be in sight. */
  function run(line: string): void {
    if (!layout.isOpen('bottom')) layout.show('debugger')
    void debug.run(line)
  }

  function ask(field: 'function' | 'watch'): void {
    layout.show('debugger')
    debug.askFor(field)
  }

  actions.provide({
    ...Object.fromEntries(MOVES.map(({ id, line }) => [id, { run: () => run(line), enabled }])),
    'debug.stop': { run: () => debug.stop(), enabled: () => debug.running !== null },
    'debug.break-function': () => ask('function'),
    'debug.break-page': {
      run: () => {
        if (selection.pfn !== null) run(`break pfn ${pfnText(selection.pfn)}`)
      },
      enabled: () => selection.pfn !== null && debug.canRun,
    },
    'debug.watch': () => ask('watch'),
    'cursor.back': { run: () => visited.go(-1), enabled: () => visited.canGoBack },
    'cursor.forward': { run: () => visited.go(1), enabled: () => visited.canGoForward },
  })
}
