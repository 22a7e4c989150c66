import type { Recovery } from './recovery'
import type { Result } from './result'

/** What the desktop shell does for its page besides the contract; a browser's page has none of it. */

/** Zoom of the page: larger, smaller, or as it is drawn. */
export type ZoomStep = 1 | -1 | 0

/** A session file that was read. */
export interface OpenedFile {
  readonly path: string
  /** The last part of the path. */
  readonly name: string
  readonly bytes: Uint8Array
}

export type OpenedText = Pick<OpenedFile, 'name' | 'bytes'>

export type SavedFile = Pick<OpenedFile, 'path' | 'name'>

/** A file that pieces are written to; it is there when all are. */
export interface ExportTarget {
  readonly id: number
  readonly path: string
}

/** How a file is, seen from when it was opened or saved last. */
export type DiskState = 'same' | 'changed' | 'gone'

/** A session file that was opened or saved before. */
export interface RecentFile {
  readonly path: string
  readonly name: string
  /** The folder it is in, short. */
  readonly folder: string
}

export interface DesktopShell {
  readonly zoom: (step: ZoomStep) => void
  readonly toggleFullScreen: () => Promise<void>
  /** Lets the user choose a session file and reads it; null when none was chosen. */
  readonly openSession: () => Promise<Result<OpenedFile | null>>
  /** Reads a file that was dropped on the window: a `File` of the page. */
  readonly openDropped: (file: object) => Promise<Result<OpenedFile>>
  /**
   * Writes a session to a file that the user opened or saved before; without one the user is asked where,
   * and null is the answer where none was chosen. What another program changed since is refused as
   * `changed-on-disk`, unless `over` says that it is to be written over.
   */
  readonly saveSession: (
    bytes: Uint8Array,
    path: string | null,
    suggested: string,
    over: boolean,
  ) => Promise<Result<SavedFile | null>>
  /** Lets the user say where an export goes; null when no place was chosen. Nothing is replaced yet. */
  readonly beginExport: (suggested: string) => Promise<Result<ExportTarget | null>>
  readonly writeExport: (id: number, bytes: Uint8Array) => Promise<Result<null>>
  /** Puts what was written in its place, or gives it up. */
  readonly endExport: (id: number, keep: boolean) => Promise<Result<SavedFile | null>>
  /** Lets the user choose texts to import, or a scenario file, and reads them; null when none was chosen. */
  readonly openTexts: (kind: 'texts' | 'scenario') => Promise<Result<readonly OpenedText[] | null>>
  /** Writes a scenario to a file that the user is asked for; its path, or null when none was chosen. */
  readonly saveScenario: (text: string, suggested: string) => Promise<Result<string | null>>
  /** Whether another program changed a file that was opened or saved. */
  readonly checkFile: (path: string) => Promise<Result<DiskState>>
  /** Says that what was read of a file last is what is open now: from then on others' changes count. */
  readonly tookSession: (path: string) => Promise<Result<null>>
  /** Reads a file again that was opened or saved before. */
  readonly reopenSession: (path: string) => Promise<Result<OpenedFile>>
  readonly recentFiles: () => Promise<Result<readonly RecentFile[]>>
  /** Reads a file of that list; one that is not there any more is taken off it. */
  readonly openRecent: (path: string) => Promise<Result<OpenedFile>>
  readonly clearRecent: () => Promise<Result<null>>
  /** Keeps work that is not saved. */
  readonly recovery: Recovery
  /** Says whether there is work that is not saved, and of which session: the window asks before it closes. */
  readonly tellChanged: (changed: boolean, name: string) => Promise<Result<null>>
  /** Tells when the user wants the work saved before the window closes; the answer is whether it is. */
  readonly listenSave: (save: () => Promise<boolean>) => () => void
  /** The file that the system asked the application to open; null when there is none. */
  readonly takeAsked: () => Promise<Result<OpenedFile | null>>
  /** Tells when the system asks for a file. */
  readonly listenAsked: (listener: () => void) => () => void
}

export const SHELL_CHANNELS = {
  toggleFullScreen: 'pinscope-shell:toggleFullScreen',
  openSession: 'pinscope-shell:openSession',
  openDropped: 'pinscope-shell:openDropped',
  saveSession: 'pinscope-shell:saveSession',
  beginExport: 'pinscope-shell:beginExport',
  writeExport: 'pinscope-shell:writeExport',
  endExport: 'pinscope-shell:endExport',
  openTexts: 'pinscope-shell:openTexts',
  saveScenario: 'pinscope-shell:saveScenario',
  checkFile: 'pinscope-shell:checkFile',
  tookSession: 'pinscope-shell:tookSession',
  reopenSession: 'pinscope-shell:reopenSession',
  recentFiles: 'pinscope-shell:recentFiles',
  openRecent: 'pinscope-shell:openRecent',
  clearRecent: 'pinscope-shell:clearRecent',
  keepWork: 'pinscope-shell:keepWork',
  clearWork: 'pinscope-shell:clearWork',
  leftWork: 'pinscope-shell:leftWork',
  readWork: 'pinscope-shell:readWork',
  discardWork: 'pinscope-shell:discardWork',
  tellChanged: 'pinscope-shell:tellChanged',
  saveAsked: 'pinscope-shell:saveAsked',
  saveAnswered: 'pinscope-shell:saveAnswered',
  takeAsked: 'pinscope-shell:takeAsked',
  asked: 'pinscope-shell:asked',
} as const
