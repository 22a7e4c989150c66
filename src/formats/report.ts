/** What a report of a comparison says, for the writers in Markdown, HTML and plain text. */
import type { EventRow } from '../shared/events'
import type { ReportData, ReportSide } from '../shared/export'
import { forkText } from '../shared/fork-text'
import { countText, kernelLine, many, pagesText, pfnText, retText, timeText } from '../shared/text'
import { compareCommand, runCommand } from './command'

export type Summary = ReportSide['summary']

export interface TableRow {
  readonly name: string
  readonly a: string
  readonly b: string
  readonly differs: boolean
}

function tableRow(name: string, a: string, b: string): TableRow {
  return { name, a, b, differs: a !== b }
}

/** Outcomes of A and of B, those of B alone last. */
export function outcomeRows({ a, b }: ReportData): TableRow[] {
  const of = (s: Summary): Map<string, string> =>
    new Map(s.outcomes.map((o) => [o.id, retText(o.ret, o.errno)]))
  const [first, second] = [of(a.summary), of(b.summary)]
  const names = new Set([...first.keys(), ...second.keys()])
  return [...names].map((name) => tableRow(name, first.get(name) ?? '-', second.get(name) ?? '-'))
}

export function counterRows({ a, b }: ReportData): TableRow[] {
  const second = new Map(Object.entries<number>(b.summary.counters))
  return [
    ...Object.entries<number>(a.summary.counters).map(([name, n]) =>
      tableRow(name, countText(n), countText(second.get(name) ?? 0)),
    ),
    tableRow('events', countText(a.summary.events), countText(b.summary.events)),
    tableRow('virtual time', timeText(a.summary.simTimeNs), timeText(b.summary.simTimeNs)),
  ]
}

/** `patches all (FULL)`, of a fork with what it does otherwise. */
export function sideText({ recipe, build }: Summary): string {
  const fork = forkText(recipe)
  return `${kernelLine(recipe.kernel)} (${build.class})${fork === '' ? '' : `, ${fork}`}`
}

/** How both runs are made again. */
export interface Reproduction {
  /** Commands, as words. */
  readonly commands: readonly (readonly string[])[]
  /** What the commands leave out; null when they make exactly these runs. */
  readonly note: string | null
}

const OWN = 'The scenario is none that ships: its file has to be there, too.'
const CHANGED =
  'this makes the run without what was changed, with another digest. A session file holds the change: pinscope verify FILE makes it again.'

export function reproductionOf({ info, which, a, b }: ReportData): Reproduction {
  const [x, y] = [a.summary.recipe, b.summary.recipe]
  const isOne = x.seed === y.seed && JSON.stringify(x.set) === JSON.stringify(y.set)
  const forks = [x, y].flatMap((recipe, i) => (forkText(recipe) === '' ? [] : ['AB'.charAt(i)]))
  const notes = [
    ...(info.own === true ? [OWN] : []),
    ...(forks.length === 0 ? [] : [`Of ${forks.join(' and ')} ${CHANGED}`]),
  ]
  return {
    commands: isOne ? [compareCommand(which, x, y)] : [x, y].map((r) => runCommand(which, r)),
    note: notes.length === 0 ? null : notes.join(' '),
  }
}

/** `event 812, 12.4 us, camera, mm_page_alloc: ...` */
export function eventText({ event, timeNs, actor, name, text }: EventRow): string {
  return `event ${countText(event)}, ${timeText(timeNs)}, ${actor}, ${name}: ${text}`
}

/** One line for each request: what was asked, where it was tried, how it ended. */
export function requestLines({ requests }: Summary): string[] {
  return requests.map(({ actor, count, area, positions, ret }) => {
    const failed = positions.filter((p) => p.ret < 0).length
    const [first] = positions
    const where = first === undefined ? '' : ` from ${pfnText(first.startPfn)} on`
    const tried = `${many(positions.length, 'position')}${where}`
    const end = ret < 0 ? 'failed' : 'granted'
    return `${actor}: ${pagesText(count)} of area ${area}: ${tried}, ${countText(failed)} of them failed; ${end}`
  })
}

export function expectationText({ expectation }: Summary): string {
  if (expectation.met) return `expectations of class ${expectation.class} hold`
  return `expectations of class ${expectation.class} do not hold: ${expectation.failures.join('; ')}`
}

/** What the numbers may be used for. */
export const CLAIM =
  'Counts and orders of events are claims of the model of Linux v3.9; times are shapes.'
