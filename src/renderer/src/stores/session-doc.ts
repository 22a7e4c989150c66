/** What the window has as the document of a session, and whether it differs from the one that was saved. Pure. */
import type { Recipe, RunSummary } from '../../../shared/run'
import type {
  RunProof,
  SessionDebug,
  SessionDoc,
  SessionFork,
  SessionRun,
  SessionSide,
  SessionView,
} from '../../../shared/session'
import type { Bookmark } from './bookmarks'
import { linesOfStops } from './debug-carry'
import type { SideDebug } from './debug-side'
import { highest, kindOf, treeRows, type RunNode, type RunTree } from './fork-tree'
import { SIDES, type SideName, type SideState } from './side'

/** A fork's text in a file is not longer. */
const MOST_TEXT = 64

type BySide<T> = Readonly<Record<SideName, T>>

/** What a session is made of. */
export interface Work {
  readonly recipeOf: (kernel: Recipe['kernel']) => Recipe
  readonly sides: BySide<SideState>
  readonly tree: RunTree
  readonly homes: BySide<number | null>
  readonly bookmarks: readonly Bookmark[]
  readonly debug: BySide<SideDebug>
}

export type Proofs = ReadonlyMap<number, RunProof>

/** What is known of the runs without asking for more: enough to tell whether they come out the same again. */
export function ownProofs(tree: RunTree): Proofs {
  return new Map(
    tree.map(({ id, summary: { events, simTimeNs, digest } }) => [
      id,
      { events, simTimeNs, digest, keyframes: [] },
    ]),
  )
}

/** The run that a side has of its own; null where what is selected has not come to an end. */
export function ownNode({ sides, tree, homes }: Work, side: SideName): RunNode | null {
  if (sides[side].phase !== 'done') return null
  const shown = shownNode({ sides, tree }, side)
  if (shown?.parent === null) return shown
  return tree.find(({ id }) => id === homes[side]) ?? null
}

function shownNode({ sides, tree }: Pick<Work, 'sides' | 'tree'>, side: SideName): RunNode | null {
  const run = sides[side].shown?.summary.run
  return run === undefined ? null : (tree.find((node) => node.run === run) ?? null)
}

/** The document but for how it is looked at; two that are the same were nothing to be saved. */
type WorkDoc = Pick<SessionDoc, 'a' | 'b' | 'forks' | 'bookmarks' | 'debug'>

export function workDoc(work: Work, proofs: Proofs): WorkDoc {
  const own = { a: ownNode(work, 'a'), b: ownNode(work, 'b') }
  const runOf = (side: SideName): SessionDoc['a'] => {
    const node = own[side]
    const recipe = node?.summary.recipe ?? work.recipeOf(work.sides[side].kernel)
    return { recipe, proof: node === null ? null : (proofs.get(node.id) ?? null) }
  }
  return {
    a: runOf('a'),
    b: runOf('b'),
    forks: forksOf(work, own, proofs),
    bookmarks: work.bookmarks.map(({ side, event, timeNs, note }) => ({
      ...{ side, event, timeNs, note },
    })),
    debug: { a: debugOf(work.debug.a), b: debugOf(work.debug.b) },
  }
}

function forksOf(
  { tree, homes }: Work,
  own: BySide<RunNode | null>,
  proofs: Proofs,
): SessionFork[] {
  const parents = new Set(tree.map(({ parent }) => parent))
  // A run that is about to be replaced is no part of the session unless something hangs below it.
  const stale = Object.values(homes).filter((id) => !parents.has(id))
  const owned = new Set([...SIDES.map((side) => own[side]?.id), ...stale])
  const fileIds = fileIdsOf(tree)
  const parentOf = (id: number | null): SessionSide | number | null =>
    SIDES.find((side) => id !== null && own[side]?.id === id) ?? fileIds(id)
  return treeRows(tree)
    .filter(({ node }) => !owned.has(node.id))
    .map(({ node: { id, parent, at, text, note, summary } }) => ({
      ...{ id: fileIds(id) ?? id, at, note },
      parent: parentOf(parent),
      text: text.length <= MOST_TEXT ? text : `${text.slice(0, MOST_TEXT - 1)}…`,
      recipe: summary.recipe,
      proof: proofs.get(id) ?? null,
    }))
}

