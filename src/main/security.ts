/** What pages of this app may not do, whatever they hold. */
import { app, session, type WebContents } from 'electron'

/** Writing text to the clipboard after a user's gesture; everything else is denied. */
const ALLOWED_PERMISSIONS: ReadonlySet<string> = new Set(['clipboard-sanitized-write'])

/** Whether an address belongs to the page's origin. */
export function isSameOrigin(url: string, origin: string): boolean {
  return url === origin || url.startsWith(`${origin}/`)
}

/** Denies for every page there will be; called once, when the app is ready. */
export function lockDown(origin: string): void {
  app.on('web-contents-created', (_event, contents) => {
    confine(contents, origin)
  })
  const { defaultSession } = session
  defaultSession.setPermissionRequestHandler((contents, permission, answer) => {
    answer(ALLOWED_PERMISSIONS.has(permission) && isSameOrigin(contents.getURL(), origin))
  })
  defaultSession.setPermissionCheckHandler((_contents, permission, requester) => {
    return ALLOWED_PERMISSIONS.has(permission) && isSameOrigin(requester.replace(/\/$/, ''), origin)
  })
  defaultSession.setDevicePermissionHandler(() => false)
}

function confine(contents: WebContents, origin: string): void {
  contents.setWindowOpenHandler(() => ({ action: 'deny' }))
  contents.on('will-attach-webview', (event) => {
    event.preventDefault()
  })
  contents.on('will-frame-navigate', (event) => {
    if (!isSameOrigin(event.url, origin)) event.preventDefault()
  })
  contents.on('will-redirect', (event) => {
    event.preventDefault()
  })
}
