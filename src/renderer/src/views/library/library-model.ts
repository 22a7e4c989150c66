/** The library's list: scenarios by what the series does for them, found by any word of theirs. */
import type { ScenarioInfo } from '../../../../shared/scenario'

export interface ScenarioGroup {
  readonly title: ScenarioInfo['group'] | 'own'
  readonly scenarios: readonly ScenarioInfo[]
}

const ORDER: readonly ScenarioInfo['group'][] = [
  'does what it promises',
  'helps only mostly',
  'cannot help',
  'makes worse',
  'lookalikes',
]

/** The user's own first, then those that ship by what the series does for them. */
export function scenarioGroups(all: readonly ScenarioInfo[]): ScenarioGroup[] {
  const groups: readonly ScenarioGroup[] = [
    { title: 'own', scenarios: all.filter((s) => s.own === true) },
    ...ORDER.map((title) => ({
      title,
      scenarios: all.filter((s) => s.own !== true && s.group === title),
    })),
  ]
  return groups.filter((group) => group.scenarios.length > 0)
}

/** What can still need a scenario: what is chosen, and every run that is kept. */
export function isUsed(
  id: string,
  chosen: string,
  tree: readonly { readonly summary: { readonly recipe: { readonly scenario: string } } }[],
): boolean {
  return id === chosen || tree.some(({ summary }) => summary.recipe.scenario === id)
}

/** Scenarios that have every typed word in id, title, question or description. */
export function libraryGroups(all: readonly ScenarioInfo[], typed: string): ScenarioGroup[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean)
  const fits = (s: ScenarioInfo): boolean => {
    const text = `${s.id} ${s.title} ${s.question} ${s.description}`.toLowerCase()
    return words.every((word) => text.includes(word))
  }
  return scenarioGroups(all.filter(fits))
}
