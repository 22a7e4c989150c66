import { EventEmitter } from 'node:events'
import { mkdtemp, readdir, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { WebContents } from 'electron'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { decodeSession } from '../formats/session/decode'
import type { LeftFile, LeftWork } from '../shared/recovery'
import type { Result } from '../shared/result'
import { FIRST_VIEW, type SessionDoc } from '../shared/session'
import { SHELL_CHANNELS } from '../shared/shell'
import { RecoveryFolder } from './recovery-folder'
import { SessionDisk } from './session-disk'

vi.mock('electron', () => ({ ipcMain: {}, BrowserWindow: {}, app: {}, session: {} }))
const { RecoveryShell } = await import('./recovery-shell')

const RUN = {
  recipe: { scenario: 'sc-11', seed: 1, set: {}, kernel: { patches: [], mode: 'strict' as const } },
  proof: null,
}
const DOC: SessionDoc = {
  ...{ writer: '1', name: 'sc-11', note: '', scenarios: [], a: RUN, b: RUN, forks: [] },
  ...{ bookmarks: [{ side: 'a', event: 1, timeNs: 2, note: 'here' }], view: FIRST_VIEW },
  debug: { a: { lines: [], watches: [] }, b: { lines: [], watches: [] } },
}

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pinscope-recovery-'))
})
afterEach(async () => {
  await rm(folder, { recursive: true })
})

/** A run of the application with one window. */
function start() {
  const handlers = new Map<string, (window: never, ...args: readonly unknown[]) => unknown>()
  const disk = new SessionDisk({ used: () => undefined, missing: () => false })
  const kept = new RecoveryFolder(join(folder, 'r'), 0)
  const shell = new RecoveryShell((channel, answer) => handlers.set(channel, answer), kept, disk)
  const webContents = new EventEmitter()
  shell.admit(webContents as unknown as WebContents)
  const call = async <T>(name: keyof typeof SHELL_CHANNELS, ...args: unknown[]): Promise<T> =>
    (await handlers.get(SHELL_CHANNELS[name])?.({ webContents } as never, ...args)) as T
  const left = async (): Promise<readonly LeftWork[]> => {
    const answer = await call<Result<readonly LeftWork[]>>('leftWork')
    return answer.ok ? answer.value : []
  }
  return { shell, disk, webContents, call, left }
}

const files = (): Promise<string[]> => readdir(join(folder, 'r')).catch(() => [])

