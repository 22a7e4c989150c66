import { describe, expect, it, vi } from 'vitest'
import { success } from '../shared/result'

type Handler = (event: unknown, ...args: unknown[]) => Promise<unknown>
const handlers = new Map<string, Handler>()
const sender = {}
vi.mock('electron', () => ({
  ipcMain: { handle: (channel: string, handler: Handler) => handlers.set(channel, handler) },
  BrowserWindow: { fromWebContents: (contents: unknown) => (contents === sender ? {} : null) },
  app: {},
  session: {},
}))
const { servePage } = await import('./serve-page')

/** A page asks for what `answer` answers. */
async function ask(answer: () => unknown, from: object = {}) {
  const reported: unknown[] = []
  servePage('app://pinscope', (error) => reported.push(error))('x', answer)
  const senderFrame = { url: 'app://pinscope/index.html', parent: null, ...from }
  return { answer: await handlers.get('x')?.({ sender, senderFrame }), reported }
}

describe('what a page asks of its window', () => {
  it('is answered for our own page alone', async () => {
    const given = vi.fn(() => success(1))
    expect((await ask(given)).answer).toEqual(success(1))
    const strange = [{ url: 'https://evil.example/' }, { parent: {} }]
    for (const from of strange) {
      expect((await ask(given, from)).answer).toMatchObject({ error: { code: 'bad-input' } })
    }
    expect(given).toHaveBeenCalledTimes(1)
  })

  it('and breaks is answered by a failure that can be read, and reported', async () => {
    const broken = new Error('no such portal')
    for (const breaks of [
      () => {
        throw broken
      },
      () => Promise.reject(broken),
    ]) {
      expect(await ask(breaks)).toEqual({
        answer: {
          ok: false,
          error: {
            code: 'internal',
            message: 'the window failed on a broken assumption: no such portal',
          },
        },
        reported: [broken],
      })
    }
  })
})
