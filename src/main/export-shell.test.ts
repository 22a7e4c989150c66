import { EventEmitter } from 'node:events'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { SHELL_CHANNELS } from '../shared/shell'

let folder = ''
let chosen = { canceled: false, filePath: '' }
vi.mock('electron', () => ({
  dialog: { showSaveDialog: () => Promise.resolve(chosen) },
  BrowserWindow: {},
  ipcMain: {},
}))
const { ExportShell } = await import('./export-shell')

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pinscope-export-'))
  chosen = { canceled: false, filePath: join(folder, 'x.trace') }
})
afterEach(() => rm(folder, { recursive: true }))

/** The shell as a page of a window has it. */
function open() {
  const answers = new Map<string, (window: never, ...args: readonly unknown[]) => unknown>()
  new ExportShell((channel, answer) => answers.set(channel, answer))
  const contents = new EventEmitter()
  const ask = async (channel: keyof typeof SHELL_CHANNELS, ...args: unknown[]): Promise<unknown> =>
    await answers.get(SHELL_CHANNELS[channel])?.({ webContents: contents } as never, ...args)
  return { contents, ask }
}

const PIECE = new TextEncoder().encode('one')

describe('an export of a page', () => {
  it('is written where the user says, when it is whole', async () => {
    const { ask } = open()
    expect(await ask('beginExport', 'sc-01.trace')).toMatchObject({
      value: { id: 1, path: chosen.filePath },
    })
    expect(await ask('writeExport', 1, PIECE)).toMatchObject({ ok: true })
    expect(await ask('endExport', 1, true)).toMatchObject({ value: { name: 'x.trace' } })
    expect(await readFile(chosen.filePath, 'utf8')).toBe('one')
    expect(await ask('writeExport', 1, PIECE)).toMatchObject({ error: { code: 'not-found' } })
  })

  it('is none where no place was chosen', async () => {
    chosen = { canceled: true, filePath: '' }
    expect(await open().ask('beginExport', 'x.svg')).toEqual({ ok: true, value: null })
  })

  it('goes with its page: a reload, a crash and a closed window leave nothing of it', async () => {
    await writeFile(chosen.filePath, 'before')
    for (const event of ['did-navigate', 'render-process-gone', 'destroyed']) {
      const { contents, ask } = open()
      await ask('beginExport', 'x.trace')
      await ask('writeExport', 1, PIECE)
      expect(await readdir(folder)).toHaveLength(2)
      contents.emit(event)
      await vi.waitFor(async () => expect(await readdir(folder)).toEqual(['x.trace']))
      expect(await ask('endExport', 1, true)).toMatchObject({ error: { code: 'not-found' } })
    }
    expect(await readFile(chosen.filePath, 'utf8')).toBe('before')
  })

  it('of one window is out of reach of another', async () => {
    const answers = new Map<string, (window: never, ...args: readonly unknown[]) => unknown>()
    new ExportShell((channel, answer) => answers.set(channel, answer))
    const ask = (window: object, channel: string, ...args: unknown[]): unknown =>
      answers.get(channel)?.(window as never, ...args)
    const [mine, other] = [{ webContents: new EventEmitter() }, { webContents: new EventEmitter() }]
    await ask(mine, SHELL_CHANNELS.beginExport, 'x.trace')
    expect(await ask(other, SHELL_CHANNELS.writeExport, 1, PIECE)).toMatchObject({ ok: false })
    expect(await ask(other, SHELL_CHANNELS.endExport, 1, false)).toMatchObject({ ok: true })
    expect(await ask(mine, SHELL_CHANNELS.endExport, 1, true)).toMatchObject({ ok: true })
  })

  it.each([
    ['beginExport', '../x'],
    ['beginExport', ''],
    ['writeExport', 1, 'text'],
    ['writeExport', 1, new Uint8Array(33 * 1024 * 1024)],
  ] as const)('refuses %s of what is none', async (channel, ...args) => {
    expect(await open().ask(channel, ...args)).toMatchObject({ error: { code: 'bad-input' } })
  })
})
