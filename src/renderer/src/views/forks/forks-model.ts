/** How runs of the tree are named. Pure. */
import { countText, kernelLine } from '../../../../shared/text'
import type { RunNode } from '../../stores/fork-tree'
import { SIDES, type SideName } from '../../stores/side'

/** The user's name; else `Run A`, `Earlier run 2`, `Fork 3`. */
export function nameOf(
  { id, number, note, parent }: Pick<RunNode, 'id' | 'number' | 'note' | 'parent'>,
  homes: Readonly<Record<SideName, number | null>>,
): string {
  if (note !== '') return note
  if (parent !== null) return `Fork ${number}`
  const side = SIDES.find((s) => homes[s] === id)
  return side === undefined ? `Earlier run ${number}` : `Run ${side.toUpperCase()}`
}

/** What a fork does otherwise; of a run of a side its scenario and kernel. */
export function changeText({ parent, text, summary }: RunNode): string {
  const { scenario, kernel } = summary.recipe
  return parent === null ? `${scenario} · ${kernelLine(kernel)}` : text
}

/** Where a fork parts from its parent. */
export function placeText({ at }: Pick<RunNode, 'at'>): string {
  if (at === null || at === 0) return 'Changed from the start on'
  return `Changed behind event ${countText(at - 1)}`
}
