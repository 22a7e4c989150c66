/** Answers what a page asks of its window; pages of others and frames inside of ours are refused. */
import { BrowserWindow, ipcMain, type IpcMainInvokeEvent, type WebContents } from 'electron'
import { reasonOf } from '../host/rpc'
import { failure } from '../shared/result'
import { isSameOrigin } from './security'

/** A window as Electron gives it back for a page. */
export type Window = NonNullable<ReturnType<typeof BrowserWindow.fromWebContents>>

export type ServePage = (
  channel: string,
  answer: (window: Window, ...args: readonly unknown[]) => unknown,
) => void

/** What goes wrong is told to `report`, and to the page as a failure: it waits for an answer. */
export function servePage(origin: string, report: (error: unknown) => void): ServePage {
  return (channel, answer) => {
    ipcMain.handle(channel, async (event: IpcMainInvokeEvent, ...args: unknown[]) => {
      const frame = event.senderFrame
      const window = BrowserWindow.fromWebContents(event.sender)
      const isOurs = frame?.parent === null && isSameOrigin(frame.url, origin)
      if (!isOurs || window === null) return failure('bad-input', 'this page may not call')
      try {
        return await answer(window, ...args)
      } catch (error) {
        report(error)
        return failure('internal', `the window failed on a broken assumption: ${reasonOf(error)}`)
      }
    })
  }
}

/**
 * Calls `begin` whenever a window's page goes, by a reload or a crash, or a new one comes. A navigation that
 * only starts may be refused, as that to a link which was dropped on the window: the page stays then.
 */
export function onNewPage(contents: WebContents, begin: () => void): void {
  contents.on('did-navigate', begin)
  contents.on('render-process-gone', begin)
}
