/** Where session files come from and go to: the system's dialogs in the application, a file field and downloads in a browser. */
import { failure, success, type Result } from '../../../shared/result'
import { MAX_SESSION_BYTES } from '../../../shared/session'
import type { DesktopShell, DiskState } from '../../../shared/shell'
import { countText } from '../../../shared/text'
import { chooseFiles } from './file-field'

export interface SessionFile {
  /** Null where the page cannot know it: saving is a download there. */
  readonly path: string | null
  readonly name: string
  readonly bytes: Uint8Array
  /** Of work that was never saved, and is found again: the path is that of the file it belongs to. */
  readonly work?: {
    /** Name of its session; empty without one. */
    readonly name: string
    /** It is open; whole, or without what could not be read. */
    readonly opened: (whole: boolean) => void
  }
}

export type SavedSession = Pick<SessionFile, 'path' | 'name'>

export interface SessionFiles {
  readonly open: () => Promise<Result<SessionFile | null>>
  readonly openDropped: (file: File) => Promise<Result<SessionFile>>
  readonly save: (
    bytes: Uint8Array<ArrayBuffer>,
    path: string | null,
    suggested: string,
    over: boolean,
  ) => Promise<Result<SavedSession | null>>
  /** What another program did to a file since it was opened or saved; a browser's page cannot know it. */
  readonly check: (path: string) => Promise<Result<DiskState>>
  /** What was read of a file last is what is open now. */
  readonly took: (path: string) => void
  readonly reopen: (path: string) => Promise<Result<SessionFile>>
}

export function sessionFiles(shell: DesktopShell | undefined): SessionFiles {
  if (shell === undefined) {
    return {
      ...{ open: pick, openDropped: read, save: download },
      check: () => Promise.resolve(success('same')),
      took: () => undefined,
      reopen: (path) => Promise.resolve(failure('not-found', `${path} is out of reach here.`)),
    }
  }
  return {
    open: () => shell.openSession(),
    openDropped: (file) => shell.openDropped(file),
    save: (bytes, path, suggested, over) => shell.saveSession(bytes, path, suggested, over),
    check: (path) => shell.checkFile(path),
    took: (path) => void shell.tookSession(path),
    reopen: (path) => shell.reopenSession(path),
  }
}

async function pick(): Promise<Result<SessionFile | null>> {
  const [file] = await chooseFiles({ accept: '.pinscope' })
  return file === undefined ? success(null) : await read(file)
}

async function read(file: File): Promise<Result<SessionFile>> {
  const { name, size } = file
  if (size > MAX_SESSION_BYTES) {
    const message = `${name} cannot be read: it has ${countText(size)} bytes, at most ${countText(MAX_SESSION_BYTES)} are read; choose a session file.`
    return failure('too-large', message)
  }
  try {
    return success({ path: null, name, bytes: new Uint8Array(await file.arrayBuffer()) })
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return failure(
      'bad-input',
      `${name} cannot be read: ${reason} Choose a file that you may read.`,
    )
  }
}

/** The browser asks where, or does not, as it is set up to. */
function download(
  bytes: Uint8Array<ArrayBuffer>,
  _path: string | null,
  suggested: string,
): Promise<Result<SavedSession>> {
  const name = suggested.endsWith('.pinscope') ? suggested : `${suggested}.pinscope`
  offerDownload(new Blob([bytes], { type: 'application/octet-stream' }), name)
  return Promise.resolve(success({ path: null, name }))
}

/** Hands a file to the browser. */
export function offerDownload(content: Blob, name: string): void {
  const link = document.createElement('a')
  const address = URL.createObjectURL(content)
  link.href = address
  link.download = name
  link.click()
  // Some browsers read it only after this turn.
  setTimeout(() => URL.revokeObjectURL(address), 10_000)
}
