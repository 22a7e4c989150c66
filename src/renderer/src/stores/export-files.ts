/** Where exports go: a file that the user names in the application, a download in a browser. */
import { failure, success, type Result } from '../../../shared/result'
import type { DesktopShell } from '../../../shared/shell'
import { countText } from '../../../shared/text'
import { offerDownload } from './session-files'

/** A browser holds a download whole before it writes it. */
export const MAX_DOWNLOAD_BYTES = 512 * 1024 * 1024

export interface ExportSink {
  readonly name: string
  /** As many bytes as it takes; null: as many as there is room for. */
  readonly most: number | null
  readonly write: (bytes: Uint8Array<ArrayBuffer>) => Promise<Result<null>>
  /** The file is there then; its name. */
  readonly keep: () => Promise<Result<string>>
  readonly abandon: () => Promise<void>
}

/** Null when no place was chosen. */
export type BeginExport = (suggested: string) => Promise<Result<ExportSink | null>>

export function exportFiles(shell: DesktopShell | undefined): BeginExport {
  return shell === undefined
    ? (suggested) => Promise.resolve(success(download(suggested)))
    : (suggested) => fileOf(shell, suggested)
}

async function fileOf(shell: DesktopShell, suggested: string): Promise<Result<ExportSink | null>> {
  const target = await shell.beginExport(suggested)
  if (!target.ok) return target
  if (target.value === null) return success(null)
  const { id, path } = target.value
  return success({
    name: path.replace(/^.*[/\\]/, ''),
    most: null,
    write: (bytes) => shell.writeExport(id, bytes),
    keep: async () => {
      const kept = await shell.endExport(id, true)
      return kept.ok ? success(kept.value?.path ?? path) : kept
    },
    abandon: async () => {
      await shell.endExport(id, false)
    },
  })
}

function download(name: string): ExportSink {
  // Each piece becomes the browser's at once: the page does not hold them all.
  let pieces: Blob[] = []
  let size = 0
  return {
    name,
    most: MAX_DOWNLOAD_BYTES,
    write: (bytes) => {
      size += bytes.length
      if (size > MAX_DOWNLOAD_BYTES) {
        pieces = []
        return Promise.resolve(tooLarge(size))
      }
      pieces.push(new Blob([bytes]))
      return Promise.resolve(success(null))
    },
    keep: () => {
      offerDownload(new Blob(pieces, { type: 'application/octet-stream' }), name)
      return Promise.resolve(success(name))
    },
    abandon: () => {
      pieces = []
      return Promise.resolve()
    },
  }
}

/** Told before all of it is there, as soon as it can be known. */
export function foreseen(bytes: number, fraction: number, most: number | null): Result<null> {
  const whole = fraction > 0 ? bytes / fraction : bytes
  return most !== null && whole > 1.2 * most ? tooLarge(Math.round(whole)) : success(null)
}

function tooLarge(bytes: number): Result<never> {
  const message = `it has about ${countText(bytes)} bytes, and a browser's download at most ${countText(MAX_DOWNLOAD_BYTES)}: use pinscope export, or the desktop application.`
  return failure('too-large', message)
}
