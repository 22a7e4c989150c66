/** What a run does otherwise than the one it was forked from, in few words. */
import type { PlanChange, Recipe } from './run'
import { countText, kernelLine, pagesText, pfnText, returnText, timeText } from './text'

export type Intervention = NonNullable<Recipe['interventions']>[number]

/** `drain`, `unpin 2,048 frames`, `unpin 0x67103, sleep codec 10 ms`. */
export function interventionsText(list: readonly Intervention[]): string {
  const unpins = list.filter((i) => i.do === 'unpin')
  if (unpins.length > 1) {
    const others = list.filter((i) => i.do !== 'unpin').map(interventionText)
    return [`unpin ${countText(unpins.length)} frames`, ...others].join(', ')
  }
  return list.length === 0 ? 'nothing' : list.map(interventionText).join(', ')
}

function interventionText(i: Intervention): string {
  switch (i.do) {
    case 'unpin':
      return `unpin ${pfnText(i.pfn)}`
    case 'drain':
      return 'drain'
    case 'kernel':
      return kernelLine(i.kernel)
    case 'sleep':
      return `sleep ${i.actor} ${timeText(i.ns)}`
    case 'inject':
      return `inject ${returnText(i.ret)} at call ${countText(i.nth)} of ${i.fn}()`
  }
}

/** `grow default by 1,024 pages`, `align 2^4 at instruction 3 of codec`. */
export function changesText(changes: readonly PlanChange[]): string {
  return changes
    .map((c) =>
      c.do === 'grow'
        ? `grow ${c.area} by ${pagesText(c.pages)}`
        : `align 2^${c.align} at instruction ${c.step} of ${c.actor}`,
    )
    .join(', ')
}

/** `fork at event 812: drain`, `changed: grow default by 1,024 pages`; empty for neither. */
export function forkText({ interventions = [], changes = [] }: Recipe): string {
  const [first] = interventions
  return [
    ...(changes.length === 0 ? [] : [`changed: ${changesText(changes)}`]),
    ...(first === undefined
      ? []
      : [`fork at event ${countText(first.at)}: ${interventionsText(interventions)}`]),
  ].join('; ')
}
