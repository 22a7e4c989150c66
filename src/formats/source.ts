/** Plans by scenario id, for the engine. */
import type { ScenarioInfo } from '../shared/contract'
import type { ImportSource } from '../shared/interchange'
import { failure, type Result } from '../shared/result'
import type { SessionSource } from '../shared/session'
import type { ScenarioPlan } from '../sim'
import { importTexts } from './import'
import { archiveText, decodeSession } from './session/decode'
import { encodeSession } from './session/encode'
import { planScenario, type Scenario } from './scenario'

/** Structurally what the engine's PlanSource asks for. */
export interface ScenarioPlans extends ImportSource, SessionSource {
  readonly list: () => readonly ScenarioInfo[]
  readonly plan: (id: string, set: Readonly<Record<string, string>>) => Result<ScenarioPlan>
}

export function scenarioPlans(scenarios: readonly Scenario[]): ScenarioPlans {
  const byId = new Map(scenarios.map((s) => [s.info.id, s]))
  return {
    importTexts,
    encodeSession,
    decodeSession,
    archiveText,
    list: () => scenarios.map((s) => s.info),
    plan: (id, set) => {
      const scenario = byId.get(id)
      if (scenario !== undefined) return planScenario(scenario, set)
      return failure('not-found', `no scenario "${id}"; there are ${[...byId.keys()].join(', ')}`)
    },
  }
}
