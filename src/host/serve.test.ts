import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { request, type IncomingMessage } from 'node:http'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import type { Tell } from '../engine'
import { success, type Result } from '../shared/result'
import { decodeMessage, encodeMessage, requestFrames } from '../shared/wire'
import { launchEngine, type LaunchEngine } from './engine-launcher'
import { forkEngine } from './fork-engine'
import { startBrowserHost, type BrowserHost } from './serve'
import { FAKE_ENGINE, fakeCalls, RECIPE, summaryOf, type Asked } from './test/fakes'

let rendererDir = ''
const hosts: BrowserHost[] = []
const sockets: WebSocket[] = []

beforeAll(async () => {
  rendererDir = await mkdtemp(join(tmpdir(), 'pinscope-serve-'))
  await writeFile(join(rendererDir, 'index.html'), '<!doctype html>')
})

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.terminate()
  for (const host of hosts.splice(0)) await host.close()
})

afterAll(() => rm(rendererDir, { recursive: true }))

interface Started {
  readonly host: BrowserHost
  readonly port: number
  readonly token: string
  readonly tell: Tell
  readonly asked: Asked[]
  readonly isClosed: () => boolean
}

/** A host on a free port over an engine in this process. */
async function start(answer?: (...asked: Asked) => Result<unknown>): Promise<Started> {
  const { calls, asked } = fakeCalls(answer)
  let tell: Tell = () => undefined
  let closed = false
  const launch: LaunchEngine = (given) => {
    tell = given
    return { calls, close: () => (closed = true) }
  }
  const host = await startHost(launch)
  return { ...host, tell: (news, value) => tell(news, value), asked, isClosed: () => closed }
}

async function startHost(launch: LaunchEngine) {
  const started = await startBrowserHost({ port: 0, rendererDir, launchEngine: launch })
  if (!started.ok) throw new Error(started.error.message)
  hosts.push(started.value)
  const url = new URL(started.value.url)
  return { host: started.value, port: Number(url.port), token: url.hash.replace('#token=', '') }
}

/** A raw request: fetch would tidy the path and forbid the Host header. */
function get(
  port: number,
  path: string,
  headers: Record<string, string> = {},
  method = 'GET',
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request({ port, host: '127.0.0.1', path, headers, method }, (response) => {
      response.resume()
      resolve(response)
    })
      .on('error', reject)
      .end()
  })
}

interface Page {
  readonly socket: WebSocket
  readonly send: (message: unknown) => void
  /** The next message of the host. */
  readonly next: () => Promise<unknown>
  readonly closed: Promise<number>
}

function connect(port: number, headers: Record<string, string> = {}, path = '/ws'): Promise<Page> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, {
    headers: { origin: `http://127.0.0.1:${port}`, ...headers },
  })
  sockets.push(socket)
  const got: unknown[] = []
  const waiting: ((message: unknown) => void)[] = []
  socket.on('message', (data: Buffer) => {
    const message = decodeMessage(data)
    const value = message.ok ? message.value : message
    const take = waiting.shift()
    if (take === undefined) got.push(value)
    else take(value)
  })
  const closed = new Promise<number>((resolve) => socket.on('close', resolve))
  return new Promise((resolve, reject) => {
    socket.on('error', reject)
    socket.on('open', () =>
      resolve({
        socket,
        send: (message) => socket.send(encodeMessage(message)),
        next: () =>
          got.length > 0 ? Promise.resolve(got.shift()) : new Promise((take) => waiting.push(take)),
        closed,
      }),
    )
  })
}

async function welcomed(port: number, token: string): Promise<Page> {
  const page = await connect(port)
  page.send({ hello: token })
  expect(await page.next()).toStrictEqual({ welcome: true })
  return page
}

