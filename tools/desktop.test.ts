/** A desktop's own tools are asked what they make of the files that install-desktop writes. */
import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { execValue, stringValue } from '../scripts/lib/desktop-entry.mjs'
import { missingDesktopTools } from '../scripts/lib/desktop-tools.mjs'
import { installDesktop, isRead, uninstallDesktop } from '../scripts/lib/desktop-files.mjs'
import { root } from '../scripts/lib/paths.mjs'

/** Elsewhere than in CI the tools may be absent; the run then says so, and how to get them. */
const onDesktop = it.skipIf(process.env.CI !== 'true' && missingDesktopTools() !== null)

const SESSION = join(root, 'src/formats/test/sessions/v1.pinscope')
const ENTRY = 'applications/pinscope.desktop'

let folder = ''
let home = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'desktop-'))
  home = join(folder, 'share')
})
afterEach(() => {
  rmSync(folder, { recursive: true })
})

interface Told {
  readonly status: number | null
  readonly out: string
}

function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Told {
  const own = { ...process.env, HOME: folder, XDG_CONFIG_HOME: join(folder, 'config'), ...env }
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8', env: own })
  return { status, out: `${stdout}${stderr}`.trim() }
}

/** What a desktop answers; without a name the plain one of xdg-utils. */
function xdgMime(desktop: string, ...args: string[]): string {
  const env = { XDG_DATA_HOME: home, XDG_CURRENT_DESKTOP: desktop, DESKTOP_SESSION: '' }
  return run('xdg-mime', ['query', ...args], env).out
}

const START = [process.execPath, '/opt/pinscope/scripts/start.mjs']

/** All files below a folder, by their paths from it. */
function below(dir: string): string[] {
  if (!existsSync(dir)) return []
  return readdirSync(dir, { recursive: true, withFileTypes: true }).flatMap((entry) =>
    entry.isFile() ? [join(entry.parentPath, entry.name)] : [],
  )
}

describe('an installed desktop entry', () => {
  onDesktop.each(['', 'GNOME'])('makes the desktop "%s" open sessions with it', async (desktop) => {
    const named = join(folder, 'x.pinscope')
    const unnamed = join(folder, 'received')
    copyFileSync(SESSION, named)
    copyFileSync(SESSION, unnamed)
    expect((await installDesktop(home, START)).missing).toEqual([])
    expect(xdgMime(desktop, 'filetype', named)).toBe('application/x-pinscope')
    // By its signature alone.
    expect(xdgMime(desktop, 'filetype', unnamed)).toBe('application/x-pinscope')
    expect(xdgMime(desktop, 'default', 'application/x-pinscope')).toBe('pinscope.desktop')
  })

  onDesktop('is valid, also with a path that must be quoted', async () => {
    for (const dir of ['/opt/pinscope', '/home/me/100 % of "mm" & $HOME `x` \\y']) {
      const { files } = await installDesktop(home, ['/usr/bin/node', `${dir}/scripts/start.mjs`])
      const entry = files.find((file) => file.endsWith(ENTRY)) ?? ''
      expect(run('desktop-file-validate', ['--warn-kde', entry])).toEqual({ status: 0, out: '' })
    }
  })

  onDesktop(
    'starts that very program with the very file, whatever characters they have',
    async () => {
      const odd = join(folder, '100 %f of "mm" & $HOME `x` \\y; it\'s')
      mkdirSync(odd)
      const program = join(odd, 'start')
      writeFileSync(program, '#!/bin/sh\nprintf "%s\\n" "$@" >"$0.told"\n')
      chmodSync(program, 0o755)
      const session = join(odd, 'a %u b.pinscope')
      copyFileSync(SESSION, session)
      await installDesktop(home, [program, `${odd}/start.mjs`])
      expect(run('gio', ['launch', join(home, ENTRY), session])).toEqual({ status: 0, out: '' })
      await expect.poll(() => existsSync(`${program}.told`)).toBe(true)
      const told = (): string => readFileSync(`${program}.told`, 'utf8')
      await expect.poll(told).toBe(`${odd}/start.mjs\n${session}\n`)
    },
  )

  onDesktop('is gone after uninstalling, and with it all that was installed', async () => {
    mkdirSync(join(home, 'applications'), { recursive: true })
    const other = join(home, 'applications/other.desktop')
    writeFileSync(other, '[Desktop Entry]\nType=Application\nName=Other\nExec=true\n')
    const { files } = await installDesktop(home, START)
    expect(files.every((file) => existsSync(file))).toBe(true)
    const gone = await uninstallDesktop(home)
    expect(gone.files).toEqual(files)
    for (const file of below(home)) {
      expect(relative(home, file)).not.toContain('pinscope')
      expect(readFileSync(file, 'latin1'), file).not.toContain('pinscope')
    }
    expect(existsSync(other)).toBe(true)
    expect(existsSync(join(home, 'icons'))).toBe(false)
    expect(xdgMime('', 'default', 'application/x-pinscope')).toBe('')
    expect(await uninstallDesktop(home)).toEqual({ files: [], updated: [], missing: [] })
  })
})

