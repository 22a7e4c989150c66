/** The block for a mail: plain ASCII, at most 72 columns, with a figure and the command to repeat it. */
import { PAGE_CLASSES, type PlacedMap } from '../shared/page-map'
import type { ReportData, ReportSide } from '../shared/export'
import { countText, pfnText } from '../shared/text'
import {
  CLAIM,
  counterRows,
  eventText,
  outcomeRows,
  reproductionOf,
  sideText,
  type TableRow,
} from './report'

export const COLUMNS = 72

/** Printable ASCII; anything else becomes a question mark, so that no mailer has to encode it. */
function ascii(text: string): string {
  return text.replaceAll(/[‘’]/g, "'").replaceAll(/[^\x20-\x7e]/g, '?')
}

/** Words in lines of at most `COLUMNS`; a word that is longer is cut. */
export function wrapped(text: string, indent = '', hanging = indent): string[] {
  const lines: string[] = []
  let line = indent
  let isEmpty = true
  for (const whole of ascii(text).split(/\s+/)) {
    for (const word of pieces(whole, COLUMNS - hanging.length)) {
      if (!isEmpty && line.length + 1 + word.length > COLUMNS) {
        lines.push(line)
        line = hanging
        isEmpty = true
      }
      line += isEmpty ? word : ` ${word}`
      isEmpty = false
    }
  }
  return [...lines, line]
}

function pieces(word: string, most: number): string[] {
  const out: string[] = []
  for (let at = 0; at < word.length; at += most) out.push(word.slice(at, at + most))
  return out
}

function table(what: string, rows: readonly TableRow[]): string[] {
  if (rows.length === 0) return []
  const cell = (text: string): string => ascii(text).slice(0, 18).padStart(19)
  return [
    `${what.padEnd(34)}${cell('A')}${cell('B')}`,
    ...rows.map(({ name, a, b }) => `${ascii(name).slice(0, 33).padEnd(34)}${cell(a)}${cell(b)}`),
  ]
}

/** What a run of frames is shown as: the strongest of what is in it. */
const SIGNS = [
  ['P', ['pinned-long']],
  ['p', ['pinned-short']],
  ['B', ['cma-buffer']],
  ['#', ['kernel', 'page-table', 'reserved']],
  ['m', ['anon', 'file', 'pcp']],
] as const

const LEGEND = [
  'P long pin  p short pin  B buffer  # kernel  m movable  . free;',
  'of what is in a character the first of these is shown',
]
const ROW = 64

/** The first CMA area, a character for so many frames. */
function areaFigure({ a, b }: ReportData): string[] {
  const [area] = a.map.cmaAreas
  if (area === undefined) return []
  const frames = Math.max(1, 2 ** Math.ceil(Math.log2(area.pages / (4 * ROW))))
  const range = `${pfnText(area.startPfn)}-${pfnText(area.startPfn + area.pages)}`
  const head = `CMA area ${area.name}, ${range}, ${countText(frames)} frames a character`
  return [
    ...wrapped(head),
    ...LEGEND,
    ...[a, b].flatMap((side, i) => stripLines('AB'.charAt(i), side, area, frames)),
  ]
}

function stripLines(
  letter: string,
  { map }: ReportSide,
  area: PlacedMap['cmaAreas'][number],
  frames: number,
): string[] {
  const when = map.at === null ? 'at the end' : 'when the last position failed'
  let strip = ''
  for (let pfn = area.startPfn; pfn < area.startPfn + area.pages; pfn += frames) {
    strip += signOf(map, pfn, pfn + frames)
  }
  return [
    `${letter}, ${when}:`,
    ...Array.from({ length: Math.ceil(strip.length / ROW) }, (_, i) => {
      return `  |${strip.slice(i * ROW, (i + 1) * ROW)}|`
    }),
  ]
}

function signOf(map: PlacedMap, from: number, to: number): string {
  const cells = map.cells.subarray(from - map.startPfn, to - map.startPfn)
  const present = new Set(Array.from(cells, (cell) => PAGE_CLASSES[cell]))
  const sign = SIGNS.find(([, classes]) => classes.some((name) => present.has(name)))
  return sign?.[0] ?? '.'
}

/** The command in lines that a shell takes as one. */
export function commandLines(words: readonly string[]): string[] {
  const lines: string[] = []
  let line = ' '
  for (const word of words) {
    if (line.trim() !== '' && line.length + 1 + word.length + 2 > COLUMNS) {
      lines.push(`${line} \\`)
      line = '   '
    }
    line += ` ${word}`
  }
  return [...lines, line]
}

export function linuxMmText(data: ReportData): string {
  const { info, a, b, divergence } = data
  const { commands, note } = reproductionOf(data)
  const changed = counterRows(data).filter((row) => row.differs)
  const blocks = [
    wrapped(`${info.title} (${info.id}, seed ${a.summary.recipe.seed})`),
    wrapped(info.question),
    info.counterfactualReason === null
      ? []
      : wrapped(`Counterfactual: ${info.counterfactualReason}`),
    [
      ...wrapped(`A  ${sideText(a.summary)}`, '', '   '),
      ...wrapped(`B  ${sideText(b.summary)}`, '', '   '),
    ],
    [
      ...wrapped(`A: ${a.summary.verdict}`, '', '   '),
      ...wrapped(`B: ${b.summary.verdict}`, '', '   '),
    ],
    table('outcome', outcomeRows(data).slice(0, 20)),
    table('counter', changed),
    areaFigure(data),
    divergence === null
      ? ['The two runs are the same, event for event.']
      : [
          'First divergence:',
          ...wrapped(`A ${eventText(divergence.a)}`, '  ', '    '),
          ...wrapped(`B ${eventText(divergence.b)}`, '  ', '    '),
        ],
    wrapped(CLAIM),
    ['Reproduce:', ...commands.flatMap(commandLines)],
    note === null ? [] : wrapped(note),
    ['digest A', `  ${a.summary.digest}`, 'digest B', `  ${b.summary.digest}`],
  ]
  return `${blocks
    .filter((block) => block.length > 0)
    .map((block) => block.map((line) => line.trimEnd()).join('\n'))
    .join('\n\n')}\n`
}
