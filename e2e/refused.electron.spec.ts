/**
 * What cannot be opened or saved, through the real window: it is said what, why and what to do now, and
 * the session that is open stays as it is, on screen and on the disk.
 */
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import AxeBuilder from '@axe-core/playwright'
import { expect, test, type Page } from '@playwright/test'
import { fileOf, namedParts } from '../src/formats/test/mutate'
import { MAX_SESSION_BYTES, SESSION_VERSION } from '../src/shared/session'
import { countText } from '../src/shared/text'
import { launchElectron, type ElectronSession } from './helpers/electron'
import { patchSwitch, run, waitForComparison } from './steps'

let folder = ''
let session: ElectronSession
let page: Page

test.beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pinscope-refused-'))
  session = await launchElectron()
  page = session.page
  await waitForComparison(page)
  await page.keyboard.press('Control+Home')
  await expect(run(page, 'a').locator('.told').first()).toContainText('event ')
  await page.keyboard.press('Control+B')
  await saveAs(join(folder, 'good.pinscope'))
  await expect(page.getByTestId('session')).toHaveText('good')
})
test.afterAll(async () => {
  await session.close()
  await rm(folder, { recursive: true, force: true })
})

const inFolder = (...names: string[]): string => join(folder, ...names)

/** Answers the dialogs in the user's place. */
async function answer(filePath: string): Promise<void> {
  await session.app.evaluate(({ dialog }, path) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath: path })
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [path] })
  }, filePath)
}

async function saveAs(path: string): Promise<void> {
  await answer(path)
  await page.keyboard.press('Control+Shift+S')
}

async function openFile(path: string): Promise<void> {
  await answer(path)
  await page.keyboard.press('Control+O')
}

/** All that must stay: the session's name and mark, both digests, bookmarks, and every file with its bytes. */
async function state(): Promise<unknown> {
  const shown = await page.evaluate(() => ({
    a: window.pinscopeVerdict?.a?.digest,
    b: window.pinscopeVerdict?.b?.digest,
    bookmarks: document.querySelector('[data-area="bookmarks"]')?.textContent,
  }))
  expect(shown.a).toMatch(/^[\da-f]{64}$/)
  expect(shown.bookmarks).toContain('remove')
  const files: Record<string, string> = {}
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const bytes = entry.isFile() ? await readFile(inFolder(entry.name)) : null
    files[entry.name] = bytes === null ? '' : createHash('sha256').update(bytes).digest('hex')
  }
  return { ...shown, files, session: await page.getByTestId('session').textContent() }
}

/** What a notice says, after something was tried that must change nothing. */
async function refusal(attempt: () => Promise<void>): Promise<string> {
  const before = await state()
  await attempt()
  const notice = page.getByTestId('session-notice')
  await expect(notice).toHaveRole('alert')
  const text = (await notice.innerText()).replaceAll(/\s+/g, ' ')
  expect(await state()).toEqual(before)
  await notice.getByRole('button', { name: 'Close' }).click()
  await expect(notice).toBeHidden()
  return text
}

/** A session whose part is another, under right checksums. */
async function withPart(name: string, change: (text: string) => string): Promise<Buffer> {
  const parts = namedParts(await readFile(inFolder('good.pinscope')))
  return fileOf(parts.map(([n, c]) => [n, n === name ? Buffer.from(change(c.toString())) : c]))
}

function ofLaterVersion(): Promise<Buffer> {
  return withPart('manifest', (text) =>
    text
      .replace(`"version":${SESSION_VERSION}`, '"version":7')
      .replace(/"writer":"[^"]*"/, '"writer":"3.1.4"'),
  )
}

