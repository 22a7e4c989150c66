/**
 * The browser host: the page's files over http and the contract over a WebSocket, on 127.0.0.1 only.
 * Host and Origin are checked, so that no other site's page gets in by way of the user's browser;
 * the token in the address's fragment keeps out other users of the machine.
 */
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import { failure, success, type Result } from '../shared/result'
import { MAX_REQUEST_BYTES, SOCKET_PATH } from '../shared/wire'
import type { LaunchEngine } from './engine-launcher'
import { answerPage, plainAnswer, type PageAnswer } from './page-files'
import { PageSocket } from './page-socket'

export interface BrowserHostOptions {
  /** 0 takes a free one. */
  readonly port: number
  /** Folder of the built page. */
  readonly rendererDir: string
  readonly launchEngine: LaunchEngine
}

export interface BrowserHost {
  /** Address of the page with its token: whoever has it may use the engine. */
  readonly url: string
  /** Ends connections, server and engine. */
  readonly close: () => Promise<void>
}

const ADDRESS = '127.0.0.1'
const MAX_PAGES = 16

/** Any port: over an ssh tunnel the browser's differs from ours. Any name: none that DNS answers. */
const LOOPBACK_HOST = /^(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?$/

/** Starts one engine and one server. Prints nothing. */
export async function startBrowserHost(options: BrowserHostOptions): Promise<Result<BrowserHost>> {
  const { port, rendererDir, launchEngine } = options
  if (!existsSync(join(rendererDir, 'index.html'))) {
    return failure('not-found', `there is no page in ${rendererDir}; build it with: npm run build`)
  }
  const server = createServer((request, response) => {
    void answerHttp(rendererDir, request, response)
  })
  const listening = await listen(server, port)
  if (!listening.ok) return listening

  const token = randomBytes(32).toString('base64url')
  const pages = new Set<PageSocket>()
  const engine = launchEngine((news, value) => {
    for (const page of pages) page.hear(news, value)
  })
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_REQUEST_BYTES,
    perMessageDeflate: false,
  })
  sockets.on('connection', (socket) => {
    const page = new PageSocket(socket, token, engine)
    pages.add(page)
    socket.on('close', () => pages.delete(page))
  })
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const refusal = pages.size < MAX_PAGES ? refuseUpgrade(request) : '503 Service Unavailable'
    if (refusal !== null) {
      // Whoever asked may be gone already; nobody else listens here.
      socket.on('error', () => undefined)
      socket.end(`HTTP/1.1 ${refusal}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
      return
    }
    sockets.handleUpgrade(request, socket, head, (opened) => sockets.emit('connection', opened))
  })

  return success({
    url: `http://${ADDRESS}:${listening.value}/#token=${token}`,
    close: () => {
      for (const socket of sockets.clients) socket.terminate()
      engine.close()
      return closeServer(server)
    },
  })
}

/** Ends once this process is asked to end; a second signal ends it at once. */
export function untilSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
    const take = (signal: NodeJS.Signals): void => {
      for (const each of signals) process.off(each, take)
      resolve(signal)
    }
    for (const each of signals) process.on(each, take)
  })
}

function listen(server: Server, port: number): Promise<Result<number>> {
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    return Promise.resolve(failure('bad-input', `port ${port}: 0 to 65535 is allowed`, 'port'))
  }
  return new Promise((resolve) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      resolve(failure('bad-input', portSentence(port, error), 'port'))
    })
    server.listen({ port, host: ADDRESS, exclusive: true }, () => {
      const address = server.address()
      resolve(success(typeof address === 'object' && address !== null ? address.port : port))
    })
  })
}

function portSentence(port: number, error: NodeJS.ErrnoException): string {
  const why =
    error.code === 'EADDRINUSE'
      ? 'is taken'
      : error.code === 'EACCES'
        ? 'needs a privileged user'
        : `cannot be used (${error.code ?? error.message})`
  return `port ${port} on ${ADDRESS} ${why}; choose another with --port, or any free one with --port 0`
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => {
      resolve()
    })
    server.closeAllConnections()
  })
}

async function answerHttp(
  folder: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { status, headers, body } = await httpAnswer(folder, request)
  response.writeHead(status, { ...headers, 'Content-Length': body.length })
  response.end(request.method === 'HEAD' ? undefined : body)
}

async function httpAnswer(folder: string, request: IncomingMessage): Promise<PageAnswer> {
  const host = request.headers.host ?? ''
  if (!LOOPBACK_HOST.test(host)) return plainAnswer(421, 'this server answers for 127.0.0.1 only\n')
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return plainAnswer(405, 'GET and HEAD only\n')
  }
  const path = (request.url ?? '').replace(/[?#].*$/s, '')
  // Some browsers do not count a WebSocket as 'self'.
  return answerPage(folder, path, [`ws://${host}`])
}

/** The status line that refuses a WebSocket, or null. Only the page we served may open one. */
function refuseUpgrade(request: IncomingMessage): string | null {
  const host = request.headers.host ?? ''
  if (!LOOPBACK_HOST.test(host)) return '421 Misdirected Request'
  if (request.url !== SOCKET_PATH) return '404 Not Found'
  if (request.headers.origin !== `http://${host}`) return '403 Forbidden'
  return null
}
