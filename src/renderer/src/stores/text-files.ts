/** Texts and scenario files: chosen in the system's dialogs or a file field, dropped, and written. */
import {
  MAX_IMPORT_BYTES,
  MAX_IMPORT_FILES,
  MAX_SENT_IMPORT_BYTES,
  type ImportFile,
} from '../../../shared/interchange'
import { failure, success, type Result } from '../../../shared/result'
import type { DesktopShell } from '../../../shared/shell'
import { countText } from '../../../shared/text'
import { chooseFiles } from './file-field'

export type TextKind = 'texts' | 'scenario'

export interface TextFiles {
  /** Lets the user choose; null when nothing was chosen. */
  readonly open: (kind: TextKind) => Promise<Result<readonly ImportFile[] | null>>
  /** Where it was written; null when no place was chosen. */
  readonly saveScenario: (text: string, suggested: string) => Promise<Result<string | null>>
  /** Bytes of all files together that can be handed to the engine. */
  readonly most: number
}

export function textFiles(shell: DesktopShell | undefined): TextFiles {
  if (shell === undefined)
    return { open: pick, saveScenario: download, most: MAX_SENT_IMPORT_BYTES }
  return {
    open: (kind) => shell.openTexts(kind),
    saveScenario: (text, suggested) => shell.saveScenario(text, suggested),
    most: MAX_IMPORT_BYTES,
  }
}

async function pick(kind: TextKind): Promise<Result<readonly ImportFile[] | null>> {
  // Files of /proc and traces have no ending in common.
  const files = await chooseFiles(kind === 'scenario' ? { accept: '.json' } : { multiple: true })
  return files.length === 0 ? success(null) : await readFiles(files)
}

/** Looks at the sizes before anything is read. */
export async function readFiles(files: readonly File[]): Promise<Result<readonly ImportFile[]>> {
  const refused = tooMuch(files, MAX_IMPORT_BYTES)
  if (refused !== null) return refused
  const read: ImportFile[] = []
  for (const file of files) {
    try {
      read.push({ name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) })
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      return failure(
        'bad-input',
        `${file.name} cannot be read: ${why} Choose a file that you may read.`,
      )
    }
  }
  return success(read)
}

/** Why so many files, or so large ones, are not taken; null when they are. */
export function tooMuch(
  files: readonly ({ readonly size: number } | { readonly bytes: Uint8Array })[],
  most: number,
): Result<never> | null {
  if (files.length > MAX_IMPORT_FILES) {
    const count = `${countText(files.length)} files were chosen, at most ${MAX_IMPORT_FILES} are read together`
    return failure('too-large', `${count}: choose those of one machine.`)
  }
  const bytes = files.reduce((sum, f) => sum + ('size' in f ? f.size : f.bytes.length), 0)
  if (bytes <= most) return null
  const size = `The files have ${countText(bytes)} bytes, at most ${countText(most)} are read`
  const way =
    most < MAX_IMPORT_BYTES
      ? ' through a browser: cut them, or import them with the application or pinscope import.'
      : ': cut them, and import the part.'
  return failure('too-large', `${size}${way}`)
}

/** The browser asks where, or does not, as it is set up to. */
function download(text: string, suggested: string): Promise<Result<string>> {
  const link = document.createElement('a')
  const address = URL.createObjectURL(new Blob([text], { type: 'application/json' }))
  link.href = address
  link.download = `${suggested}.json`
  link.click()
  // Some browsers read it only after this turn.
  setTimeout(() => URL.revokeObjectURL(address), 10_000)
  return Promise.resolve(success(link.download))
}
