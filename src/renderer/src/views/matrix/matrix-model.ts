/** The 32 subsets of the series, read: which end alike, and what it takes to end otherwise. */
import { bisect } from '../../../../shared/bisect'
import type { MatrixCell } from '../../../../shared/compare'
import type { Recipe } from '../../../../shared/run'
import { countText, kernelLine, patchList, retText } from '../../../../shared/text'
import { missingText } from '../../stores/side'

type Cells = readonly MatrixCell[]

/** How a cell's outcome ended: `-ENOMEM`, `0`; null where it did not run or has no such outcome. */
export function endOf(cell: MatrixCell, outcome: string): string | null {
  const found = cell.result?.outcomes.find((o) => o.id === outcome)
  return found === undefined ? null : retText(found.ret, found.errno)
}

/** True when it ended well, false when not; null where there is no end. */
export function isGood(cell: MatrixCell, outcome: string): boolean | null {
  const found = cell.result?.outcomes.find((o) => o.id === outcome)
  return found === undefined ? null : found.ret >= 0
}

export interface OutcomeChoice {
  readonly id: string
  /** Not all subsets end alike. */
  readonly differs: boolean
}

/** The outcomes of all subsets, in the order of their first. */
export function outcomeChoices(cells: Cells): OutcomeChoice[] {
  const ran = cells.filter((c) => c.result !== null)
  const ids = new Set(ran.flatMap((c) => c.result?.outcomes.map((o) => o.id) ?? []))
  return [...ids].map((id) => ({ id, differs: new Set(ran.map((c) => endOf(c, id))).size > 1 }))
}

/** The outcome that tells most: the first that differs, else the first that fails, else the first. */
export function tellingOutcome(cells: Cells): string | null {
  const choices = outcomeChoices(cells)
  const failing = choices.find(({ id }) => cells.some((c) => isGood(c, id) === false))
  return (choices.find((c) => c.differs) ?? failing ?? choices[0])?.id ?? null
}

/** Subsets that end alike in all their outcomes. */
export interface OutcomeGroup {
  /** What tells the group from the others, `request -ENOMEM`; empty for those that did not run. */
  readonly ends: readonly string[]
  /** False for the subsets that did not run. */
  readonly ran: boolean
  readonly cells: Cells
}

/** The groups in the order of their first; what did not run is last. */
export function outcomeGroups(cells: Cells): OutcomeGroup[] {
  const groups = new Map<string | null, MatrixCell[]>()
  for (const cell of cells) {
    const ends = cell.result?.outcomes.map((o) => `${o.id} ${endOf(cell, o.id) ?? ''}`)
    const text = ends?.join('\n') ?? null
    groups.set(text, [...(groups.get(text) ?? []), cell])
  }
  const choices = outcomeChoices(cells)
  const told = choices.some((c) => c.differs) ? choices.filter((c) => c.differs) : []
  const all = [...groups].map(([text, members]) => ({
    ran: text !== null,
    cells: members,
    ends: text === null ? [] : endsTold(members[0], told, choices),
  }))
  return [...all.filter((g) => g.ran), ...all.filter((g) => !g.ran)]
}

/** What differs; where nothing does, what fails. */
function endsTold(
  cell: MatrixCell | undefined,
  differing: readonly OutcomeChoice[],
  all: readonly OutcomeChoice[],
): string[] {
  if (cell === undefined) return []
  const ids = differing.length > 0 ? differing : all.filter((c) => isGood(cell, c.id) === false)
  return ids.map(({ id }) => `${id} ${endOf(cell, id) ?? 'not reached'}`)
}

/** `codec.reqbufs -ENOMEM`, `every call succeeds`, `do not build`. */
export function groupText(group: OutcomeGroup): string {
  if (!group.ran) return 'do not build'
  return group.ends.length === 0 ? 'every call succeeds' : group.ends.join(', ')
}

/** Four rows of eight: patches 4 and 5 down, patches 1 to 3 across (n of gup-migration 6.6). */
export function gridRows(cells: Cells): Cells[] {
  return [0, 8, 16, 24].map((from) => cells.filter((c) => c.n >= from && c.n < from + 8))
}

/** Patches of a row or column of the grid: `none`, `1+3`. */
export function axisText(patches: readonly number[]): string {
  return patches.length === 0 ? 'none' : patches.join('+')
}

/** What is said of one subset: `patches 3,5 · FAULT · codec.reqbufs -ENOMEM`. */
export function cellText(cell: MatrixCell, outcome: string | null): string {
  const { build } = cell
  const name = `patches ${patchList(build.patches)}`
  const broken = build.builds ? [] : [`does not build: ${missingText(build)}`]
  const end = outcome === null ? null : endOf(cell, outcome)
  const ends = end === null ? [] : [`${outcome ?? ''} ${end}`]
  const missed = cell.result?.expectation.met === false ? ['expectation not met'] : []
  return [name, build.class, ...broken, ...ends, ...missed].join(' · ')
}

export interface Bisected {
  /** In one sentence. */
  readonly text: string
  /** Bad where the patches break what worked without them. */
  readonly sign: 'good' | 'bad' | 'warn'
  /** How that is known. */
  readonly proof: string
  /** The smallest subsets; none where no subset changes the outcome. */
  readonly subsets: Cells
}

/** The smallest subsets that change an outcome, and the runs that show it; null when it is not there. */
export function bisected(cells: Cells, outcome: string): Bisected | null {
  const found = bisect(cells, outcome)
  if (!found.ok) return null
  const { before, subsets } = found.value
  const end = retText(before.ret, before.errno)
  const runs = cells.filter((c) => c.result !== null && c.build.builds)
  const [first] = subsets
  if (first === undefined) {
    return {
      text: `No subset changes ${outcome}: it stays ${end}.`,
      sign: 'warn',
      proof: `${countText(runs.length)} subsets were run.`,
      subsets: [],
    }
  }
  const least = first.cell.build.patches.length
  const smaller = runs.filter((c) => c.build.patches.length < least).length
  const ends = new Set(subsets.map(({ after }) => retText(after.ret, after.errno)))
  return {
    text: `${outcome} is ${end} without a patch, and ${[...ends].join(' or ')} with ${least === 1 ? 'one' : `no fewer than ${least}`}:`,
    sign: before.ret >= 0 && subsets.every(({ after }) => after.ret < 0) ? 'bad' : 'good',
    proof: `Each was run; the ${countText(smaller)} smaller subsets that build were run too and end as without a patch.`,
    subsets: subsets.map(({ cell }) => cell),
  }
}

/** `SC-01, seed 1, buffers=2, fix 1`: what the matrix was made of. */
export function recipeText({ scenario, seed, set, kernel }: Recipe): string {
  const parameters = Object.entries(set).map(([name, value]) => `${name}=${value}`)
  const shared = kernelLine(kernel).split(' + ').slice(1)
  const mode = kernel.mode === 'lenient' ? ['lenient'] : []
  return [scenario.toUpperCase(), `seed ${seed}`, ...parameters, ...shared, ...mode].join(', ')
}
