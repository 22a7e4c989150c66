/** The report of a comparison as one HTML file: charts inside, no script, nothing loaded from anywhere. */
import type { ReportData, ReportSide } from '../shared/export'
import { placedMapFigure } from './map-figure'
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
import { escapeXml, svgText } from './svg'
import { timelineFigure } from './timeline-figure'

const STYLE = `
body { margin: 24px auto; max-width: 1060px; padding: 0 16px; color: #17202a; background: #ffffff; font: 14px/1.5 system-ui, sans-serif }
h1 { font-size: 22px; margin: 0 0 4px } h2 { font-size: 15px; margin: 28px 0 8px; border-bottom: 1px solid #d9dee5 }
table { border-collapse: collapse; font: 12px/1.5 ui-monospace, monospace } th, td { padding: 2px 14px 2px 0; text-align: right }
th { color: #566373; font-weight: 600 } th:first-child, td:first-child { text-align: left }
tr.differs td { font-weight: 700 } tr.differs td:first-child::after { content: " \\2260" }
pre, code { font: 12px/1.5 ui-monospace, monospace; white-space: pre-wrap; overflow-wrap: anywhere }
pre { background: #f6f7f9; padding: 8px 12px } .good { color: #11784b } .bad { color: #c2311f } .muted { color: #566373 }
figure { margin: 8px 0 16px; overflow-x: auto } svg { max-width: 100%; height: auto }
`

const x = escapeXml

function table(what: string, rows: readonly TableRow[]): string {
  const body = rows.map(({ name, a, b, differs }) => {
    return `<tr${differs ? ' class="differs"' : ''}><td>${x(name)}</td><td>${x(a)}</td><td>${x(b)}</td></tr>`
  })
  const head = `<tr><th scope="col">${what}</th><th scope="col">A</th><th scope="col">B</th></tr>`
  return `<table><thead>${head}</thead><tbody>\n${body.join('\n')}\n</tbody></table>`
}

function side(letter: string, { summary }: ReportSide): string {
  const sign = summary.verdictGood ? '<span class="good">✓</span>' : '<span class="bad">✗</span>'
  const lines = requestLines(summary).slice(0, 20)
  const left = summary.requests.length - lines.length
  const items = [...lines, ...(left > 0 ? [`${left} more requests`] : []), expectationText(summary)]
  return [
    `<p><b>${letter}</b> ${x(sideText(summary))}: ${sign} ${x(summary.verdict)}</p>`,
    `<ul>${items.map((line) => `<li>${x(line)}</li>`).join('')}</ul>`,
    `<p class="muted">digest <code>${x(summary.digest)}</code></p>`,
  ].join('\n')
}

function figures(letter: string, { summary, series, map }: ReportSide): string {
  const title = `${letter}: ${sideText(summary)}`
  return [
    `<figure>${svgText(timelineFigure(series, title))}</figure>`,
    `<figure>${svgText(placedMapFigure(map, title))}</figure>`,
  ].join('\n')
}

export function reportHtml(data: ReportData): string {
  const { info, a, b, divergence } = data
  const { commands, note } = reproductionOf(data)
  const parted =
    divergence === null
      ? '<p>The two runs are the same, event for event.</p>'
      : `<pre>A ${x(eventText(divergence.a))}\nB ${x(eventText(divergence.b))}</pre>`
  const title = `${info.title} (${info.id})`
  const reason = info.counterfactualReason
  return [
    '<!doctype html>',
    '<html lang="en"><head><meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${x(title)}</title>`,
    `<style>${STYLE}</style></head><body>`,
    `<h1>${x(title)}</h1>`,
    `<p class="muted">${x(info.question)}</p>`,
    reason === null ? '' : `<p class="bad">Counterfactual: ${x(reason)}</p>`,
    '<h2>Verdicts</h2>',
    side('A', a),
    side('B', b),
    '<h2>Outcomes</h2>',
    table('outcome', outcomeRows(data)),
    '<h2>Counters</h2>',
    table('counter', counterRows(data)),
    '<h2>First divergence</h2>',
    parted,
    '<h2>Charts</h2>',
    figures('A', a),
    figures('B', b),
    '<h2>Reproduce</h2>',
    `<pre>${commands.map((words) => x(words.join(' '))).join('\n')}</pre>`,
    ...(note === null ? [] : [`<p>${x(note)}</p>`]),
    `<p class="muted">${x(CLAIM)}</p>`,
    '</body></html>',
    '',
  ].join('\n')
}
