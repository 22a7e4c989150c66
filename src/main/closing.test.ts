import { EventEmitter } from 'node:events'
import type { BrowserWindow } from 'electron'
import { describe, expect, it, vi } from 'vitest'
import { SHELL_CHANNELS } from '../shared/shell'

const box = vi.hoisted(() => ({ asked: 0, answers: [] as number[] }))
vi.mock('electron', () => ({
  dialog: {
    showMessageBox: () => {
      box.asked++
      return Promise.resolve({ response: box.answers.shift() ?? 2 })
    },
  },
  ipcMain: {},
  BrowserWindow: {},
  app: {},
  session: {},
}))
const { Closing } = await import('./closing')

const [SAVE, DROP, STAY] = [0, 1, 2]

/** A window whose page may have work that is not saved. */
function open(answers: number[]) {
  box.asked = 0
  box.answers = answers
  const handlers = new Map<string, (window: never, ...args: readonly unknown[]) => unknown>()
  const sent: string[] = []
  let forgotten = 0
  let isOpen = true
  const webContents = Object.assign(new EventEmitter(), {
    send: (channel: string) => void sent.push(channel),
  })
  const window = Object.assign(new EventEmitter(), {
    webContents,
    destroy: () => (isOpen = false),
  })
  const closing = new Closing(
    (channel, answer) => handlers.set(channel, answer),
    () => Promise.resolve(forgotten++),
  )
  closing.admit(window as unknown as BrowserWindow)
  const call = (channel: string, ...args: readonly unknown[]): unknown =>
    handlers.get(channel)?.(window as never, ...args)
  const close = async (): Promise<boolean> => {
    let held = false
    window.emit('close', { preventDefault: () => (held = true) })
    await new Promise((resolve) => setImmediate(resolve))
    return held
  }
  return {
    ...{ closing, webContents, sent, call, close },
    tell: (changed: boolean) => call(SHELL_CHANNELS.tellChanged, changed, 'kept'),
    state: () => ({ isOpen, forgotten, asked: box.asked }),
  }
}

describe('a window that is to be closed', () => {
  it('closes without a question when all is saved', async () => {
    const { close, state } = open([])
    await close()
    expect(state()).toEqual({ isOpen: false, forgotten: 1, asked: 0 })
  })

  it('asks once, however often it is asked to close, and stays where that is wanted', async () => {
    const { close, tell, state } = open([STAY])
    tell(true)
    await Promise.all([close(), close(), close()])
    expect(state()).toEqual({ isOpen: true, forgotten: 0, asked: 1 })
  })

  it('closes without saving where that is wanted, and forgets what was kept', async () => {
    const { close, tell, state } = open([DROP])
    tell(true)
    await close()
    expect(state()).toEqual({ isOpen: false, forgotten: 1, asked: 1 })
  })

  it('closes when the page has saved, and stays when it has not', async () => {
    const { close, tell, sent, call, state } = open([SAVE, SAVE])
    tell(true)
    await close()
    expect(sent).toEqual([SHELL_CHANNELS.saveAsked])
    call(SHELL_CHANNELS.saveAnswered, false)
    await new Promise((resolve) => setImmediate(resolve))
    expect(state()).toMatchObject({ isOpen: true, forgotten: 0 })
    await close()
    call(SHELL_CHANNELS.saveAnswered, true)
    await new Promise((resolve) => setImmediate(resolve))
    expect(state()).toEqual({ isOpen: false, forgotten: 1, asked: 2 })
  })

  it('does not wait for a page that died while it was to save', async () => {
    const { close, tell, webContents, state } = open([SAVE])
    tell(true)
    await close()
    webContents.emit('render-process-gone')
    await new Promise((resolve) => setImmediate(resolve))
    expect(state()).toMatchObject({ isOpen: true, forgotten: 0 })
    await close()
    expect(state()).toMatchObject({ isOpen: false, asked: 1 })
  })

  it('asks for a page that may not leave: a navigation that only starts leaves it as it is', async () => {
    const { close, tell, webContents, state } = open([STAY, STAY])
    tell(true)
    webContents.emit('did-start-navigation', { isMainFrame: true, isSameDocument: false })
    await close()
    expect(state()).toMatchObject({ isOpen: true, forgotten: 0, asked: 1 })
    webContents.emit('did-navigate')
    await close()
    expect(state()).toMatchObject({ isOpen: false, asked: 1 })
  })

  it('goes at once, and forgets nothing, when the system ends the application', async () => {
    const { closing, close, tell, state } = open([])
    tell(true)
    closing.letGo()
    expect(await close()).toBe(false)
    expect(state()).toEqual({ isOpen: true, forgotten: 0, asked: 0 })
  })

  it('is told nothing but true or false and a name', () => {
    const { call, close, state } = open([])
    expect(call(SHELL_CHANNELS.tellChanged, 'yes', 'x')).toMatchObject({ ok: false })
    expect(call(SHELL_CHANNELS.tellChanged, true, 'x'.repeat(201))).toMatchObject({ ok: false })
    return close().then(() => expect(state().asked).toBe(0))
  })
})