describe('the work of a window', () => {
  it('knows the file that a kill left while it was saved, written or not, for its own', async () => {
    const file = join(folder, 'x.pinscope')
    const first = start()
    await first.disk.save(file, Uint8Array.of(1), false)
    await first.call('keepWork', DOC, 'x', file)
    await first.shell.aboutToWrite(
      first.webContents as unknown as WebContents,
      file,
      Uint8Array.of(2),
    )
    // A change while it is saved does not forget it.
    await first.call('keepWork', DOC, 'x', file)

    for (const [bytes, disk] of [
      [1, 'same'],
      [2, 'same'],
      [3, 'changed'],
    ] as const) {
      await writeFile(file, Uint8Array.of(bytes))
      const next = start()
      const [work] = await next.left()
      expect(work?.disk).toBe(disk)
      await next.call('readWork', work?.id)
      expect(await next.disk.check(file)).toBe(disk)
      const saved = await next.disk.save(file, Uint8Array.of(bytes), false)
      expect(saved.ok).toBe(disk === 'same')
    }
  })

  it('is a session file that the next run of the application offers', async () => {
    const first = start()
    expect(await first.call('keepWork', DOC, '', null)).toMatchObject({ ok: true })
    expect(await first.left()).toEqual([])

    const next = start()
    const [work] = await next.left()
    expect(work).toMatchObject({ name: '', path: null, scenario: 'sc-11', bookmarks: 1 })
    const file = await next.call<Result<LeftFile>>('readWork', work?.id)
    const doc = file.ok ? decodeSession(file.value.bytes) : file
    expect(doc.ok && doc.value).toMatchObject({
      recovered: null,
      doc: { bookmarks: DOC.bookmarks },
    })
    await next.call('discardWork', work?.id)
    expect(await files()).toEqual([])
  })

  it('is discarded by the user also where it is too large to be read', async () => {
    const { call, left } = start()
    await call('keepWork', DOC, '', null)
    const next = start()
    const [work] = await next.left()
    const [name] = await files()
    await truncate(join(folder, 'r', name ?? ''), 200 * 2 ** 20)
    const [large] = await next.left()
    expect(large).toMatchObject({ opens: false, problem: expect.stringContaining('too large') })
    expect(await left()).toEqual([])
    expect(await next.call('discardWork', work?.id)).toMatchObject({ ok: true })
    expect(await files()).toEqual([])
  })

  it('is left for the page that comes after one that died or was loaded again', async () => {
    for (const gone of ['render-process-gone', 'did-navigate']) {
      const { webContents, call, left } = start()
      await call('keepWork', DOC, gone, null)
      webContents.emit(gone)
      expect((await left()).map(({ name }) => name)).toContain(gone)
      await call('keepWork', DOC, `after ${gone}`, null)
      expect((await left()).map(({ name }) => name)).not.toContain(`after ${gone}`)
    }
  })

  it('stays this page’s while it goes from place to place in itself, or may not leave', async () => {
    const { webContents, call, left } = start()
    await call('keepWork', DOC, '', null)
    webContents.emit('did-navigate-in-page')
    webContents.emit('did-start-navigation', { isMainFrame: true, isSameDocument: false })
    expect(await left()).toEqual([])
  })

  it('goes when it is saved', async () => {
    const { call } = start()
    await call('keepWork', DOC, '', null)
    await call('clearWork')
    expect(await files()).toEqual([])
  })

  it('goes when the file is written, unless more was kept while it was', async () => {
    const { shell, webContents, call } = start()
    const contents = webContents as unknown as WebContents
    await call('keepWork', DOC, '', null)
    const overtaken = shell.saving(contents)
    await call('keepWork', DOC, '', null)
    await overtaken()
    expect(await files()).toHaveLength(1)
    await shell.saving(contents)()
    expect(await files()).toEqual([])
  })

  it('tells what became of its file since', async () => {
    const file = join(folder, 'x.pinscope')
    const first = start()
    await first.disk.save(file, Uint8Array.of(1), false)
    await first.call('keepWork', DOC, 'x', file)
    const disk = async (): Promise<string | undefined> => (await start().left())[0]?.disk
    expect(await disk()).toBe('same')
    await writeFile(file, 'other')
    expect(await disk()).toBe('changed')
    await rm(file)
    expect(await disk()).toBe('gone')
  })

  it('keeps the file it belongs to, which may be written then; no other that the page names', async () => {
    const file = join(folder, 'x.pinscope')
    const first = start()
    await first.disk.save(file, Uint8Array.of(1), false)
    await first.call('keepWork', DOC, 'x', file)
    const next = start()
    await next.call('keepWork', DOC, 'x', '/etc/passwd')
    const [work] = await next.left()
    expect(work?.path).toBe(file)
    expect(next.disk.has(file)).toBe(false)
    await next.call('readWork', work?.id)
    expect(next.disk.has(file)).toBe(true)
    await writeFile(file, 'other')
    expect(await next.disk.check(file)).toBe('changed')
    const last = start()
    expect((await last.left()).map(({ path }) => path).toSorted()).toEqual([file, null])
  })

  it('is refused where it is no session, and the page may not discard its own by that way', async () => {
    const { call, left } = start()
    for (const bad of [null, {}, { ...DOC, a: null }, { ...DOC, forks: 'x' }]) {
      expect(await call('keepWork', bad, '', null)).toMatchObject({ ok: false })
    }
    expect(await call('keepWork', DOC, 5, null)).toMatchObject({ ok: false })
    expect(await call('keepWork', DOC, '', 5)).toMatchObject({ ok: false })
    expect(await files()).toEqual([])
    await call('keepWork', DOC, '', null)
    const [own] = await files()
    expect(await call('discardWork', own?.replace('.work', ''))).toMatchObject({ ok: false })
    expect(await call('discardWork', '../x')).toMatchObject({ ok: false })
    expect(await call('readWork', 5)).toMatchObject({ ok: false })
    expect(await files()).toEqual([own])
    expect(await left()).toEqual([])
  })
})
