/** The page's files as both hosts serve them: which file a path means, its type, its headers. */
import { createHash } from 'node:crypto'
import { readFile, realpath } from 'node:fs/promises'
import { extname, join, sep } from 'node:path'

/** What a host answers to a request for a page's file. */
export interface PageAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array<ArrayBuffer>
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.woff': 'font/woff',
  '.wasm': 'application/wasm',
}

/** Where the bundler puts what bears a hash of its content in its name. */
const HASHED = /^assets\/.*-[\w-]{8,}\.\w+$/

/** What the splitters put into a style sheet of their own while a border is dragged; it begins empty. */
const DRAG_CURSORS = [
  '',
  '*{cursor: move!important;}',
  ...['n', 'e', 's', 'w', 'ne', 'nw', 'se', 'sw', 'ew', 'ns'].map(
    (way) => `*{cursor: ${way}-resize!important;}`,
  ),
].map((text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`)

/** `connect` names what the page may talk to besides its own origin. */
export function securityHeaders(connect: readonly string[] = []): Record<string, string> {
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    `style-src ${["'self'", ...DRAG_CURSORS].join(' ')}`,
    "img-src 'self' data:",
    "font-src 'self'",
    `connect-src ${["'self'", ...connect].join(' ')}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ]
  return {
    'Content-Security-Policy': policy.join('; '),
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Embedder-Policy': 'require-corp',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Referrer-Policy': 'no-referrer',
    'X-Content-Type-Options': 'nosniff',
  }
}

/**
 * The path below the page's folder that a URL path means, or null where it means none of ours:
 * anything with a `..`, a backslash, a NUL, a drive, a dot file or a broken escape.
 */
export function pagePath(urlPath: string): string | null {
  let path: string
  try {
    path = decodeURIComponent(urlPath)
  } catch {
    return null
  }
  if (!path.startsWith('/') || /[\\:\0]/.test(path)) return null
  const names = path.slice(1).split('/')
  if (names.length === 1 && names[0] === '') return 'index.html'
  return names.some((name) => name === '' || name.startsWith('.')) ? null : names.join('/')
}

/** Answers a request for `urlPath` from the files below `folder`; links out of it lead nowhere. */
export async function answerPage(
  folder: string,
  urlPath: string,
  connect: readonly string[] = [],
): Promise<PageAnswer> {
  const headers = securityHeaders(connect)
  const path = pagePath(urlPath)
  if (path === null) return plainAnswer(400, 'no such address\n')
  try {
    const root = await realpath(folder)
    const file = await realpath(join(root, path))
    if (!file.startsWith(root + sep)) return plainAnswer(404, 'not found\n')
    const body = new Uint8Array(await readFile(file))
    const cache = HASHED.test(path) ? 'public, max-age=31536000, immutable' : 'no-store'
    const type = TYPES[extname(path)] ?? 'application/octet-stream'
    return {
      status: 200,
      headers: { ...headers, 'Content-Type': type, 'Cache-Control': cache },
      body,
    }
  } catch {
    return plainAnswer(404, 'not found\n')
  }
}

export function plainAnswer(status: number, text: string): PageAnswer {
  const headers = {
    ...securityHeaders(),
    'Content-Type': 'text/plain; charset=utf-8',
    'Cache-Control': 'no-store',
  }
  return { status, headers, body: new TextEncoder().encode(text) }
}
