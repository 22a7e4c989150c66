import { EventEmitter } from 'node:events'
import type { WebContents } from 'electron'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { success } from '../shared/result'
import { CALL_NAMES } from '../shared/contract'
import { fakeCalls, RECIPE, summaryOf } from '../host/test/fakes'

type Handler = (event: unknown, ...args: unknown[]) => Promise<unknown>
const handlers = new Map<string, Handler>()
vi.mock('electron', () => ({
  ipcMain: { handle: (channel: string, handler: Handler) => handlers.set(channel, handler) },
  BrowserWindow: {},
  app: {},
  session: {},
}))
const { PageBridge } = await import('./ipc')

const ORIGIN = 'app://pinscope'

class FakeContents extends EventEmitter {
  readonly sent: unknown[] = []
  isDestroyed(): boolean {
    return false
  }
  send(...message: unknown[]): void {
    this.sent.push(message)
  }
  get asWebContents(): WebContents {
    return this as unknown as WebContents
  }
}

function bridge() {
  let run = 0
  const { calls, asked } = fakeCalls((call) => success(call === 'run' ? summaryOf(++run) : null))
  const made = new PageBridge(calls, ORIGIN, () => undefined)
  const page = new FakeContents()
  made.admit(page.asWebContents)
  const invoke = (
    call: string,
    args: unknown[],
    from: { sender?: unknown; url?: string; parent?: unknown; noFrame?: boolean } = {},
  ): Promise<unknown> => {
    const handler = handlers.get(`pinscope:${call}`)
    if (handler === undefined) throw new Error(`${call} is not handled`)
    const { sender = page, url = `${ORIGIN}/index.html?theme=dark`, parent = null } = from
    return handler({ sender, senderFrame: from.noFrame === true ? null : { url, parent } }, ...args)
  }
  return { made, page, asked, invoke }
}

beforeEach(() => handlers.clear())

describe('PageBridge', () => {
  it('handles every call of the contract and no other channel', () => {
    bridge()
    const channels = Object.keys(CALL_NAMES).map((call) => `pinscope:${call}`)
    expect([...handlers.keys()]).toStrictEqual(channels)
  })

  it('answers its own page', async () => {
    const { invoke, asked } = bridge()
    expect(await invoke('drop', [4])).toStrictEqual(success(null))
    expect(asked).toStrictEqual([['drop', 4]])
  })

  it.each([
    ['of another origin', { url: 'https://evil.example/' }],
    ['of an origin that only starts alike', { url: 'app://pinscope.evil/' }],
    ['in a frame inside the page', { parent: {} }],
    ['whose frame is gone', { noFrame: true }],
    ['it never admitted', { sender: new FakeContents() }],
  ])('refuses a sender %s', async (_name, from) => {
    const { invoke, asked } = bridge()
    expect(await invoke('drop', [4], from)).toMatchObject({ ok: false })
    expect(asked).toStrictEqual([])
  })

  it('refuses bad arguments by an answer', async () => {
    const { invoke, asked } = bridge()
    expect(await invoke('page', [1, -1])).toMatchObject({ error: { code: 'bad-input' } })
    expect(asked).toStrictEqual([])
  })

  it('tells news to its page under their name', () => {
    const { made, page } = bridge()
    made.hear('onDidChooseCommand', { command: 'theme-dark' })
    expect(page.sent).toStrictEqual([['pinscope:onDidChooseCommand', { command: 'theme-dark' }]])
  })

  it.each([
    ['reloads', 'did-navigate'],
    ['crashes', 'render-process-gone'],
    ['closes', 'destroyed'],
  ])('drops the runs of a page that %s', async (_name, event) => {
    const { invoke, page, asked } = bridge()
    await invoke('run', [RECIPE, 't'])
    page.emit(event)
    expect(asked.at(-1)).toStrictEqual(['drop', 1])
  })

  it('keeps the runs of a page that moves within itself, or that may not leave', async () => {
    const { invoke, page, asked } = bridge()
    await invoke('run', [RECIPE, 't'])
    page.emit('did-navigate-in-page')
    page.emit('did-start-navigation', { isMainFrame: true, isSameDocument: false })
    expect(asked).toHaveLength(1)
  })
})
