/** The library's list: scenarios by what the series does for them, found by any word of theirs. */
import type { ScenarioInfo } from '../../../../shared/contract'

export interface ScenarioGroup {
  readonly title: ScenarioInfo['group']
  readonly scenarios: readonly ScenarioInfo[]
}

const ORDER: readonly ScenarioInfo['group'][] = [
  'does what it promises',
  'helps only mostly',
  'cannot help',
  'makes worse',
  'lookalikes',
]

/** Scenarios that have every typed word in id, title, question or description. */
export function libraryGroups(all: readonly ScenarioInfo[], typed: string): ScenarioGroup[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean)
  const fits = (s: ScenarioInfo): boolean => {
    const text = `${s.id} ${s.title} ${s.question} ${s.description}`.toLowerCase()
    return words.every((word) => text.includes(word))
  }
  return ORDER.map((title) => ({
    title,
    scenarios: all.filter((s) => s.group === title && fits(s)),
  })).filter((group) => group.scenarios.length > 0)
}