describe('the browser host over http', () => {
  it('serves the page at an address of this machine with a token of 256 bits', async () => {
    const { host, port, token } = await start()
    expect(host.url).toBe(`http://127.0.0.1:${port}/#token=${token}`)
    expect(Buffer.from(token, 'base64url')).toHaveLength(32)
    const response = await get(port, '/')
    expect(response.statusCode).toBe(200)
    expect(response.headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    })
    expect(response.headers['content-security-policy']).toContain(
      `connect-src 'self' ws://127.0.0.1:${port};`,
    )
  })

  it('makes another token every time', async () => {
    expect((await start()).token).not.toBe((await start()).token)
  })

  it.each(['evil.example', 'evil.example:80', '127.0.0.1.evil.example', 'localhost@evil'])(
    'refuses the Host %j, so that no foreign name leads here',
    async (host) => {
      const { port } = await start()
      expect((await get(port, '/', { host })).statusCode).toBe(421)
    },
  )

  it('answers for localhost at any port, as over an ssh tunnel', async () => {
    const { port } = await start()
    expect((await get(port, '/', { host: 'localhost:9000' })).statusCode).toBe(200)
  })

  it.each(['/../../etc/passwd', '/%2e%2e/%2e%2e/etc/passwd', '/..%5c..%5cetc%5cpasswd'])(
    'refuses the traversal %s',
    async (path) => {
      const { port } = await start()
      expect((await get(port, path)).statusCode).toBe(400)
    },
  )

  it('answers GET and HEAD alone', async () => {
    const { port } = await start()
    expect((await get(port, '/', {}, 'HEAD')).statusCode).toBe(200)
    expect((await get(port, '/', {}, 'POST')).statusCode).toBe(405)
  })
})

