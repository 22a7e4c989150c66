/** Asks once before a window closes whose page has work that is not saved. */
import { dialog, type BrowserWindow, type WebContents } from 'electron'
import { failure, success } from '../shared/result'
import { SHELL_CHANNELS } from '../shared/shell'
import { onNewPage, type ServePage } from './serve-page'

const MAX_NAME = 200
const [SAVE, DROP, STAY] = [0, 1, 2]

export class Closing {
  /** Forgets the kept work of a page: it is saved, or not wanted. */
  readonly #forget: (contents: WebContents) => Promise<unknown>
  #changed = false
  #name = ''
  #asking = false
  /** The window closes, whatever is not saved: what is kept of it stays for the next start. */
  #letGo = false
  #answerSave: (saved: boolean) => void = () => undefined

  constructor(serve: ServePage, forget: (contents: WebContents) => Promise<unknown>) {
    this.#forget = forget
    serve(SHELL_CHANNELS.tellChanged, (_window, changed, name) => {
      if (typeof changed !== 'boolean' || typeof name !== 'string' || name.length > MAX_NAME) {
        return failure('bad-input', 'tellChanged: true or false and a name are expected')
      }
      this.#changed = changed
      this.#name = name
      return success(null)
    })
    serve(SHELL_CHANNELS.saveAnswered, (_window, saved) => {
      this.#answerSave(saved === true)
      return success(null)
    })
  }

  admit(window: BrowserWindow): void {
    onNewPage(window.webContents, () => {
      this.#changed = false
      this.#answerSave(false)
    })
    window.on('unresponsive', () => this.#answerSave(false))
    window.on('close', (event) => {
      if (this.#letGo) return
      event.preventDefault()
      void this.#close(window)
    })
  }

  /** The system ends the application: nobody is there to be asked. */
  letGo(): void {
    this.#letGo = true
  }

  async #close(window: BrowserWindow): Promise<void> {
    if (this.#asking) return
    this.#asking = true
    try {
      if (this.#changed && !(await this.#ask(window))) return
      await this.#forget(window.webContents)
      window.destroy()
    } finally {
      this.#asking = false
    }
  }

  /** True when the window may close. */
  async #ask(window: BrowserWindow): Promise<boolean> {
    const { response } = await dialog.showMessageBox(window, {
      type: 'warning',
      message: `Save the changes of ${this.#name === '' ? 'this session' : this.#name}?`,
      detail: 'They are lost if they are not saved.',
      buttons: ['Save', "Don't Save", 'Cancel'],
      defaultId: SAVE,
      cancelId: STAY,
      noLink: true,
    })
    if (response !== SAVE) return response === DROP
    const answer = new Promise<boolean>((resolve) => (this.#answerSave = resolve))
    window.webContents.send(SHELL_CHANNELS.saveAsked)
    return await answer
  }
}
