/** What the page may ask of its window. */
import { BrowserWindow, ipcMain } from 'electron'
import { SHELL_CHANNELS } from '../shared/shell'
import { isSameOrigin } from './security'

export function serveShell(origin: string): void {
  ipcMain.handle(SHELL_CHANNELS.toggleFullScreen, (event) => {
    const frame = event.senderFrame
    if (frame?.parent !== null || !isSameOrigin(frame.url, origin)) return
    const window = BrowserWindow.fromWebContents(event.sender)
    window?.setFullScreen(!window.isFullScreen())
  })
}
