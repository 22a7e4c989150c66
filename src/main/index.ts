/**
 * The application's process: windows, menu, protocol, and the wire between page and engine. It
 * computes nothing. Nothing here waits at the top level: Electron holds `ready` back until this
 * module has been loaded.
 */
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { app, dialog, nativeTheme, type BrowserWindow } from 'electron'
import { launchEngine } from '../host/engine-launcher'
import { reasonOf } from '../host/rpc'
import { parseArguments, sessionArgument, type Arguments } from './arguments'
import { ExportShell } from './export-shell'
import { PageBridge } from './ipc'
import { installMenu } from './menu'
import { APP_ORIGIN, registerAppScheme, serveAppProtocol } from './protocol'
import { lockDown } from './security'
import { servePage } from './serve-page'
import { serveSessions } from './sessions'
import { runSmoke } from './smoke'
import { utilityEngine } from './utility-engine'
import { createWindow } from './windows'

/** Where the built parts lie, seen from the built main module. */
const PAGE = join(import.meta.dirname, '../renderer')
const PRELOAD = join(import.meta.dirname, '../preload/index.cjs')
const ENGINE = join(import.meta.dirname, 'engine.js')
const ICON = join(import.meta.dirname, '../../resources/icons/pinscope.png')

/** Address of the development server's page, if there is one. */
function developmentPage(): URL | null {
  const address = process.env.ELECTRON_RENDERER_URL
  return app.isPackaged || address === undefined ? null : new URL(address)
}

function pageAddress(development: URL | null, { theme }: Arguments): string {
  const url = development ?? new URL(`${APP_ORIGIN}/index.html`)
  if (theme !== null) url.searchParams.set('theme', theme)
  return url.href
}

async function start(given: Arguments): Promise<void> {
  const development = developmentPage()
  if (development === null && !existsSync(join(PAGE, 'index.html'))) {
    throw new Error(`there is no page in ${PAGE}; npm run build makes it`)
  }
  const origin = development?.origin ?? APP_ORIGIN
  if (given.theme !== null) nativeTheme.themeSource = given.theme
  lockDown(origin)
  serveAppProtocol(PAGE)

  const engine = launchEngine((firstRun) => utilityEngine(ENGINE, firstRun))((news, value) => {
    bridge.hear(news, value)
  })
  const bridge = new PageBridge(engine.calls, origin, report)
  app.once('will-quit', () => {
    engine.close()
  })
  const { shell, recent, admit } = serveSessions({
    origin,
    report,
    asked: given.file ?? askedEarly,
    folder: given.smoke ?? app.getPath('userData'),
    keeps: given.smoke === null,
    onRecent: () => setMenu(),
  })
  const setMenu = (): void => {
    installMenu({
      isDevelopment: development !== null,
      isMac: process.platform === 'darwin',
      choose: (command) => {
        bridge.hear('onDidChooseCommand', { command })
      },
      recent: recent.list,
      openRecent: (path) => openAsked(path),
    })
  }
  setMenu()

  new ExportShell(servePage(origin, report))
  const stateFile = given.smoke === null ? join(app.getPath('userData'), 'window.json') : null
  const window = createWindow({ preload: PRELOAD, icon: ICON, stateFile })
  bridge.admit(window.webContents)
  admit(window)
  openAsked = (path) => {
    if (window.isDestroyed()) return
    shell.ask(path, window)
    raise(window)
  }
  app.on('second-instance', (_event, argv, folder) => {
    const path = sessionArgument(argv, folder)
    if (path !== null) openAsked(path)
    else raise(window)
  })
  const address = pageAddress(development, given)
  if (given.smoke === null) {
    reloadAfterCrash(window)
    await window.loadURL(address)
  } else {
    // Whatever makes the app quit before the run has its result is a failure of it.
    app.once('before-quit', () => {
      app.exit(1)
    })
    const code = await runSmoke(window, () => window.loadURL(address), given.smoke)
    engine.close()
    app.exit(code)
  }
}

/** A file that the system asks for; before there is a window it is kept for it. */
let askedEarly: string | null = null
let openAsked = (path: string): void => {
  askedEarly = path
}

function raise(window: BrowserWindow): void {
  if (window.isDestroyed()) return
  if (window.isMinimized()) window.restore()
  window.focus()
}

/** A page that dies again so soon after a new one was made is not made anew without being asked for. */
const CALM_MS = 10_000

/** A window whose page died has a new one, which offers what the one before had not saved. */
function reloadAfterCrash(window: BrowserWindow): void {
  let last = -Infinity
  window.webContents.on('render-process-gone', (_event, { reason }) => {
    if (reason === 'clean-exit') return
    const now = performance.now()
    const isCalm = now - last > CALM_MS
    last = now
    if (isCalm || askToReload(window, reason)) window.reload()
    else window.destroy()
  })
}

function askToReload(window: BrowserWindow, reason: string): boolean {
  const choice = dialog.showMessageBoxSync(window, {
    type: 'error',
    message: `The page's process is gone again (${reason}).`,
    detail: 'Work that was not saved is kept, and offered after a reload and at the next start.',
    buttons: ['Reload', 'Quit'],
  })
  return choice === 0
}

function report(error: unknown): void {
  process.stderr.write(
    `pinscope: ${error instanceof Error ? (error.stack ?? '') : String(error)}\n`,
  )
}

/** The one handler for what should not happen in this process. */
function end(error: unknown, { smoke }: Arguments): void {
  report(error)
  if (smoke === null) dialog.showErrorBox('Pinscope has to end', reasonOf(error))
  app.exit(1)
}

// Chromium's own switch, which a default application that sets the folder itself has overridden. Before
// the lock is asked for, which lies in it: two users' data are two applications.
const userData = app.commandLine.getSwitchValue('user-data-dir')
if (userData !== '') app.setPath('userData', resolve(userData))

const given = parseArguments(process.argv)
if (given.ok && given.value.smoke === null && !app.requestSingleInstanceLock()) {
  // The window that is open already takes over what this process was started with.
  app.quit()
} else if (given.ok) {
  const fail = (error: unknown): void => {
    end(error, given.value)
  }
  process.on('uncaughtException', fail)
  registerAppScheme()
  app.on('open-file', (event, path) => {
    event.preventDefault()
    openAsked(path)
  })
  app.on('window-all-closed', () => {
    app.quit()
  })
  app
    .whenReady()
    .then(() => start(given.value))
    .catch(fail)
} else {
  process.stderr.write(`pinscope: ${given.error.message}\n`)
  app.exit(2)
}
