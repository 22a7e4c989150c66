/** The report of a comparison in Markdown. */
import {
  CLAIM,
  counterRows,
  eventText,
  expectationText,
  outcomeRows,
  reproductionOf,
  requestLines,
  sideText,
  type TableRow,
} from './report'
import type { ReportData, ReportSide } from '../shared/export'

/** Characters that Markdown would take for its own. */
function plain(text: string): string {
  return text.replaceAll(/[\\`*_[\]<>|#]/g, String.raw`\$&`).replaceAll(/\s*\n\s*/g, ' ')
}

function code(text: string): string {
  return `\`${text.replaceAll('`', "'")}\``
}

function table(what: string, rows: readonly TableRow[]): string {
  const lines = rows.map(
    ({ name, a, b, differs }) => `| ${code(name)} | ${a} | ${b} | ${differs ? 'differs' : ''} |`,
  )
  return [`| ${what} | A | B | |`, '| --- | ---: | ---: | --- |', ...lines].join('\n')
}

function sideLines(letter: string, { summary }: ReportSide): string {
  const lines = requestLines(summary).slice(0, 20)
  const left = summary.requests.length - lines.length
  return [
    `**${letter}** ${plain(sideText(summary))}: ${summary.verdictGood ? '✓' : '✗'} ${plain(summary.verdict)}`,
    '',
    ...lines.map((line) => `- ${plain(line)}`),
    ...(left > 0 ? [`- ${left} more requests`] : []),
    `- ${plain(expectationText(summary))}`,
    `- digest ${code(summary.digest)}`,
  ].join('\n')
}

export function reportMarkdown(data: ReportData): string {
  const { info, a, b, divergence } = data
  const { commands, note } = reproductionOf(data)
  const parts = [
    `# ${plain(info.title)} (${info.id})`,
    plain(info.question),
    ...(info.counterfactualReason === null
      ? []
      : [`Counterfactual: ${plain(info.counterfactualReason)}`]),
    '## Verdicts',
    sideLines('A', a),
    sideLines('B', b),
    '## Outcomes',
    table('outcome', outcomeRows(data)),
    '## Counters',
    table('counter', counterRows(data)),
    '## First divergence',
    divergence === null
      ? 'The two runs are the same, event for event.'
      : [`- A: ${code(eventText(divergence.a))}`, `- B: ${code(eventText(divergence.b))}`].join(
          '\n',
        ),
    '## Reproduce',
    ['```', ...commands.map((words) => words.join(' ')), '```'].join('\n'),
    ...(note === null ? [] : [plain(note)]),
    CLAIM,
  ]
  return `${parts.join('\n\n')}\n`
}
