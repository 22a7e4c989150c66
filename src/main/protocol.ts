/** The page's own protocol: app://pinscope/..., served from its built files and nothing else. */
import { protocol } from 'electron'
import { answerPage, plainAnswer, type PageAnswer } from '../host/page-files'

const SCHEME = 'app'
const HOST = 'pinscope'

export const APP_ORIGIN = `${SCHEME}://${HOST}`

/** Must be called before the app is ready. */
export function registerAppScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ])
}

/** What the protocol answers to a request; `folder` holds the built page. */
export function answerAppRequest(folder: string, method: string, url: string): Promise<PageAnswer> {
  if (method !== 'GET') return Promise.resolve(plainAnswer(405, 'GET only\n'))
  const { host, pathname } = new URL(url)
  if (host !== HOST) return Promise.resolve(plainAnswer(404, 'not found\n'))
  return answerPage(folder, pathname)
}

export function serveAppProtocol(folder: string): void {
  protocol.handle(SCHEME, async (request) => {
    const { status, headers, body } = await answerAppRequest(folder, request.method, request.url)
    return new Response(body, { status, headers })
  })
}