const TO_OPEN: readonly {
  what: string
  make: (path: string) => Promise<void>
  says: readonly (string | RegExp)[]
}[] = [
  {
    what: 'a text that is no session',
    make: (path) => writeFile(path, 'Node 0, zone DMA 1 1 1'),
    says: ['was not opened: The file is no Pinscope session', 'Choose a .pinscope file'],
  },
  {
    what: 'an empty file',
    make: (path) => writeFile(path, ''),
    says: ['The file is empty.', 'Open the previous version beside it'],
  },
  {
    what: 'a session that was copied as text',
    make: async (path) => {
      const text = (await readFile(inFolder('good.pinscope'))).toString('latin1')
      await writeFile(path, Buffer.from(text.replaceAll('\r\n', '\n'), 'latin1'))
    },
    says: ['was changed on its way as if it were text', 'Copy it again, as binary'],
  },
  {
    what: 'a session whose recipe is damaged',
    make: async (path) => {
      const bytes = await readFile(inFolder('good.pinscope'))
      bytes[bytes.indexOf('PARTrecipe\0') + 40] = 0
      await writeFile(path, bytes)
    },
    says: [
      'its recipe is lost (its bytes were changed: the checksum is another)',
      'Open the previous version beside it',
    ],
  },
  {
    what: 'a session that is cut off in its recipe',
    make: async (path) => {
      const bytes = await readFile(inFolder('good.pinscope'))
      await writeFile(path, bytes.subarray(0, bytes.indexOf('PARTrecipe\0') + 60))
    },
    says: [/its recipe is lost \(cut off: 32 of its [\d,]+ bytes are there\)/],
  },
  {
    what: 'a session of a later version',
    make: async (path) => writeFile(path, await ofLaterVersion()),
    says: [
      `format 7, written by Pinscope 3.1.4; this Pinscope reads formats up to ${SESSION_VERSION}`,
      'Open it with Pinscope 3.1.4 or later',
      'Look at its recipe',
    ],
  },
  {
    what: 'a file that is too large',
    make: async (path) => {
      await writeFile(path, '')
      await truncate(path, MAX_SESSION_BYTES + 1)
    },
    says: [
      `${countText(MAX_SESSION_BYTES + 1)} bytes, at most ${countText(MAX_SESSION_BYTES)} are read`,
      'choose a session file',
    ],
  },
  {
    what: 'a folder',
    make: (path) => mkdir(path).then(() => undefined),
    says: ['cannot be read: it is no file; choose a file'],
  },
  {
    what: 'a file that is gone',
    make: () => Promise.resolve(),
    says: ['cannot be read: there is no such file or folder; choose another (ENOENT)'],
  },
]

for (const { what, make, says } of TO_OPEN) {
  test(`${what} is not opened`, async () => {
    const path = inFolder('bad.pinscope')
    await make(path)
    try {
      const text = await refusal(() => openFile(path))
      for (const part of says) expect(text).toMatch(typeof part === 'string' ? literal(part) : part)
    } finally {
      await rm(path, { recursive: true, force: true })
    }
  })
}

