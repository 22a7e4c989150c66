/**
 * The contract over a WebSocket: what the page uses when no desktop shell has put one there. The
 * token comes in the address's fragment, which no server log ever sees.
 */
import type { CallName, News, NewsName, Pinscope } from '../../../shared/contract'
import { failure, type Result } from '../../../shared/result'
import {
  callsOver,
  CLOSE_NOT_WELCOME,
  decodeMessage,
  encodeMessage,
  requestFrames,
  SOCKET_PATH,
  type AnswerMessage,
  type HelloMessage,
  type NewsMessage,
} from '../../../shared/wire'

/** Why the page cannot reach the host. */
export type ConnectProblem = 'no-token' | 'refused' | 'gone'

export interface Connection {
  readonly pinscope: Pinscope
  /** Called once when the host goes away after a good start. */
  readonly onGone: (listener: () => void) => void
}

/** The part of WebSocket used here, so that a test can stand in for it. */
export interface Socket {
  binaryType: string
  send(data: Uint8Array<ArrayBuffer>): void
  addEventListener(type: 'open', listener: () => void): void
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void
  addEventListener(type: 'close', listener: (event: { readonly code: number }) => void): void
}

export function connectBrowser(
  location: Pick<Location, 'hash' | 'host' | 'protocol'>,
  open: (url: string) => Socket,
): Promise<{ ok: true; value: Connection } | { ok: false; error: ConnectProblem }> {
  const token = new URLSearchParams(location.hash.slice(1)).get('token')
  if (token === null || token === '') return Promise.resolve({ ok: false, error: 'no-token' })
  const scheme = location.protocol === 'https:' ? 'wss' : 'ws'
  const client = new SocketClient(open(`${scheme}://${location.host}${SOCKET_PATH}`))
  return client.start(token)
}

class SocketClient {
  readonly #socket: Socket
  readonly #waiting = new Map<number, (answer: Result<unknown>) => void>()
  readonly #listeners = new Map<NewsName, Set<(value: never) => void>>()
  #nextId = 0
  #gone = false
  #onGone = (): void => undefined

  constructor(socket: Socket) {
    this.#socket = socket
    socket.binaryType = 'arraybuffer'
  }

  start(
    token: string,
  ): Promise<{ ok: true; value: Connection } | { ok: false; error: ConnectProblem }> {
    return new Promise((resolve) => {
      let welcome = false
      this.#socket.addEventListener('open', () =>
        this.#socket.send(encodeMessage({ hello: token } satisfies HelloMessage)),
      )
      this.#socket.addEventListener('message', ({ data }) => {
        const message = decoded(data)
        if (welcome) {
          this.#take(message)
        } else if (isObject(message) && message.welcome === true) {
          welcome = true
          resolve({ ok: true, value: this.#connection() })
        }
      })
      this.#socket.addEventListener('close', ({ code }) => {
        resolve({ ok: false, error: code === CLOSE_NOT_WELCOME ? 'refused' : 'gone' })
        this.#close()
      })
    })
  }

  #connection(): Connection {
    const calls = callsOver((call, args) => this.#ask(call, args))
    const listen: Pinscope['listen'] = (news, listener) => {
      const set = this.#listeners.get(news) ?? new Set()
      this.#listeners.set(news, set)
      set.add(listener)
      return () => set.delete(listener)
    }
    return {
      pinscope: { ...calls, listen },
      onGone: (listener) => {
        this.#onGone = listener
      },
    }
  }

  #ask(call: CallName, args: readonly unknown[]): Promise<Result<unknown>> {
    if (this.#gone) return Promise.resolve(goneAnswer())
    const id = this.#nextId++
    return new Promise((resolve) => {
      const frames = requestFrames({ id, call, args })
      if (!frames.ok) {
        resolve(frames)
        return
      }
      this.#waiting.set(id, resolve)
      for (const frame of frames.value) this.#socket.send(frame)
    })
  }

  #take(message: unknown): void {
    if (isAnswer(message)) {
      this.#waiting.get(message.id)?.(message.result)
      this.#waiting.delete(message.id)
    } else if (isNews(message)) {
      // The host built the value from the same contract; its name is what was checked.
      const value = message.value as News[NewsName] as never
      for (const listener of this.#listeners.get(message.news) ?? []) listener(value)
    }
  }

  #close(): void {
    this.#gone = true
    for (const resolve of this.#waiting.values()) resolve(goneAnswer())
    this.#waiting.clear()
    this.#onGone()
  }
}

function goneAnswer(): Result<never> {
  return failure('engine-lost', 'The server went away; start it again and open its new address.')
}

function decoded(data: unknown): unknown {
  if (!(data instanceof ArrayBuffer)) return null
  const message = decodeMessage(new Uint8Array(data))
  return message.ok ? message.value : null
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function isAnswer(value: unknown): value is AnswerMessage {
  return isObject(value) && typeof value.id === 'number' && isObject(value.result)
}

function isNews(value: unknown): value is NewsMessage {
  return isObject(value) && typeof value.news === 'string' && 'value' in value
}
