/** One WebSocket of the browser host: nothing is answered before its hello bears the token. */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { RawData, WebSocket } from 'ws'
import type { News, NewsName } from '../shared/contract'
import {
  CLOSE_BAD_MESSAGE,
  CLOSE_NOT_WELCOME,
  decodeMessage,
  encodeMessage,
  MAX_REQUEST_BYTES,
  type AnswerMessage,
  type NewsMessage,
  type WelcomeMessage,
} from '../shared/wire'
import { failure } from '../shared/result'
import type { Engine } from './engine-launcher'
import { answerRequest, askOf, readRequest, reasonOf, type Ask, type RawRequest } from './rpc'
import { ClientSession } from './session'
import { readPart, Upload, type Taken } from './upload'
import { askChecked } from './validate'

const HELLO_MS = 5000
const MAX_OPEN_REQUESTS = 64
/** Beyond so many bytes unsent, progress is left out: the page is behind, and it is soon stale. */
const MAX_UNSENT_BYTES = 1024 * 1024

export class PageSocket {
  readonly #socket: WebSocket
  readonly #token: string
  readonly #session: ClientSession
  readonly #ask: Ask
  readonly #late: NodeJS.Timeout
  #welcome = false
  readonly #upload = new Upload()
  #open = 0

  constructor(socket: WebSocket, token: string, engine: Engine) {
    this.#socket = socket
    this.#token = token
    this.#session = new ClientSession(engine.calls, (news, value) => {
      this.#tell(news, value)
    })
    this.#ask = askChecked(
      askOf(this.#session.calls, (error) => {
        console.error(error)
      }),
    )
    this.#late = setTimeout(() => {
      socket.close(CLOSE_NOT_WELCOME, 'no hello')
    }, HELLO_MS)
    socket.on('message', (data, isBinary) => {
      this.#receive(data, isBinary)
    })
    // A broken connection also closes; there is nothing else to do about it.
    socket.on('error', () => undefined)
    socket.on('close', () => {
      clearTimeout(this.#late)
      this.#session.close()
    })
  }

  hear<K extends NewsName>(news: K, value: News[K]): void {
    this.#session.hear(news, value)
  }

  #receive(data: RawData, isBinary: boolean): void {
    const message = isBinary ? decodeMessage(bytesOf(data), MAX_REQUEST_BYTES) : null
    if (!this.#welcome) {
      this.#greet(message?.ok === true ? message.value : null)
      return
    }
    const value = message?.ok === true ? message.value : null
    const part = readPart(value)
    if (part !== null) {
      this.#take(this.#upload.take(part))
      return
    }
    const request = readRequest(value)
    this.#take(request === null ? { kind: 'broken' } : { kind: 'request', request })
  }

  #take(taken: Taken): void {
    if (taken.kind === 'broken') this.#socket.close(CLOSE_BAD_MESSAGE, 'not a request')
    else if (taken.kind === 'refused') this.#answer({ id: taken.id, result: taken.result })
    else if (taken.kind === 'request') this.#carryOut(taken.request)
  }

  #carryOut(request: RawRequest): void {
    if (this.#open === MAX_OPEN_REQUESTS) {
      const answer = `more than ${MAX_OPEN_REQUESTS} calls at once; wait for an answer`
      this.#answer({ id: request.id, result: failure('bad-input', answer) })
      return
    }
    this.#open++
    void answerRequest(request, this.#ask).then((answer) => {
      this.#open--
      this.#answer(answer)
    })
  }

  #greet(message: unknown): void {
    clearTimeout(this.#late)
    const hello =
      typeof message === 'object' && message !== null && 'hello' in message ? message.hello : null
    if (typeof hello !== 'string' || !isSameSecret(hello, this.#token)) {
      this.#socket.close(CLOSE_NOT_WELCOME, 'not welcome')
      return
    }
    this.#welcome = true
    this.#send(encodeMessage({ welcome: true } satisfies WelcomeMessage))
  }

  #tell<K extends NewsName>(news: K, value: News[K]): void {
    if (!this.#welcome) return
    if (news === 'onDidProgress' && this.#socket.bufferedAmount > MAX_UNSENT_BYTES) return
    this.#send(encodeMessage({ news, value } satisfies NewsMessage))
  }

  #answer(answer: AnswerMessage): void {
    let frame: Uint8Array
    try {
      frame = encodeMessage(answer)
    } catch (error) {
      // Too large, or not plain data: a mistake of ours that must not leave the caller waiting.
      const result = failure('internal', `the answer cannot be sent: ${reasonOf(error)}`)
      frame = encodeMessage({ id: answer.id, result } satisfies AnswerMessage)
    }
    this.#send(frame)
  }

  #send(frame: Uint8Array): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.send(frame)
  }
}

function bytesOf(data: RawData): Uint8Array {
  if (Array.isArray(data)) return Buffer.concat(data)
  return data instanceof ArrayBuffer ? new Uint8Array(data) : data
}

/** Compares in a time that depends on neither text. */
function isSameSecret(given: string, secret: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given), digest(secret))
}