describe('the browser host over its WebSocket', () => {
  it.each([
    ['a foreign Origin', { origin: 'http://evil.example' }, '/ws', 403],
    ['the Origin null', { origin: 'null' }, '/ws', 403],
    ['an Origin of another port', { origin: 'http://127.0.0.1:1' }, '/ws', 403],
    ['a foreign Host', { host: 'evil.example' }, '/ws', 421],
    ['another path', {}, '/', 404],
  ])('refuses %s', async (_name, headers, path, status) => {
    const { port } = await start()
    await expect(connect(port, headers, path)).rejects.toThrow(String(status))
  })

  it('closes with 4401 on a wrong token and answers nothing', async () => {
    const { port, token, asked } = await start()
    const wrong = `${token.slice(0, -2)}${token.endsWith('AA') ? 'BB' : 'AA'}`
    for (const hello of [wrong, '', token.slice(0, -1), 7, null]) {
      const page = await connect(port)
      page.send({ hello })
      page.send({ id: 1, call: 'listBuilds', args: [] })
      expect(await page.closed).toBe(4401)
    }
    expect(asked).toStrictEqual([])
  })

  it('closes with 4401 on a call before the hello', async () => {
    const { port, asked } = await start()
    const page = await connect(port)
    page.send({ id: 1, call: 'listBuilds', args: [] })
    expect(await page.closed).toBe(4401)
    expect(asked).toStrictEqual([])
  })

  it('answers a call with typed arrays after the hello', async () => {
    const cells = new Uint8Array([1, 2, 3])
    const { port, token, asked } = await start(() => success({ startPfn: 0x60000, cells }))
    const page = await welcomed(port, token)
    page.send({ id: 9, call: 'pageMap', args: [3, null, 'state'] })
    expect(await page.next()).toStrictEqual({
      id: 9,
      result: { ok: true, value: { startPfn: 0x60000, cells } },
    })
    expect(asked).toStrictEqual([['pageMap', 3, null, 'state']])
  })

  it('refuses unknown calls and bad arguments by an answer', async () => {
    const { port, token, asked } = await start()
    const page = await welcomed(port, token)
    page.send({ id: 1, call: 'constructor', args: [] })
    page.send({ id: 2, call: 'page', args: [1, -5, null] })
    for (const id of [1, 2]) {
      expect(await page.next()).toMatchObject({
        id,
        result: { ok: false, error: { code: 'bad-input' } },
      })
    }
    expect(asked).toStrictEqual([])
  })

  it('closes with 4400 on what is no request', async () => {
    const { port, token } = await start()
    for (const noise of [Buffer.from('noise'), 'text', encodeMessage({ id: 1 })]) {
      const page = await welcomed(port, token)
      page.socket.send(noise)
      expect(await page.closed).toBe(4400)
    }
  })

  it('closes with 1009 on a message above 1 MiB', async () => {
    const { port, token } = await start()
    const page = await welcomed(port, token)
    page.socket.send(Buffer.alloc(1024 * 1024 + 1))
    expect(await page.closed).toBe(1009)
  })

  it('takes a file above 1 MiB in parts, and answers other calls between them', async () => {
    const { port, token, asked } = await start()
    const page = await welcomed(port, token)
    const file = Uint8Array.from({ length: 3_000_000 }, (_, i) => i % 251)
    const frames = requestFrames({ id: 4, call: 'unpackSession', args: [file] })
    if (!frames.ok) throw new Error(frames.error.message)
    for (const [i, frame] of frames.value.entries()) {
      page.socket.send(frame)
      if (i === 1) page.send({ id: 5, call: 'listBuilds', args: [] })
    }
    expect(await page.next()).toMatchObject({ id: 5, result: { ok: true } })
    expect(await page.next()).toMatchObject({ id: 4, result: { ok: true } })
    const [name, got] = asked.at(-1) ?? []
    expect([name, Buffer.from(got as Uint8Array).equals(file)]).toEqual(['unpackSession', true])
  })

  it('refuses a file that is too large at its first part, and goes on', async () => {
    const { port, token, asked } = await start()
    const page = await welcomed(port, token)
    const part = (call: string, of: number, from: number, length: number) => ({
      part: { id: 1, call, of, from, bytes: new Uint8Array(length) },
    })
    for (const [call, of] of [
      ['unpackSession', 200_000_000],
      ['listBuilds', 1_500_000],
      ['constructor', 1_500_000],
    ] as const) {
      page.send(part(call, of, 0, 500_000))
      expect(await page.next()).toMatchObject({
        id: 1,
        result: { error: { code: 'too-large', message: expect.stringContaining(call) } },
      })
      for (let from = 500_000; from < of; from += 500_000) {
        page.send(part(call, of, from, Math.min(500_000, of - from)))
      }
    }
    page.send({ id: 2, call: 'listBuilds', args: [] })
    expect(await page.next()).toMatchObject({ id: 2, result: { ok: true } })
    expect(asked).toStrictEqual([['listBuilds']])
  })

  it('closes with 4400 on parts that do not make a request', async () => {
    const { port, token, asked } = await start()
    const bytes = new Uint8Array(10)
    const first = { id: 1, call: 'unpackSession', of: 1000, from: 0, bytes }
    const other = encodeMessage({ id: 9, call: 'listBuilds', args: [] })
    for (const parts of [
      [{ ...first, from: 10 }],
      [first, { ...first, from: 20 }],
      [first, { ...first, id: 2, from: 10 }],
      [first, { ...first, from: 10, bytes: new Uint8Array(0) }],
      [{ ...first, of: 5 }],
      [{ ...first, of: 10 }],
      [{ ...first, of: other.length, bytes: other }],
    ]) {
      const page = await welcomed(port, token)
      for (const part of parts) page.send({ part })
      expect(await page.closed).toBe(4400)
    }
    expect(asked).toStrictEqual([])
  })

  it('takes no part from a stranger', async () => {
    const { port, asked } = await start()
    const page = await connect(port)
    const bytes = new Uint8Array(10)
    page.send({ part: { id: 1, call: 'unpackSession', of: 10, from: 0, bytes } })
    expect(await page.closed).toBe(4401)
    expect(asked).toStrictEqual([])
  })

  it('refuses more than 64 calls at once by an answer, and answers again after them', async () => {
    let finish = (): void => undefined
    const gate = new Promise<void>((resolve) => (finish = resolve))
    const { calls } = fakeCalls(async () => {
      await gate
      return success(null)
    })
    const { port, token } = await startHost(() => ({ calls, close: () => undefined }))
    const page = await welcomed(port, token)
    for (let id = 0; id < 65; id++) page.send({ id, call: 'listBuilds', args: [] })
    expect(await page.next()).toMatchObject({ id: 64, result: { ok: false } })
    finish()
    for (let id = 0; id < 64; id++) expect(await page.next()).toMatchObject({ id })
    page.send({ id: 65, call: 'listBuilds', args: [] })
    expect(await page.next()).toMatchObject({ id: 65, result: { ok: true } })
  })

  it('answers internal instead of nothing when an answer cannot be sent', async () => {
    const { port, token } = await start(() => success(() => 0))
    const page = await welcomed(port, token)
    page.send({ id: 1, call: 'listBuilds', args: [] })
    expect(await page.next()).toMatchObject({ id: 1, result: { error: { code: 'internal' } } })
  })

  it('tells news to the pages that were welcomed alone', async () => {
    const { port, token, tell } = await start()
    const stranger = await connect(port)
    const page = await welcomed(port, token)
    tell('onDidLoseEngine', { reason: 'gone' })
    expect(await page.next()).toStrictEqual({ news: 'onDidLoseEngine', value: { reason: 'gone' } })
    stranger.send({ hello: token })
    expect(await stranger.next()).toStrictEqual({ welcome: true })
  })

  it('drops the runs of a page that went away', async () => {
    const { port, token, asked } = await start((call) =>
      success(call === 'run' ? summaryOf(3) : null),
    )
    const page = await welcomed(port, token)
    page.send({ id: 1, call: 'run', args: [RECIPE, 't'] })
    await page.next()
    page.socket.close()
    await expect.poll(() => asked.at(-1)).toStrictEqual(['drop', 3])
  })
})

