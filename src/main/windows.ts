import { BrowserWindow, nativeTheme, screen } from 'electron'
import { windowSize } from './bounds'

export interface WindowOptions {
  readonly preload: string
  readonly icon: string
}

/** The page's own background, so that nothing flashes before it has painted. */
function background(): string {
  return nativeTheme.shouldUseDarkColors ? '#0f1216' : '#f6f7f9'
}

/** A window that is hidden until its page can be shown. */
export function createWindow({ preload, icon }: WindowOptions): BrowserWindow {
  const { size, least } = windowSize(screen.getPrimaryDisplay().workAreaSize)
  const window = new BrowserWindow({
    ...size,
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
  window.once('ready-to-show', () => {
    window.show()
  })
  return window
}
