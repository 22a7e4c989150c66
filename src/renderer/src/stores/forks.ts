/**
 * What-if forks. The store keeps the tree of runs: it decides which of them the engine may forget. A
 * fork is shown as B beside its parent as A, with the cursor where the two part.
 */
import { defineStore } from 'pinia'
import { computed, shallowRef, watch } from 'vue'
import type { PlanChange, Recipe, RunId, RunSummary } from '../../../shared/run'
import type { ForkNode } from '../../../shared/debug'
import { failure as fail, success, type Failure, type Result } from '../../../shared/result'
import { usePinscope } from '../wire/pinscope'
import { useComparisonStore } from './comparison'
import { useCursorStore } from './cursor'
import { changesText, interventionsText, type Intervention } from '../../../shared/fork-text'
import { useForkWork } from './fork-work'
import {
  highest,
  idleRoots,
  isComparable,
  kindOf,
  treeRows,
  withNode,
  without,
  type NodeKind,
  type RunNode,
  type RunTree,
} from './fork-tree'
import { otherOf, SIDES, type SideName } from './side'

/** What a fork does otherwise: from some event on, from the start on, or with another kernel. */
export type Otherwise =
  | { readonly interventions: readonly Intervention[] }
  | { readonly changes: readonly PlanChange[] }
  | { readonly kernel: Recipe['kernel']; readonly text: string }

const NOT_SHOWN = 'The run cannot be shown'

