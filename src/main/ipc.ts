/** The contract over Electron's IPC: one channel per call and per news, named after them. */
import { ipcMain, type IpcMainInvokeEvent, type WebContents } from 'electron'
import type { Tell } from '../engine'
import { askOf, type Ask } from '../host/rpc'
import { ClientSession } from '../host/session'
import { askChecked } from '../host/validate'
import { CALL_NAMES, type CallName, type Calls, type News, type NewsName } from '../shared/contract'
import { failure } from '../shared/result'
import { isSameOrigin } from './security'
import { onNewPage } from './serve-page'

/** What a page has of us while it lives. */
interface Client {
  readonly session: ClientSession
  readonly ask: Ask
}

export class PageBridge {
  readonly #engine: Calls
  readonly #origin: string
  readonly #report: (error: unknown) => void
  readonly #clients = new Map<WebContents, Client>()

  constructor(engine: Calls, origin: string, report: (error: unknown) => void) {
    this.#engine = engine
    this.#origin = origin
    this.#report = report
    for (const call of Object.keys(CALL_NAMES) as CallName[]) {
      ipcMain.handle(`pinscope:${call}`, (event, ...args: unknown[]) =>
        this.#answer(event, call, args),
      )
    }
  }

  /** Lets a window's page in. Its session ends with the page: by a reload, a crash, or for good. */
  admit(contents: WebContents): void {
    this.#clients.set(contents, this.#open(contents))
    const restart = (): void => {
      this.#clients.get(contents)?.session.close()
      this.#clients.set(contents, this.#open(contents))
    }
    onNewPage(contents, restart)
    contents.once('destroyed', () => {
      this.#clients.get(contents)?.session.close()
      this.#clients.delete(contents)
    })
  }

  /** News of the engine, for every page. */
  hear<K extends NewsName>(news: K, value: News[K]): void {
    for (const { session } of this.#clients.values()) session.hear(news, value)
  }

  #open(contents: WebContents): Client {
    const tell: Tell = (news, value) => {
      if (!contents.isDestroyed()) contents.send(`pinscope:${news}`, value)
    }
    const session = new ClientSession(this.#engine, tell)
    return { session, ask: askChecked(askOf(session.calls, this.#report)) }
  }

  #answer(event: IpcMainInvokeEvent, call: CallName, args: readonly unknown[]): ReturnType<Ask> {
    const client = this.#clients.get(event.sender)
    const frame = event.senderFrame
    const isOurs = frame !== null && frame.parent === null && isSameOrigin(frame.url, this.#origin)
    if (client === undefined || !isOurs) {
      return Promise.resolve(failure('bad-input', `${call}: this page may not call`))
    }
    return client.ask(call, args)
  }
}
