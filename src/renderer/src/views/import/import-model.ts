/** What the dialog says of an import. Pure. */
import type { RunSummary } from '../../../../shared/run'
import type { FileReport, ImportAnswer, ImportKind } from '../../../../shared/interchange'
import { cutTextOf } from '../../../../shared/foreign'
import { countText, many } from '../../../../shared/text'

const KINDS: Readonly<Record<ImportKind, string>> = {
  buddyinfo: '/proc/buddyinfo',
  pagetypeinfo: '/proc/pagetypeinfo',
  zoneinfo: '/proc/zoneinfo',
  dmesg: 'kernel log',
  ftrace: 'ftrace text',
}

export interface Part {
  readonly title: 'took' | 'guessed' | 'could not use'
  readonly sentences: readonly string[]
}

/** `/proc/zoneinfo · 149 lines`. */
export function headText({ kind, lines }: FileReport): string {
  return `${KINDS[kind]} · ${many(lines, 'line')}`
}

/** What is told of one file; parts that say nothing are left out. */
export function partsOf({ took, guessed, unused }: FileReport): Part[] {
  const left = unused.first.map(({ line, text, why }) => `line ${line}: ${why}: ${text}`)
  const more = unused.lines - left.length
  return parts(took, guessed, more > 0 ? [...left, many(more, 'more line')] : left)
}

/** The same of all files together. */
export function togetherOf({ took, guessed, unused }: ImportAnswer): Part[] {
  return parts(took, guessed, unused)
}

function parts(
  took: readonly string[],
  guessed: readonly string[],
  unused: readonly string[],
): Part[] {
  const all: readonly Part[] = [
    { title: 'took', sentences: took },
    { title: 'guessed', sentences: guessed },
    { title: 'could not use', sentences: unused },
  ]
  return all.filter(({ sentences }) => sentences.length > 0)
}

/** `pin.trace: 106 events, 1 gap`. */
export function recordingText({ events, foreign }: RunSummary): string {
  const cuts = foreign?.cuts.length ?? 0
  const gaps = cuts === 0 ? 'no gap' : many(cuts, 'gap')
  return `${many(events, 'event')}, ${gaps}`
}

/** Where events are missing, in sentences. */
export function gapsText({ foreign }: RunSummary): string {
  return (foreign?.cuts ?? []).map(cutTextOf).join('; ')
}

/** `3 files, 12,345 bytes`. */
export function filesText(files: readonly { readonly bytes: Uint8Array }[]): string {
  const bytes = files.reduce((sum, file) => sum + file.bytes.length, 0)
  return `${many(files.length, 'file')}, ${countText(bytes)} bytes`
}
