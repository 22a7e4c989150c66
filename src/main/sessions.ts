/** Everything of sessions that the shell does for its page, put together. */
import { join } from 'node:path'
import { app, type BrowserWindow } from 'electron'
import { Closing } from './closing'
import { RecentFiles } from './recent-files'
import { RecoveryFolder } from './recovery-folder'
import { RecoveryShell } from './recovery-shell'
import { servePage } from './serve-page'
import { SessionDisk } from './session-disk'
import { Shell } from './shell'

export interface SessionsOptions {
  readonly origin: string
  readonly report: (error: unknown) => void
  /** A file to be opened at the start. */
  readonly asked: string | null
  /** Where kept work and the list of recent files are. */
  readonly folder: string
  /** False in a run that leaves no trace and asks nobody. */
  readonly keeps: boolean
  readonly onRecent: () => void
}

export interface Sessions {
  readonly shell: Shell
  readonly recent: RecentFiles
  readonly admit: (window: BrowserWindow) => void
}

export function serveSessions({
  origin,
  report,
  asked,
  folder,
  keeps,
  onRecent,
}: SessionsOptions): Sessions {
  const serve = servePage(origin, report)
  const recent = new RecentFiles(keeps ? join(folder, 'recent.json') : null, onRecent)
  const disk = new SessionDisk({
    used: (path) => {
      recent.add(path)
      app.addRecentDocument(path)
    },
    missing: (path) => {
      const wasListed = recent.has(path)
      recent.drop(path)
      return wasListed
    },
  })
  const kept = new RecoveryFolder(join(folder, 'recovery'), Date.now())
  const recovery = new RecoveryShell(serve, kept, disk)
  const saving = recovery.saving.bind(recovery)
  const aboutToWrite = recovery.aboutToWrite.bind(recovery)
  const shell = new Shell({ serve, disk, recent, saving, aboutToWrite }, asked)
  const closing = new Closing(serve, (contents) => recovery.forget(contents))
  const admit = (window: BrowserWindow): void => {
    if (!keeps) return
    recovery.admit(window.webContents)
    closing.admit(window)
    // The system, or a terminal, ends us: work that is not saved is offered at the next start.
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
      process.on(signal, () => {
        closing.letGo()
        app.quit()
      })
    }
  }
  return { shell, recent, admit }
}
