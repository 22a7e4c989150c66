/** The page's only door: the contract's calls by name, and news by a listener that can be undone. */
import { contextBridge, ipcRenderer, type IpcRendererEvent } from 'electron'
import { NEWS_NAMES, type Pinscope } from '../shared/contract'
import { callsOver } from '../shared/wire'

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

contextBridge.exposeInMainWorld('pinscope', pinscope)
