/** The tree of runs: the runs of both sides and what was forked from them. Pure; a change makes new nodes. */
import type { Recipe, RunId, RunSummary } from '../../../shared/run'
import { isSame } from './latest'

export interface RunNode {
  /** What other nodes and the sides know it by, in this window only; runs get other numbers when the engine was lost. */
  readonly id: number
  /** What it is called by: forks count from 1 in a session, and so do the runs of sides. */
  readonly number: number
  /** Null: a run of a side. */
  readonly parent: number | null
  /** Null: lost with the engine; its recipe makes it again. */
  readonly run: RunId | null
  /** As the run came out when it was made last. */
  readonly summary: RunSummary
  /** What it does otherwise than its parent; empty for a run of a side. */
  readonly text: string
  /** Events it has in common with its parent; null for a run of a side. */
  readonly at: number | null
  /** The user's own name for it; empty without one. */
  readonly note: string
}

export type RunTree = readonly RunNode[]

export interface TreeRow {
  readonly node: RunNode
  /** 1 for a run of a side. */
  readonly level: number
}

/** The kinds of nodes that are counted each for themselves. */
export type NodeKind = 'fork' | 'run'

export function kindOf({ parent }: Pick<RunNode, 'parent'>): NodeKind {
  return parent === null ? 'run' : 'fork'
}

/** The highest number of each kind; 0 without one. */
export function highest(tree: RunTree): Record<NodeKind, number> {
  const of = (kind: NodeKind): number =>
    Math.max(0, ...tree.filter((node) => kindOf(node) === kind).map(({ number }) => number))
  return { fork: of('fork'), run: of('run') }
}

/** Every node behind its parent, in the order of their numbers. */
export function treeRows(tree: RunTree): TreeRow[] {
  const below = (parent: number | null, level: number): TreeRow[] =>
    tree
      .filter((node) => node.parent === parent)
      .toSorted((x, y) => x.id - y.id)
      .flatMap((node) => [{ node, level }, ...below(node.id, level + 1)])
  return below(null, 1)
}

/** Runs of sides that nobody looks at any more, and nothing was forked from. */
export function idleRoots(tree: RunTree, needed: ReadonlySet<number>): RunNode[] {
  const parents = new Set(tree.map((node) => node.parent))
  return tree.filter((n) => n.parent === null && !needed.has(n.id) && !parents.has(n.id))
}

/** The tree without a node; what was forked from it hangs below its parent. */
export function without(tree: RunTree, id: number): RunTree {
  const gone = tree.find((node) => node.id === id)
  return tree
    .filter((node) => node.id !== id)
    .map((node) => (node.parent === id ? { ...node, parent: gone?.parent ?? null } : node))
}

/** The tree with parts of one node changed. */
export function withNode(tree: RunTree, id: number, part: Partial<RunNode>): RunTree {
  return tree.map((node) => (node.id === id ? { ...node, ...part } : node))
}

/** True for runs of one scenario with the same parameters and seed: only those can be compared. */
export function isComparable(x: Recipe, y: Recipe): boolean {
  return x.scenario === y.scenario && x.seed === y.seed && isSame(x.set, y.set)
}
