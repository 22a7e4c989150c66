/** Exports of the window: one at a time, piece by piece from the engine into the file. */
import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'
import type { RunId } from '../../../shared/run'
import type { ExportInfo, ReportForm, RunExport } from '../../../shared/export'
import { failure, success, type Failure, type Result } from '../../../shared/result'
import { countText, many } from '../../../shared/text'
import { usePinscope } from '../wire/pinscope'
import { exportFiles, foreseen } from './export-files'
import { useSessionStore } from './session'

/** An export that goes on. */
export interface Exporting {
  readonly name: string
  readonly bytes: number
  /** 0..1 */
  readonly fraction: number
}

interface Job {
  readonly token: string
  cancelled: boolean
}

type Begin = (token: string) => Promise<Result<ExportInfo>>
type Take = (bytes: Uint8Array<ArrayBuffer>, fraction: number) => Promise<Result<null>>

export const useExportsStore = defineStore('exports', () => {
  const pinscope = usePinscope()
  const session = useSessionStore()
  const begin = exportFiles(window.pinscopeShell)

  const working = shallowRef<Exporting | null>(null)
  /** True while the user is asked where, too. */
  const busy = ref(false)
  let job: Job = { token: '', cancelled: false }
  let tokens = 0

  async function exportRun(run: RunId, wanted: RunExport, suggested: string): Promise<void> {
    await toFile(suggested, (own) => pinscope.exportRun(run, wanted, own))
  }

  async function exportReport(
    a: RunId,
    b: RunId,
    form: ReportForm,
    suggested: string,
  ): Promise<void> {
    await toFile(suggested, (own) => pinscope.exportReport(a, b, form, own))
  }

  /** The block for a mail, into the clipboard. */
  async function copyReport(a: RunId, b: RunId): Promise<void> {
    await alone(async () => {
      const decoder = new TextDecoder()
      let text = ''
      const made = await pump(
        'the block for linux-mm',
        (own) => pinscope.exportReport(a, b, 'linux-mm', own),
        (bytes) => {
          text += decoder.decode(bytes, { stream: true })
          return Promise.resolve(success(null))
        },
      )
      const copied = made.ok ? await toClipboard(text) : made
      if (!copied.ok) {
        refuse('Nothing was copied', copied.error)
        return
      }
      const lines = many(text.trimEnd().split('\n').length, 'line')
      say(
        `Copied for linux-mm: ${lines} of plain text, with the command that makes both runs again.`,
      )
    })
  }

  async function toFile(suggested: string, start: Begin): Promise<void> {
    await alone(async () => {
      const sink = await begin(suggested)
      if (!sink.ok) refuse(`${suggested} was not exported`, sink.error)
      if (!sink.ok || sink.value === null) return
      const { name, most, write, keep, abandon } = sink.value
      let size = 0
      const made = await pump(name, start, async (bytes, fraction) => {
        size += bytes.length
        const fits = foreseen(size, fraction, most)
        return fits.ok ? await write(bytes) : fits
      })
      const kept = made.ok ? await keep() : made
      if (kept.ok) {
        say(`Exported ${kept.value}: ${countText(size)} bytes.`)
        return
      }
      await abandon()
      if (kept.error.code === 'cancelled')
        say(`The export of ${name} was cancelled; no file was written.`)
      else refuse(`${name} was not exported`, kept.error)
    })
  }

  async function alone(work: () => Promise<void>): Promise<void> {
    if (busy.value) return
    busy.value = true
    try {
      await work()
    } finally {
      busy.value = false
      working.value = null
    }
  }

  /** Takes piece after piece; an engine that holds more is told when nobody wants it. */
  async function pump(name: string, start: Begin, take: Take): Promise<Result<null>> {
    const own: Job = { token: `export${++tokens}`, cancelled: false }
    job = own
    working.value = { name, bytes: 0, fraction: 0 }
    const begun = await start(own.token)
    if (!begun.ok) return begun
    const { id } = begun.value
    let bytes = 0
    for (;;) {
      if (own.cancelled) {
        void pinscope.closeExport(id)
        return failure('cancelled', 'the export was cancelled')
      }
      const piece = await pinscope.readExport(id)
      if (!piece.ok) return piece
      const { last, fraction } = piece.value
      const taken = await take(piece.value.bytes, fraction)
      if (!taken.ok) {
        if (!last) void pinscope.closeExport(id)
        return taken
      }
      bytes += piece.value.bytes.length
      working.value = { name, bytes, fraction }
      if (last) return success(null)
    }
  }

  function cancel(): void {
    job.cancelled = true
    void pinscope.cancel(job.token)
  }

  function say(text: string): void {
    session.notice = { good: true, text, lines: [] }
  }

  function refuse(what: string, { message }: Failure): void {
    session.notice = { good: false, text: `${what}: ${message}`, lines: [] }
  }

  return { working, busy, exportRun, exportReport, copyReport, cancel }
})

async function toClipboard(text: string): Promise<Result<null>> {
  try {
    await navigator.clipboard.writeText(text)
    return success(null)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return failure('bad-input', `the system did not take the text for the clipboard: ${why}`)
  }
}
