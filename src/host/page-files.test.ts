import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { answerPage, pagePath, securityHeaders } from './page-files'

let top = ''
let folder = ''

beforeAll(async () => {
  top = await mkdtemp(join(tmpdir(), 'pinscope-page-'))
  folder = join(top, 'page')
  await mkdir(join(folder, 'assets'), { recursive: true })
  await writeFile(join(folder, 'index.html'), '<!doctype html>')
  await writeFile(join(folder, 'assets/index-Bx3_9aZq.js'), 'export {}')
  await writeFile(join(folder, 'plain.js'), 'export {}')
  await writeFile(join(folder, '.secret'), 'x')
  await writeFile(join(top, 'outside.txt'), 'x')
  await mkdir(join(top, 'page-too'))
  await writeFile(join(top, 'page-too/x.txt'), 'x')
  await symlink(join(top, 'outside.txt'), join(folder, 'link.txt'))
  await symlink(join(top, 'page-too'), join(folder, 'folder'))
})

afterAll(() => rm(top, { recursive: true }))

describe('pagePath', () => {
  it('means the page by /', () => {
    expect(pagePath('/')).toBe('index.html')
  })

  it('means a file below the folder by its path, escapes undone', () => {
    expect(pagePath('/assets/a%20b.js')).toBe('assets/a b.js')
  })

  it.each([
    '',
    'index.html',
    '/..',
    '/../outside.txt',
    '/a/../../outside.txt',
    '/%2e%2e/outside.txt',
    '/..%2foutside.txt',
    '/..\\outside.txt',
    '/%5c..%5coutside.txt',
    '//etc/passwd',
    '/%2fetc/passwd',
    '/C:/windows',
    '/a%00.js',
    '/.secret',
    '/assets/',
    '/%',
    '/%ff',
  ])('means nothing of ours by %j', (path) => {
    expect(pagePath(path)).toBeNull()
  })
})

describe('answerPage', () => {
  it('serves a file with its type and all security headers', async () => {
    const answer = await answerPage(folder, '/')
    expect(answer.status).toBe(200)
    expect(new TextDecoder().decode(answer.body)).toBe('<!doctype html>')
    expect(answer.headers).toMatchObject({
      ...securityHeaders(),
      'Content-Type': 'text/html; charset=utf-8',
      'Cache-Control': 'no-store',
    })
  })

  it('lets a browser keep what has a hash in its name, and nothing else', async () => {
    const hashed = await answerPage(folder, '/assets/index-Bx3_9aZq.js')
    const plain = await answerPage(folder, '/plain.js')
    expect(hashed.headers['Cache-Control']).toContain('immutable')
    expect(plain.headers['Cache-Control']).toBe('no-store')
    expect(plain.headers['Content-Type']).toBe('text/javascript; charset=utf-8')
  })

  it.each(['/missing.js', '/assets', '/link.txt', '/folder/x.txt'])(
    'finds nothing at %s: what is missing, a folder, or a link out of the page',
    async (path) => {
      const answer = await answerPage(folder, path)
      expect(answer.status).toBe(404)
      expect(answer.headers['X-Content-Type-Options']).toBe('nosniff')
    },
  )

  it('refuses a path that means none of its files', async () => {
    expect((await answerPage(folder, '/../outside.txt')).status).toBe(400)
  })
})

describe('securityHeaders', () => {
  it('allow the page its own scripts and styles, and none that are inline or evaluated', () => {
    const policy = securityHeaders()['Content-Security-Policy'] ?? ''
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("script-src 'self';")
    expect(policy).toMatch(/style-src 'self'(?: 'sha256-[\w+/=]{44}')+;/)
    expect(policy).not.toMatch(/unsafe/)
  })

  it('isolate the page from other origins', () => {
    expect(securityHeaders()).toMatchObject({
      'Cross-Origin-Opener-Policy': 'same-origin',
      'Cross-Origin-Embedder-Policy': 'require-corp',
    })
  })
})
