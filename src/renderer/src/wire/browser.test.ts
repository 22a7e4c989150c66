import { describe, expect, it } from 'vitest'
import { success } from '../../../shared/result'
import { CLOSE_NOT_WELCOME, decodeMessage, encodeMessage } from '../../../shared/wire'
import { connectBrowser, type Connection, type Socket } from './browser'

type Listener = (event: never) => void

/** The server's end of a socket, by hand. */
class FakeSocket implements Socket {
  binaryType = 'blob'
  readonly sent: unknown[] = []
  readonly #listeners = new Map<string, Listener>()

  send(data: Uint8Array<ArrayBuffer>): void {
    const message = decodeMessage(data)
    this.sent.push(message.ok ? message.value : message.error)
  }

  addEventListener(type: string, listener: Listener): void {
    this.#listeners.set(type, listener)
  }

  fire(type: 'open' | 'message' | 'close', event: object = {}): void {
    this.#listeners.get(type)?.(event as never)
  }

  tell(message: unknown): void {
    this.fire('message', { data: encodeMessage(message).buffer })
  }
}

const at = (hash: string): Pick<Location, 'hash' | 'host' | 'protocol'> => ({
  hash,
  host: '127.0.0.1:4000',
  protocol: 'http:',
})

async function connect(): Promise<{ socket: FakeSocket; connection: Connection; url: string }> {
  const socket = new FakeSocket()
  let url = ''
  const connecting = connectBrowser(at('#token=secret'), (asked) => {
    url = asked
    return socket
  })
  socket.fire('open')
  socket.tell({ welcome: true })
  const connection = await connecting
  if (!connection.ok) throw new Error(connection.error)
  return { socket, connection: connection.value, url }
}

describe('connectBrowser', () => {
  it('asks for no connection without a token', async () => {
    const open = (): Socket => {
      throw new Error('must not connect')
    }
    expect(await connectBrowser(at(''), open)).toEqual({ ok: false, error: 'no-token' })
  })

  it('greets with the token first, on the socket of its own host', async () => {
    const { socket, url } = await connect()
    expect(url).toBe('ws://127.0.0.1:4000/ws')
    expect(socket.binaryType).toBe('arraybuffer')
    expect(socket.sent).toEqual([{ hello: 'secret' }])
  })

  it('tells a refused token from a host that is not there', async () => {
    for (const [code, error] of [
      [CLOSE_NOT_WELCOME, 'refused'],
      [1006, 'gone'],
    ] as const) {
      const socket = new FakeSocket()
      const connecting = connectBrowser(at('#token=old'), () => socket)
      socket.fire('close', { code })
      expect(await connecting).toEqual({ ok: false, error })
    }
  })

  it('gives each answer to the call that asked for it, arrays included', async () => {
    const { socket, connection } = await connect()
    const map = connection.pinscope.pageMap(7, null, 'state')
    const drop = connection.pinscope.drop(7)
    expect(socket.sent.slice(1)).toEqual([
      { id: 0, call: 'pageMap', args: [7, null, 'state'] },
      { id: 1, call: 'drop', args: [7] },
    ])
    socket.tell({ id: 1, result: success(null) })
    socket.tell({ id: 0, result: success({ cells: Uint8Array.of(1, 2) }) })
    expect(await drop).toEqual({ ok: true, value: null })
    expect(await map).toMatchObject({ ok: true, value: { cells: Uint8Array.of(1, 2) } })
  })

  it('sends a file in parts, and refuses at once what is too large', async () => {
    const { socket, connection } = await connect()
    const opened = connection.pinscope.unpackSession(new Uint8Array(2_000_000))
    expect(socket.sent.slice(1)).toMatchObject([
      { part: { id: 0, call: 'unpackSession', from: 0 } },
      { part: { from: 768 * 1024 } },
      { part: { from: 2 * 768 * 1024 } },
    ])
    socket.tell({ id: 0, result: success(null) })
    expect(await opened).toMatchObject({ ok: true })
    expect(await connection.pinscope.unpackSession(new Uint8Array(101_000_000))).toMatchObject({
      error: { code: 'too-large' },
    })
    expect(socket.sent).toHaveLength(4)
  })

  it('tells news to those who listen, until they stop', async () => {
    const { socket, connection } = await connect()
    const heard: number[] = []
    const stop = connection.pinscope.listen('onDidProgress', ({ events }) => heard.push(events))
    const news = { news: 'onDidProgress', value: { token: 'a1', events: 5, fraction: 0.1 } }
    socket.tell(news)
    stop()
    socket.tell(news)
    expect(heard).toEqual([5])
  })

  it('ignores messages that are none of the contract', async () => {
    const { socket, connection } = await connect()
    const answer = connection.pinscope.listPatches()
    socket.tell({ hello: 'again' })
    socket.fire('message', { data: 'text' })
    socket.fire('message', { data: new ArrayBuffer(3) })
    socket.tell({ id: 0, result: success([]) })
    expect(await answer).toEqual({ ok: true, value: [] })
  })

  it('answers every open and later call when the host goes away', async () => {
    const { socket, connection } = await connect()
    let gone = 0
    connection.onGone(() => gone++)
    const open = connection.pinscope.listBuilds()
    socket.fire('close', { code: 1006 })
    expect(await open).toMatchObject({ ok: false, error: { code: 'engine-lost' } })
    expect(await connection.pinscope.listBuilds()).toMatchObject({ ok: false })
    expect(gone).toBe(1)
  })
})