describe('the browser host with an engine process', () => {
  it('tells when it dies, answers the open call, and goes on with a new one', async () => {
    const { port, token } = await startHost(launchEngine(() => forkEngine(FAKE_ENGINE)))
    const page = await welcomed(port, token)
    page.send({ id: 1, call: 'drop', args: [13] })
    expect(await page.next()).toMatchObject({ news: 'onDidLoseEngine' })
    expect(await page.next()).toMatchObject({
      id: 1,
      result: {
        error: { code: 'engine-lost', message: expect.stringContaining('ended with code 7') },
      },
    })
    page.send({ id: 2, call: 'listBuilds', args: [] })
    expect(await page.next()).toMatchObject({ id: 2, result: { ok: true } })
  })

  it('leaves no engine behind when it closes', async () => {
    const { host, port, token } = await startHost(launchEngine(() => forkEngine(FAKE_ENGINE)))
    const page = await welcomed(port, token)
    page.send({ id: 1, call: 'page', args: [1, 1, null] })
    const { result } = (await page.next()) as { result: { value: { pfn: number } } }
    const pid = result.value.pfn
    expect(() => process.kill(pid, 0)).not.toThrow()
    await host.close()
    await expect.poll(() => isAlive(pid)).toBe(false)
  })
})

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

describe('startBrowserHost', () => {
  const launch: LaunchEngine = () => {
    throw new Error('no engine may start')
  }

  it('says that a port is taken, and the way out, before it starts an engine', async () => {
    const other = createServer()
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    const { port } = other.address() as AddressInfo
    const started = await startBrowserHost({ port, rendererDir, launchEngine: launch })
    other.close()
    expect(started).toMatchObject({
      ok: false,
      error: {
        code: 'bad-input',
        message: `port ${port} on 127.0.0.1 is taken; choose another with --port, or any free one with --port 0`,
      },
    })
  })

  it('refuses a port that is none', async () => {
    const started = await startBrowserHost({ port: 65_536, rendererDir, launchEngine: launch })
    expect(started).toMatchObject({ error: { message: 'port 65536: 0 to 65535 is allowed' } })
  })

  it('says how to build the page when there is none', async () => {
    const started = await startBrowserHost({
      port: 0,
      rendererDir: join(rendererDir, 'none'),
      launchEngine: launch,
    })
    expect(started).toMatchObject({
      error: { code: 'not-found', message: expect.stringContaining('npm run build') },
    })
  })

  it('closes its engine with it', async () => {
    const { host, isClosed } = await start()
    await host.close()
    expect(isClosed()).toBe(true)
    hosts.splice(0)
  })
})