function literal(text: string): RegExp {
  return new RegExp(text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`))
}

/**
 * Lets the system refuse to open files of the folder for reading, or for writing, or with ENOSPC to write more
 * than half of what is to be written: the tests may run as root, whom no permission stops. Gives back the way
 * to undo it.
 */
async function refuseFiles(code: string, way: 'reading' | 'writing'): Promise<() => Promise<void>> {
  await session.app.evaluate(
    (_electron, { below, errno, writing }) => {
      const fs = process.getBuiltinModule('node:fs/promises')
      const { syncBuiltinESMExports } = process.getBuiltinModule('node:module')
      const { open } = fs
      const refused = (): Error =>
        Object.assign(new Error(`${errno}: refused by a test`), { code: errno })
      fs.open = async (path, ...more) => {
        const isAsked = String(path).startsWith(below) && (more[0] === 'wx') === writing
        if (!isAsked) return await open(path, ...more)
        if (errno !== 'ENOSPC') throw refused()
        const file = await open(path, ...more)
        const write = file.writeFile.bind(file)
        file.writeFile = async (data) => {
          if (data instanceof Uint8Array) await write(data.subarray(0, data.length / 2))
          throw refused()
        }
        return file
      }
      syncBuiltinESMExports()
      Object.assign(globalThis, {
        letFiles: () => {
          fs.open = open
          syncBuiltinESMExports()
        },
      })
    },
    { below: folder, errno: code, writing: way === 'writing' },
  )
  return () =>
    session.app.evaluate(() => {
      const { letFiles } = globalThis as { letFiles?: () => void }
      letFiles?.()
    })
}

test('of a session of a later version the recipe can be looked at, and nothing else happens', async () => {
  const path = inFolder('later.pinscope')
  await writeFile(path, await ofLaterVersion())
  const before = await state()
  await openFile(path)
  const notice = page.getByTestId('session-notice')
  await notice.getByRole('button', { name: 'Look at its recipe' }).click()
  const dialog = page.getByRole('dialog', { name: 'Recipe of later.pinscope' })
  await expect(dialog).toContainText('in format 7, written by Pinscope 3.1.4')
  await expect(dialog.getByRole('row', { name: /^scenario/ })).toHaveText(/"sc-01"\s*"sc-01"/)
  await expect(dialog.getByRole('row', { name: /^kernel.patches/ })).toContainText('[1,2,3,4,5]')
  const { violations } = await new AxeBuilder({ page })
    .setLegacyMode()
    .include('dialog[open]')
    .analyze()
  expect(violations.map(({ id }) => id)).toEqual([])
  await page.keyboard.press('Escape')
  await expect(dialog).toBeHidden()
  await notice.getByRole('button', { name: 'Close' }).click()
  expect(await state()).toEqual(before)
  await rm(path)
})

test('a file that may not be read is not opened', async () => {
  const allow = await refuseFiles('EACCES', 'reading')
  try {
    const text = await refusal(() => openFile(inFolder('good.pinscope')))
    expect(text).toContain(
      `${inFolder('good.pinscope')} cannot be read: you may not; choose another place, or change its permissions (EACCES).`,
    )
  } finally {
    await allow()
  }
})

test.describe('with changes', () => {
  test.beforeAll(async () => {
    await patchSwitch(page, 4).click()
    await expect(page.getByTestId('session')).toContainText('has changes')
    await waitForComparison(page)
  })

  for (const [code, says] of [
    ['EACCES', 'you may not; choose another place, or change its permissions (EACCES)'],
    ['EROFS', 'its file system is read-only; choose another place (EROFS)'],
    ['ENOSPC', 'the disk is full; make room, or choose another place (ENOSPC)'],
    ['EDQUOT', 'your share of the disk is used up'],
    ['EIO', 'the system refused it (EIO)'],
  ] as const) {
    test(`is not saved where the system says ${code}, and the file stays as it was`, async () => {
      const allow = await refuseFiles(code, 'writing')
      try {
        const text = await refusal(() => page.keyboard.press('Control+S'))
        expect(text).toContain(
          `The session was not saved: ${inFolder('good.pinscope')} cannot be saved: ${says}`,
        )
      } finally {
        await allow()
      }
    })
  }

  const PLACES: readonly (readonly [what: string, path: () => string, says: RegExp])[] = [
    ['in a folder that is gone', () => inFolder('no', 'x.pinscope'), /there is no such file or f/],
    ['over a folder', () => inFolder('taken.pinscope'), /it is a folder; choose a file/],
    ['below a file', () => inFolder('good.pinscope', 'x.pinscope'), /is no folder; choose another/],
    ['by a name that is too long', () => inFolder(`${'x'.repeat(300)}.pinscope`), /is too long/],
    // Where nobody may make files, not even root; in a container it is read-only.
    ...(process.platform === 'linux'
      ? [['in the kernel’s own tree', () => '/sys/x.pinscope', /you may not|read-only/] as const]
      : []),
  ]
  for (const [what, path, says] of PLACES) {
    test(`is not saved ${what}`, async () => {
      await mkdir(inFolder('taken.pinscope', 'inside'), { recursive: true })
      const text = await refusal(() => saveAs(path()))
      expect(text).toContain(`The session was not saved: ${path()} cannot be saved: `)
      expect(text).toMatch(says)
      await rm(inFolder('taken.pinscope'), { recursive: true })
    })
  }

  test('is saved by the next try that the system lets', async () => {
    await page.keyboard.press('Control+S')
    await expect(page.getByTestId('session')).toHaveText('good')
    expect((await readdir(folder)).toSorted()).toEqual(['good.pinscope', 'good.pinscope~'])
  })
})
