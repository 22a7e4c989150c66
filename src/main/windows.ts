import { readFileSync } from 'node:fs'
import { BrowserWindow, nativeTheme, screen } from 'electron'
import { writeFileAtomicSync } from '../host/atomic-write'
import { readWindowState, restorable, windowSize, type WindowState } from './bounds'

export interface WindowOptions {
  readonly preload: string
  readonly icon: string
  /** Where the window's place is kept; null keeps nothing. */
  readonly stateFile: string | null
}

/** The page's own background, so that nothing flashes before it has painted. */
function background(): string {
  return nativeTheme.shouldUseDarkColors ? '#0f1216' : '#f6f7f9'
}

/** A window that is hidden until its page can be shown. */
export function createWindow({ preload, icon, stateFile }: WindowOptions): BrowserWindow {
  const { size, least } = windowSize(screen.getPrimaryDisplay().workAreaSize)
  const screens = screen.getAllDisplays().map((display) => display.workArea)
  const kept = restorable(stateFile === null ? null : read(stateFile), screens)
  const window = new BrowserWindow({
    ...(kept?.bounds ?? size),
    minWidth: least.width,
    minHeight: least.height,
    show: false,
    title: 'Pinscope',
    icon,
    backgroundColor: background(),
    webPreferences: {
      preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webviewTag: false,
      spellcheck: false,
    },
  })
  const repaint = (): void => {
    window.setBackgroundColor(background())
  }
  nativeTheme.on('updated', repaint)
  window.once('closed', () => nativeTheme.off('updated', repaint))
  window.on('close', () => {
    if (stateFile !== null) keep(window, stateFile)
  })
  window.once('ready-to-show', () => {
    if (kept?.maximized === true) window.maximize()
    window.show()
  })
  return window
}

function read(file: string): WindowState | null {
  try {
    return readWindowState(readFileSync(file, 'utf8'))
  } catch {
    return null
  }
}

/** A place that cannot be kept is no reason to hold the window open. */
function keep(window: BrowserWindow, file: string): void {
  const state: WindowState = {
    bounds: window.getNormalBounds(),
    maximized: window.isMaximized(),
  }
  try {
    writeFileAtomicSync(file, JSON.stringify(state))
  } catch {
    // The next start has the first size again.
  }
}
