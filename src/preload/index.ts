/** The page's only door: the contract's calls by name, and news by a listener that can be undone. */
import { contextBridge, ipcRenderer, webFrame, webUtils, type IpcRendererEvent } from 'electron'
import { NEWS_NAMES, type Pinscope } from '../shared/contract'
import { SHELL_CHANNELS, type DesktopShell } from '../shared/shell'
import { callsOver } from '../shared/wire'

/** Steps of Chromium's zoom: each is a fifth larger than the one before. */
const ZOOM_LEVELS = { least: -4, most: 6 }

const pinscope: Pinscope = {
  ...callsOver((call, args) => ipcRenderer.invoke(`pinscope:${call}`, ...args)),
  listen: (news, listener) => {
    if (!Object.hasOwn(NEWS_NAMES, news)) throw new Error(`there is no news ${news}`)
    const channel = `pinscope:${news}`
    const forward = (_event: IpcRendererEvent, value: unknown): void => {
      listener(value as never)
    }
    ipcRenderer.on(channel, forward)
    return () => {
      ipcRenderer.off(channel, forward)
    }
  },
}

const shell: DesktopShell = {
  zoom: (step) => {
    const level = step === 0 ? 0 : webFrame.getZoomLevel() + Math.sign(step) / 2
    webFrame.setZoomLevel(Math.min(ZOOM_LEVELS.most, Math.max(ZOOM_LEVELS.least, level)))
  },
  toggleFullScreen: () => ipcRenderer.invoke(SHELL_CHANNELS.toggleFullScreen),
  openSession: () => ipcRenderer.invoke(SHELL_CHANNELS.openSession),
  // The page has the file and not its path: it can name none that the user did not drop. Electron's types
  // know files by the DOM, which is not there on this side of the wall.
  openDropped: (file) =>
    ipcRenderer.invoke(SHELL_CHANNELS.openDropped, webUtils.getPathForFile(file as never)),
  saveSession: (bytes, path, suggested, over) =>
    ipcRenderer.invoke(SHELL_CHANNELS.saveSession, bytes, path, suggested, over),
  checkFile: (path) => ipcRenderer.invoke(SHELL_CHANNELS.checkFile, path),
  tookSession: (path) => ipcRenderer.invoke(SHELL_CHANNELS.tookSession, path),
  reopenSession: (path) => ipcRenderer.invoke(SHELL_CHANNELS.reopenSession, path),
  recentFiles: () => ipcRenderer.invoke(SHELL_CHANNELS.recentFiles),
  openRecent: (path) => ipcRenderer.invoke(SHELL_CHANNELS.openRecent, path),
  clearRecent: () => ipcRenderer.invoke(SHELL_CHANNELS.clearRecent),
  recovery: {
    keep: (doc, { name, path }) => ipcRenderer.invoke(SHELL_CHANNELS.keepWork, doc, name, path),
    clear: () => ipcRenderer.invoke(SHELL_CHANNELS.clearWork),
    left: () => ipcRenderer.invoke(SHELL_CHANNELS.leftWork),
    read: (id) => ipcRenderer.invoke(SHELL_CHANNELS.readWork, id),
    discard: (id) => ipcRenderer.invoke(SHELL_CHANNELS.discardWork, id),
  },
  tellChanged: (changed, name) => ipcRenderer.invoke(SHELL_CHANNELS.tellChanged, changed, name),
  listenSave: (save) => {
    const answer = (): void => {
      save().then(
        (saved) => ipcRenderer.invoke(SHELL_CHANNELS.saveAnswered, saved),
        () => ipcRenderer.invoke(SHELL_CHANNELS.saveAnswered, false),
      )
    }
    ipcRenderer.on(SHELL_CHANNELS.saveAsked, answer)
    return () => {
      ipcRenderer.off(SHELL_CHANNELS.saveAsked, answer)
    }
  },
  beginExport: (suggested) => ipcRenderer.invoke(SHELL_CHANNELS.beginExport, suggested),
  writeExport: (id, bytes) => ipcRenderer.invoke(SHELL_CHANNELS.writeExport, id, bytes),
  endExport: (id, keep) => ipcRenderer.invoke(SHELL_CHANNELS.endExport, id, keep),
  openTexts: (kind) => ipcRenderer.invoke(SHELL_CHANNELS.openTexts, kind),
  saveScenario: (text, suggested) =>
    ipcRenderer.invoke(SHELL_CHANNELS.saveScenario, text, suggested),
  takeAsked: () => ipcRenderer.invoke(SHELL_CHANNELS.takeAsked),
  listenAsked: (listener) => {
    const forward = (): void => listener()
    ipcRenderer.on(SHELL_CHANNELS.asked, forward)
    return () => {
      ipcRenderer.off(SHELL_CHANNELS.asked, forward)
    }
  },
}

contextBridge.exposeInMainWorld('pinscope', pinscope)
contextBridge.exposeInMainWorld('pinscopeShell', shell)
