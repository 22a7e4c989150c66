import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'

const handlers = new Map<string, (request: Request) => Promise<Response>>()
vi.mock('electron', () => ({
  protocol: {
    handle: (scheme: string, handler: (request: Request) => Promise<Response>) =>
      handlers.set(scheme, handler),
  },
}))
const { serveAppProtocol } = await import('./protocol')

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pinscope-app-'))
  await writeFile(join(folder, 'index.html'), '<!doctype html>')
  serveAppProtocol(folder)
})
afterAll(() => rm(folder, { recursive: true }))

/** A request as Electron hands it over; a real Request would refuse or tidy some addresses. */
function ask(url: string, method = 'GET'): Promise<Response> {
  const handler = handlers.get('app')
  if (handler === undefined) throw new Error('app:// is not served')
  return handler({ url, method } as Request)
}

describe('app://', () => {
  it('serves the page with its headers, whatever the query', async () => {
    const response = await ask('app://pinscope/index.html?theme=light')
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(response.headers.get('cross-origin-embedder-policy')).toBe('require-corp')
    expect(await response.text()).toBe('<!doctype html>')
  })

  it.each([
    ['app://pinscope/%2e%2e%2foutside', 400],
    ['app://pinscope/..%5coutside', 400],
    ['app://pinscope/missing.js', 404],
    ['app://other/index.html', 404],
  ])('refuses %s', async (url, status) => {
    expect((await ask(url)).status).toBe(status)
  })

  it('answers GET alone', async () => {
    expect((await ask('app://pinscope/', 'POST')).status).toBe(405)
  })
})
