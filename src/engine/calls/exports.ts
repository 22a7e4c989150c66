/** The calls that write runs and comparisons out: begun, then read piece by piece by who wants them. */
import type { ExportCalls } from '../../shared/calls/exports'
import type { RunId } from '../../shared/run'
import type { ExportId, ExportInfo, ExportPiece } from '../../shared/export'
import { failure, success, type Result } from '../../shared/result'
import type { PlanSource } from '../engine'
import { reportContent, reportData, runContent, type Making } from '../export-content'
import type { Kept } from './kept'
import type { Work } from './work'

/** Exports that are begun and not read to their ends. */
const MAX_OPEN = 8
/** A piece is read when it has this many bytes, and may have a little more. */
const PIECE_BYTES = 512 * 1024

interface Open {
  readonly making: Making
  readonly pieces: Iterator<string | Uint8Array>
}

/** What is being written: nothing is made before it is asked for, and nothing is kept that was. */
export class Exports {
  readonly #open = new Map<ExportId, Open>()
  readonly #encoder = new TextEncoder()
  #next = 1

  begin(making: Making): Result<ExportInfo> {
    if (this.#open.size >= MAX_OPEN) {
      return failure('bad-input', `at most ${MAX_OPEN} exports at once; wait for one of them`)
    }
    const id = `export${this.#next++}`
    this.#open.set(id, { making, pieces: making.content[Symbol.iterator]() })
    return success({ id })
  }

  read(id: ExportId): Result<ExportPiece> {
    const open = this.#open.get(id)
    if (open === undefined) return failure('not-found', 'this export is over; begin it again')
    // What throws is over, too.
    this.#open.delete(id)
    const parts: Uint8Array[] = []
    let bytes = 0
    while (bytes < PIECE_BYTES) {
      const next = open.pieces.next()
      if (next.done === true)
        return success({ bytes: joined(parts, bytes), fraction: 1, last: true })
      const { value } = next
      const part = typeof value === 'string' ? this.#encoder.encode(value) : value
      parts.push(part)
      bytes += part.length
    }
    this.#open.set(id, open)
    return success({ bytes: joined(parts, bytes), fraction: open.making.fraction(), last: false })
  }

  close(id: ExportId): void {
    this.#open.delete(id)
  }
}

function joined(parts: readonly Uint8Array[], size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size)
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}

export function exportCalls(
  source: PlanSource,
  kept: Kept,
  work: Work,
  exports: Exports,
): ExportCalls {
  /** Begins what was prepared, unless nobody wants it any more. */
  async function begin(
    token: string,
    prepare: () => Promise<Result<Making>>,
  ): Promise<Result<ExportInfo>> {
    return await work.under(token, async (hooks) => {
      await hooks.breathe()
      const making = await prepare()
      if (hooks.isCancelled()) return failure('cancelled', 'the export was cancelled')
      return making.ok ? exports.begin(making.value) : making
    })
  }

  return {
    exportRun: (id, what, token) =>
      kept.with(id, (run) =>
        begin(token, () => run.inTurn(() => runContent(run.recording, what, source))),
      ),
    exportReport: (a: RunId, b: RunId, form, token) =>
      kept.withBoth(a, b, ({ recording: first }, { recording: second }) =>
        begin(token, async () => {
          const { scenario } = first.summary.recipe
          const info = source.list().find(({ id }) => id === scenario)
          if (info === undefined)
            return failure('not-found', `there is no scenario "${scenario}" any more`)
          const which = info.own === true ? `${scenario}.json` : scenario
          const data = await reportData(info, which, first, second)
          return data.ok ? success(reportContent(data.value, form, source)) : data
        }),
      ),
    readExport: (id) => Promise.resolve(exports.read(id)),
    closeExport: (id) => {
      exports.close(id)
      return Promise.resolve(success(null))
    },
  }
}