describe('install-desktop', () => {
  const script = join(root, 'scripts/install-desktop.mjs')

  onDesktop('says what it wrote, and starts this checkout', () => {
    const { status, out } = run(process.execPath, [script], { XDG_DATA_HOME: home })
    expect(status).toBe(0)
    expect(out).toContain(`installed ${join(home, ENTRY)}`)
    expect(out).toContain('ran update-mime-database')
    const entry = readFileSync(join(home, ENTRY), 'utf8')
    const command = execValue([process.execPath, join(root, 'scripts/start.mjs')])
    expect(entry).toContain(`\nExec=${command} %f\n`)
  })

  it('says what is missing, and how to get it', () => {
    const { status, out } = run(process.execPath, [script, '--prefix', folder], { PATH: '/none' })
    expect(status).toBe(1)
    expect(existsSync(join(folder, 'share', ENTRY))).toBe(true)
    expect(out).toContain(
      'update-mime-database is not installed (on Debian: apt-get install shared-mime-info)',
    )
    expect(out).toContain(`desktops look into ${home} only when XDG_DATA_DIRS names it`)
  })

  it('refuses what it does not know, with what it does', () => {
    const { status, out } = run(process.execPath, [script, '--all'])
    expect(status).toBe(2)
    expect(out).toContain('npm run install-desktop [-- --prefix DIR] [--uninstall]')
  })

  it('takes a folder for read when the desktop is told of it, however it is spelled', () => {
    const read = { home: '/home/me/.local/share', dirs: '/usr/local/share/:/usr/share' }
    expect(isRead('/home/me/.local/share', read)).toBe(true)
    expect(isRead('/usr/local/share', read)).toBe(true)
    expect(isRead('/opt/share', read)).toBe(false)
  })
})

/** What a desktop makes of the value of `Exec`: escapes of the string first, then words, then field codes. */
function wordsOf(value: string): string[] {
  const line = value.replaceAll(/\\(.)/g, '$1')
  const words = line.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)
  return Array.from(words, ([, quoted, bare = '']) =>
    (quoted?.replaceAll(/\\(.)/g, '$1') ?? bare).replaceAll('%%', '%'),
  )
}

describe('execValue', () => {
  it('gives back every word it was given', () => {
    const word = fc.stringMatching(/^[ -~äλ]{1,12}$/)
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 4 }), (words) => {
        expect(wordsOf(execValue(words))).toEqual(words)
      }),
    )
  })

  it('leaves plain paths as they are', () => {
    const plain = '/usr/bin/node /opt/pinscope-1.0/scripts/start.mjs'
    expect(execValue(plain.split(' '))).toBe(plain)
  })

  it('refuses what no desktop entry can hold', () => {
    expect(() => execValue(['/opt/a\nb'])).toThrow('cannot hold "/opt/a\\nb"')
    expect(() => stringValue('/opt/a\u0007')).toThrow('move it to a plain path')
  })
})
