/** Work that is not saved, kept beside the session files so that no crash loses it. */
import type { DiskState, OpenedFile } from './shell'
import type { Result } from './result'
import type { SessionDoc } from './session'
import { kernelLine } from './text'

/** What is told of work before it is read. */
export interface WorkInfo {
  /** Name of the session; empty where it was never in a file. */
  readonly name: string
  /** The file it belongs to, where there is one and it is known. */
  readonly path: string | null
  readonly scenario: string
  /** The kernels of both runs in words. */
  readonly kernels: string
  readonly forks: number
  readonly bookmarks: number
  /** Breakpoints and watches. */
  readonly stops: number
}

/** Work that a window left which ended without saving it. */
export interface LeftWork extends WorkInfo {
  readonly id: string
  /** Milliseconds of the system's clock: when it was kept last. */
  readonly atMs: number
  /** True where this application goes on and its window alone ended. */
  readonly ofThisRun: boolean
  /** What became of its file since. */
  readonly disk: DiskState
  /** Why nothing, or not all of it, can be told; null where it is whole. */
  readonly problem: string | null
  /** False where no session can be made of it: it can only be discarded. */
  readonly opens: boolean
}

export type LeftFile = Pick<OpenedFile, 'bytes'>

/** Keeps the work of one window, and hands over what other windows left. */
export interface Recovery {
  /** Takes the place of what was kept of this window before. */
  readonly keep: (doc: SessionDoc, of: Pick<WorkInfo, 'name' | 'path'>) => Promise<Result<null>>
  /** It is saved, or not wanted any more. */
  readonly clear: () => Promise<Result<null>>
  readonly left: () => Promise<Result<readonly LeftWork[]>>
  /** The bytes of a session file; it stays kept. */
  readonly read: (id: string) => Promise<Result<LeftFile>>
  readonly discard: (id: string) => Promise<Result<null>>
}

export function workInfo(doc: SessionDoc, of: Pick<WorkInfo, 'name' | 'path'>): WorkInfo {
  const { a, b, forks, bookmarks, debug } = doc
  const sides = [debug.a, debug.b]
  return {
    ...{ name: of.name, path: of.path },
    scenario: a.recipe.scenario,
    kernels: `A ${kernelLine(a.recipe.kernel)} · B ${kernelLine(b.recipe.kernel)}`,
    forks: forks.length,
    bookmarks: bookmarks.length,
    stops: sides.reduce((sum, { lines, watches }) => sum + lines.length + watches.length, 0),
  }
}
