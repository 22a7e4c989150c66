/** `pinscope why`: one request of a run, explained. */
import { troublesOf, why, type Recording, type Trouble } from '../engine'
import { failure, success, type Result } from '../shared/result'
import { didYouMean, nearest } from '../shared/nearest'
import { countText, pagesText, pfnText, retText, timeText } from '../shared/text'
import type { BlockingFrame, WalkedPosition, WhyReport } from '../shared/why'
import { refuse, runOne, type CommonOptions, type Streams } from './commands'
import { parseKernel, type KernelOptions } from './kernel-options'

export type WhyOptions = CommonOptions &
  KernelOptions & {
    readonly request?: string
    readonly remedies: boolean
  }

/** Positions and frames the text names one by one; --json has all. */
const MOST_POSITIONS = 8
const MOST_FRAMES = 4

/** 0 when a request was explained or none met trouble, 2 for bad input. */
export async function whyCommand(io: Streams, which: string, options: WhyOptions): Promise<number> {
  const recording = await runOne(io, which, parseKernel(options), options)
  if (!recording.ok) return refuse(io, recording.error)
  const troubles = troublesOf(recording.value)
  if (troubles.length === 0) {
    io.out(options.json === true ? '{ "report": null }\n' : noneText(recording.value))
    return 0
  }
  const n = chooseRequest(troubles, options.request)
  if (!n.ok) return refuse(io, n.error)
  const report = await why(recording.value, n.value, options.remedies, hooksOf(io))
  if (!report.ok) return refuse(io, report.error)
  const json = { requests: troubles.length, report: report.value }
  io.out(
    options.json === true
      ? `${JSON.stringify(json, null, 2)}\n`
      : whyText(report.value, troubles.length, options.remedies),
  )
  return 0
}

function hooksOf(io: Streams) {
  let runs = 0
  let last = 0
  return {
    breathe: () => Promise.resolve(),
    isCancelled: () => false,
    onProgress: (events: number) => {
      if (events < last) runs++
      last = events
      if (io.live) io.err(`\r\u001b[Ktrying: run ${runs + 1}, ${events} events`)
    },
  }
}

/** A number from 1, or an outcome's name; without either the last request that failed. */
function chooseRequest(troubles: readonly Trouble[], which: string | undefined): Result<number> {
  if (which === undefined) {
    const failed = troubles.findLastIndex((t) => t.ret < 0)
    return success((failed < 0 ? troubles.length - 1 : failed) + 1)
  }
  const n = /^\d+$/.test(which)
    ? Number(which)
    : troubles.findLastIndex((t) => t.outcome === which) + 1
  if (n >= 1 && n <= troubles.length) return success(n)
  const names = troubles.flatMap((t) => t.outcome ?? [])
  return failure(
    'bad-input',
    `--request ${which}: there are ${troubles.length} requests that met trouble${didYouMean(nearest(which, names))}`,
  )
}

function noneText({ summary }: Recording): string {
  return `No request of this run met trouble. ${summary.verdict}\n`
}

function whyText(report: WhyReport, requests: number, withRemedies: boolean): string {
  const lines = [
    `request ${report.n} of ${requests} that met trouble: ${report.actor}: ${report.call} = ${retText(report.ret, report.errno)}`,
    `events ${report.callEvent} to ${report.retEvent} · ${timeText(report.timeNs)}`,
    '',
    ...wrap(report.paragraph, 78),
    '',
    ...report.walk.slice(0, MOST_POSITIONS).flatMap(positionLines),
  ]
  const more = report.walk.length - MOST_POSITIONS
  if (more > 0) lines.push(`  ... and ${countText(more)} positions more`)
  if (withRemedies) lines.push('', ...remedyLines(report))
  return `${lines.join('\n')}\n`
}

function positionLines(p: WalkedPosition): string[] {
  const where = `[${pfnText(p.startPfn)}, ${pfnText(p.endPfn)})`
  const result = p.ret < 0 ? `errno ${-p.ret}` : 'taken'
  const head = `  ${where}  ${result}, ${countText(p.attempts)} attempts, event ${p.event}, ${pagesText(p.pinned)} pinned`
  const frames = p.blocking.slice(0, MOST_FRAMES).map((f) => `      ${frameText(f)}`)
  const more = p.blocking.length - MOST_FRAMES
  return [head, ...frames, ...(more > 0 ? [`      ... and ${countText(more)} frames more`] : [])]
}

function frameText(f: BlockingFrame): string {
  const who = [f.actor, f.label].filter((s) => s !== '').join(': ')
  const age = f.ageNs === null ? '' : `, for ${timeText(f.ageNs)}`
  const event = f.sinceEvent === null ? '' : `, since event ${f.sinceEvent}`
  return `${pfnText(f.pfn)}  ${f.cause}${who === '' ? '' : `  ${who}`}${age}${event}, count ${f.count}`
}

function remedyLines({ remedies, tried }: WhyReport): string[] {
  const width = Math.max(0, ...remedies.map((r) => r.kind.length))
  const lines = remedies.flatMap(({ kind, text, command, divergesAt }) => {
    const at = divergesAt === null ? '' : ` (differs from event ${divergesAt} on)`
    return [`  ${kind.padEnd(width)}  ${text}${at}`, `  ${' '.repeat(width)}  ${command}`]
  })
  const head =
    remedies.length === 0
      ? 'nothing that was tried would have helped'
      : 'would have helped, each tried by running again:'
  const vain = tried.length === 0 ? [] : [`  tried in vain: ${tried.join(', ')}`]
  return [head, ...lines, ...vain]
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return line === '' ? lines : [...lines, line]
}
