/** An explanation for people, as the command line and the console print it. */
import { countText, pagesText, pfnText, retText, timeText } from './text'
import type { BlockingFrame, WalkedPosition, WhyReport } from './why'

/** Positions and frames the text names one by one; --json has all. */
const MOST_POSITIONS = 8
const MOST_FRAMES = 4

/** The report of one of `requests`; remedies only when they were looked for. */
export function whyText(report: WhyReport, requests: number, withRemedies: boolean): string {
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

/** The report with commands that name the scenario as the command line finds it: one that does not ship by its file. */
export function withScenarioNamed(report: WhyReport, id: string, which: string): WhyReport {
  if (which === id) return report
  const word = /^[\w@%+=:,./-]+$/.test(which)
    ? which
    : `'${which.replaceAll("'", String.raw`'\''`)}'`
  const remedies = report.remedies.map((remedy) => {
    const [, head = '', rest = ''] = /^(pinscope \w+ )(.*)$/.exec(remedy.command) ?? []
    return rest.startsWith(id)
      ? { ...remedy, command: head + word + rest.slice(id.length) }
      : remedy
  })
  return { ...report, remedies }
}

function positionLines(p: WalkedPosition): string[] {
  const where = `[${pfnText(p.startPfn)}, ${pfnText(p.endPfn)})`
  const result = p.ret < 0 ? retText(p.ret, p.errno) : 'taken'
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