export const useForksStore = defineStore('forks', () => {
  const pinscope = usePinscope()
  const comparison = useComparisonStore()
  const cursor = useCursorStore()

  const tree = shallowRef<RunTree>([])
  const { making, work, cancel } = useForkWork(pinscope)
  /** What could not be done last, and why. */
  const failure = shallowRef<(Failure & { readonly what: string }) | null>(null)
  /** The runs that each side has of its own recipe. */
  const homes = shallowRef<Readonly<Record<SideName, number | null>>>({ a: null, b: null })
  const rows = computed(() => treeRows(tree.value))
  const forks = computed(() => tree.value.filter((node) => node.parent !== null))
  let ids = 0
  /** Numbers given last; none is given twice in a session. */
  let numbers: Record<NodeKind, number> = { fork: 0, run: 0 }
  /** Forks of the console that the user dropped here; the console still names them. */
  const gone = new Set<RunId>()

  comparison.handOver(prune)
  for (const side of SIDES) {
    watch(
      () => comparison[side].shown?.summary ?? null,
      (summary) => {
        if (summary === null || summary.foreign !== undefined) return
        if (nodeOf(summary.run) !== undefined) return
        homes.value = { ...homes.value, [side]: add({ summary, parent: null, text: '', at: null }) }
      },
      { flush: 'sync', immediate: true },
    )
  }
  pinscope.listen('onDidLoseEngine', () => {
    tree.value = tree.value.map((node) => ({ ...node, run: null }))
    gone.clear()
  })

  function add(node: Pick<RunNode, 'summary' | 'parent' | 'text' | 'at'>): number {
    const id = ++ids
    const number = ++numbers[kindOf(node)]
    tree.value = [...tree.value, { ...node, id, number, run: node.summary.run, note: '' }]
    return id
  }

  function nodeOf(run: RunId): RunNode | undefined {
    return tree.value.find((node) => node.run === run)
  }

  function byId(id: number | null): RunNode | null {
    return tree.value.find((node) => node.id === id) ?? null
  }

  /** The side that shows a run; null when none does. */
  function sideOf(node: RunNode): SideName | null {
    return SIDES.find((side) => isShownAs(node, side)) ?? null
  }

  function isShownAs(node: RunNode, side: SideName): boolean {
    return node.run !== null && shownRun(side) === node.run
  }

  function shownRun(side: SideName): RunId | null {
    return comparison[side].shown?.summary.run ?? null
  }

  /** Forgets runs of sides that were replaced, unless something was forked from them. */
  function prune(): void {
    const shown = SIDES.map((side) => nodeOf(shownRun(side) ?? -1)?.id)
    const needed = new Set([...Object.values(homes.value), ...shown].filter((id) => id != null))
    for (const { id, run } of idleRoots(tree.value, needed)) {
      tree.value = without(tree.value, id)
      if (run !== null) void pinscope.drop(run)
    }
  }

  /** Makes a fork of a run that is kept, and shows both. The failure stays to be seen. */
  async function fork(run: RunId, otherwise: Otherwise): Promise<Result<RunNode>> {
    const parent = nodeOf(run)
    const made = parent === undefined ? goneRun(run) : await make(parent, otherwise)
    tell('No fork was made', made)
    return made
  }

  /** Keeps why something failed, to be seen; who cancelled it knows. */
  function tell(what: string, answer: Result<unknown>): void {
    const isTold = !answer.ok && answer.error.code !== 'cancelled'
    failure.value = isTold ? { ...answer.error, what } : null
  }

  async function make(parent: RunNode, otherwise: Otherwise): Promise<Result<RunNode>> {
    const { run, summary } = parent
    if (run === null) return goneRun(summary.run)
    const text = textOf(otherwise)
    const made = await work(text, async (token) =>
      'interventions' in otherwise
        ? await pinscope.fork(run, otherwise.interventions, token)
        : await pinscope.run(changed(summary.recipe, otherwise), token),
    )
    if (!made.ok) return made
    if (byId(parent.id) === null) {
      // Its parent went meanwhile: in the tree it would hang on nothing, where nobody could drop it.
      void pinscope.drop(made.value.run)
      return goneRun(run)
    }
    const at = placeOf(otherwise, summary)
    const node = byId(add({ summary: made.value, parent: parent.id, text, at }))
    if (node === null) return goneRun(made.value.run)
    const shown = await comparison.show({ a: summary, b: made.value })
    if (shown.ok) await cursor.goToEvent('b', Math.max(0, at - 1))
    return success(node)
  }

  /** Shows a run as A or B; the other side follows where the two could not be compared. */
  async function show(node: RunNode, side: SideName): Promise<void> {
    const other = otherOf(side)
    const beside = comparison[other].shown?.summary
    const parent = byId(node.parent)
    const companion = parent?.run == null ? node.summary : parent.summary
    const stays = beside !== undefined && isComparable(beside.recipe, node.summary.recipe)
    const answer = await comparison.show({
      [side]: node.summary,
      ...(stays ? {} : { [other]: companion }),
    })
    if (answer.ok) await standAgain(other)
    tell(NOT_SHOWN, answer)
  }

  /** A run that is new on its side is looked at where the other one is. */
  async function standAgain(other: SideName): Promise<void> {
    const [chosen, place] = [cursor.side, cursor.at[other]]
    if (place === null) return
    await cursor.stand(other, place)
    cursor.choose(chosen)
  }

  /** Stands where a fork parts from its parent: both are shown. */
  async function goToPlace(node: RunNode): Promise<void> {
    const parent = byId(node.parent)
    if (sideOf(node) === null) {
      const answer = await comparison.show({
        ...(parent?.run == null ? {} : { a: parent.summary }),
        b: node.summary,
      })
      tell(NOT_SHOWN, answer)
    }
    const side = sideOf(node)
    if (side !== null) await cursor.goToEvent(side, Math.max(0, (node.at ?? 0) - 1))
  }

  /** Makes a run again that was lost with the engine. */
  async function again(node: RunNode): Promise<void> {
    const made = await work(node.text, (token) => pinscope.run(node.summary.recipe, token))
    tell('The run was not made again', made)
    if (!made.ok) return
    if (byId(node.id) === null) void pinscope.drop(made.value.run)
    else tree.value = withNode(tree.value, node.id, { run: made.value.run, summary: made.value })
  }

  /** Forgets a fork; sides that show it show its parent instead. */
  async function drop(node: RunNode): Promise<void> {
    const sides = SIDES.filter((side) => isShownAs(node, side))
    const parent = byId(node.parent)
    if (sides.length > 0) {
      if (parent?.run == null) return
      const { summary } = parent
      const answer = await comparison.show(Object.fromEntries(sides.map((side) => [side, summary])))
      tell('The fork was not dropped', answer)
      if (!answer.ok) return
    }
    tree.value = without(tree.value, node.id)
    if (node.run !== null) {
      gone.add(node.run)
      await pinscope.drop(node.run)
    }
    prune()
  }

  function rename(id: number, note: string): void {
    tree.value = withNode(tree.value, id, { note: note.trim() })
  }

  /** Takes another tree in the place of this one, whose runs are not forgotten yet. */
  function replace(nodes: RunTree, own: Readonly<Record<SideName, number | null>>): void {
    ids = Math.max(ids, ...nodes.map(({ id }) => id))
    numbers = highest(nodes)
    tree.value = nodes
    homes.value = own
  }

  /** Takes the forks that a console made into the tree. */
  async function adopt(found: readonly ForkNode[]): Promise<void> {
    for (const { run, parent, at, text } of found) {
      if (parent === null || gone.has(run) || nodeOf(run) !== undefined) continue
      const from = nodeOf(found.find((f) => f.id === parent)?.run ?? -1)
      const answer = from === undefined ? null : await pinscope.summary(run)
      if (from === undefined || answer === null || nodeOf(run) !== undefined) continue
      if (answer.ok) add({ summary: answer.value, parent: from.id, text, at })
      else gone.add(run)
    }
  }

  return {
    tree,
    rows,
    forks,
    homes,
    making,
    failure,
    nodeOf,
    byId,
    sideOf,
    isShownAs,
    fork,
    cancel,
    show,
    goToPlace,
    again,
    drop,
    rename,
    adopt,
    replace,
  }
})

function goneRun(run: RunId): Result<never> {
  return fail('not-found', `Run ${run} is not kept any more: run the scenario again.`)
}

function textOf(otherwise: Otherwise): string {
  if ('interventions' in otherwise) return interventionsText(otherwise.interventions)
  return 'changes' in otherwise ? changesText(otherwise.changes) : otherwise.text
}

/** Events a fork has in common with its parent at least. */
function placeOf(otherwise: Otherwise, parent: RunSummary): number {
  return 'interventions' in otherwise ? (otherwise.interventions[0]?.at ?? parent.events) : 0
}

function changed(
  recipe: Recipe,
  otherwise: Exclude<Otherwise, { interventions: unknown }>,
): Recipe {
  return 'changes' in otherwise
    ? { ...recipe, changes: [...(recipe.changes ?? []), ...otherwise.changes] }
    : { ...recipe, kernel: otherwise.kernel }
}