/** What nodes are known by in a file: forks by their numbers, earlier runs by numbers behind those. */
function fileIdsOf(tree: RunTree): (id: number | null) => number | null {
  const forks = highest(tree).fork
  const ids = new Map(
    tree.map((node) => [node.id, kindOf(node) === 'fork' ? node.number : forks + node.number]),
  )
  return (id) => (id === null ? null : (ids.get(id) ?? null))
}

function debugOf({ state, carried }: SideDebug): SessionDebug {
  const { stops, watches } = state ?? carried ?? { stops: [], watches: [] }
  return { lines: linesOfStops(stops), watches: watches.map(({ expression }) => expression) }
}

/** The scenarios of all runs, that of A first. */
export function scenariosOf({ a, b, forks }: Pick<SessionDoc, 'a' | 'b' | 'forks'>): string[] {
  return [...new Set([a, b, ...forks].map(({ recipe }) => recipe.scenario))]
}

/** The document with the ids that its own scenarios have here. */
export function withScenarioIds(doc: SessionDoc, ids: ReadonlyMap<string, string>): SessionDoc {
  const renamed = <T extends SessionRun>(run: T): T => {
    const scenario = ids.get(run.recipe.scenario)
    return scenario === undefined ? run : { ...run, recipe: { ...run.recipe, scenario } }
  }
  return { ...doc, a: renamed(doc.a), b: renamed(doc.b), forks: doc.forks.map(renamed) }
}

/** The fork that each side shows. */
export function shownForks(work: Work): SessionView['shown'] {
  const fileIds = fileIdsOf(work.tree)
  const forkOf = (side: SideName): number | null => {
    const shown = work.sides[side].phase === 'done' ? shownNode(work, side) : null
    return shown?.parent == null ? null : fileIds(shown.id)
  }
  return { a: forkOf('a'), b: forkOf('b') }
}

/** A text that is the same for the same work, whatever order the members of its recipes have. */
export function fingerprint(work: Work): string {
  return canonical(workDoc(work, new Map()))
}

/** JSON whose members are in one order. */
export function canonical(thing: unknown): string {
  return JSON.stringify(thing, (_key, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).toSorted(([x], [y]) => (x < y ? -1 : 1)))
      : value,
  )
}

/** Runs that were made again, as the tree of the window: ids are new ones behind `last`, forks keep their numbers. */
export function restoredTree(
  doc: SessionDoc,
  made: ReadonlyMap<SessionSide | number, RunSummary>,
  last: number,
): { readonly tree: RunTree; readonly homes: BySide<number | null> } {
  const numbers = new Map<SessionSide | number, number | null>()
  const tree: RunNode[] = []
  const add = (
    key: SessionSide | number,
    node: Pick<RunNode, 'parent' | 'at' | 'text' | 'note'>,
  ): number | null => {
    const summary = made.get(key)
    if (summary === undefined) return node.parent
    const id = last + tree.length + 1
    const isFork = kindOf(node) === 'fork'
    const number = isFork && typeof key === 'number' ? key : highest(tree)[kindOf(node)] + 1
    tree.push({ ...node, id, number, summary, run: summary.run })
    return id
  }
  for (const side of SIDES) {
    numbers.set(side, add(side, { parent: null, at: null, text: '', note: '' }))
  }
  for (const { id, parent, at, text, note } of doc.forks) {
    const above = parent === null ? null : (numbers.get(parent) ?? null)
    numbers.set(id, add(id, { parent: above, at, text, note }))
  }
  return { tree, homes: { a: numbers.get('a') ?? null, b: numbers.get('b') ?? null } }
}

/** `x.pinscope` without its ending; never longer than a file may have it. */
export function nameOfFile(file: string): string {
  return file.replace(/\.pinscope$/, '').slice(0, 200)
}
