/** What can be exported of a run or of a comparison, as the dialog offers it. */
import type { RunSummary } from '../../../../shared/run'
import type { ReportForm, RunExport } from '../../../../shared/export'
import { forkText } from '../../../../shared/fork-text'
import { countText, kernelLine, timeText } from '../../../../shared/text'

interface Choice {
  readonly id: string
  readonly title: string
  /** What it is for, in few words. */
  readonly what: string
  /** What its file's name ends with. */
  readonly ending: string
}

export interface RunChoice extends Choice {
  readonly wanted: RunExport
}

export interface ReportChoice extends Choice {
  readonly form: Exclude<ReportForm, 'linux-mm'>
}

export const RUN_CHOICES: readonly RunChoice[] = [
  {
    id: 'ftrace',
    title: 'ftrace text',
    what: 'for KernelShark, trace-cmd and Perfetto; Import reads it back',
    ending: '.trace',
    wanted: { form: 'ftrace', part: null },
  },
  {
    id: 'chrome',
    title: 'Chrome trace JSON',
    what: 'for Perfetto: tracks, calls, flows from pins, counters',
    ending: '.json',
    wanted: { form: 'chrome', part: null },
  },
  {
    id: 'events',
    title: 'Events as CSV',
    what: 'one line an event, with its payload',
    ending: '-events.csv',
    wanted: { form: 'csv', part: 'events' },
  },
  {
    id: 'series',
    title: 'Series as CSV',
    what: 'least and greatest value of every track, in 1,000 columns',
    ending: '-series.csv',
    wanted: { form: 'csv', part: 'series' },
  },
  ...(['timeline', 'map'] as const).flatMap((part) =>
    (['svg', 'png'] as const).map((form) => ({
      id: `${part}-${form}`,
      title: `${part === 'map' ? 'Page map' : 'Timeline'} as ${form.toUpperCase()}`,
      what:
        part === 'map'
          ? 'where the last failed position was tried, else at the end'
          : 'the whole run',
      ending: `-${part}.${form}`,
      wanted: { form, part },
    })),
  ),
  {
    id: 'dmesg',
    title: 'Kernel log',
    what: 'as dmesg prints it',
    ending: '-dmesg.txt',
    wanted: { form: 'dmesg', part: null },
  },
]

export const REPORT_CHOICES: readonly ReportChoice[] = [
  {
    id: 'md',
    title: 'Markdown',
    what: 'verdicts, outcomes, counters, first divergence, the command',
    ending: '.md',
    form: 'md',
  },
  {
    id: 'html',
    title: 'HTML',
    what: 'the same with charts and maps, in one file without scripts',
    ending: '.html',
    form: 'html',
  },
]

/** Why a form cannot be had of a run; null when it can. */
export function refusalOf({ wanted }: RunChoice, { foreign }: RunSummary): string | null {
  if (foreign === undefined) return null
  if (wanted.form === 'ftrace') return 'a recording is ftrace text already'
  return wanted.form === 'dmesg' ? 'a recording has no kernel log of its own' : null
}

/** The run in one line. */
export function runLine({ recipe, events, simTimeNs, foreign }: RunSummary): string {
  const size = `${countText(events)} events, ${timeText(simTimeNs)}`
  if (foreign !== undefined) return `${foreign.name}: ${size}`
  const fork = forkText(recipe)
  return `${recipe.scenario}, ${kernelLine(recipe.kernel)}${fork === '' ? '' : `, ${fork}`}: ${size}`
}

/** What is offered as the name of the file; `middle` tells a run from the other. */
export function fileName(base: string, middle: string, { ending }: Choice): string {
  const safe = base.replaceAll(/[/\\:*?"<>|\p{Cc}]+/gu, '-').slice(0, 100)
  return `${safe === '' ? 'run' : safe}-${middle}${ending}`
}

/** Why two runs cannot be compared in a report; null when they can. */
export function reportRefusal(a: RunSummary | null, b: RunSummary | null): string | null {
  if (a === null || b === null) return 'A report needs both runs: run them first.'
  if (a.foreign !== undefined || b.foreign !== undefined) {
    return 'A recording cannot be compared in a report: show a run on both sides.'
  }
  return a.recipe.scenario === b.recipe.scenario
    ? null
    : 'The two runs are of different scenarios: show runs of one.'
}
