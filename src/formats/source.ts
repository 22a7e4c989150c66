/** Plans by scenario id, for the engine. */
import type { OwnScenario, ScenarioInfo } from '../shared/contract'
import type { ImportSource } from '../shared/interchange'
import { success, type Result } from '../shared/result'
import type { SessionSource } from '../shared/session'
import type { ScenarioPlan } from '../sim'
import { importSteps } from './import'
import { archiveText, decodeSession } from './session/decode'
import { encodeSession } from './session/encode'
import { planScenario, type Scenario } from './scenario'
import { ScenarioShelf } from './scenario-shelf'
import { textOfBytes } from './text-lines'

/** Structurally what the engine's PlanSource asks for. */
export interface ScenarioPlans extends ImportSource, SessionSource {
  readonly list: () => readonly ScenarioInfo[]
  readonly plan: (id: string, set: Readonly<Record<string, string>>) => Result<ScenarioPlan>
  readonly scenarioText: (id: string) => Result<string>
  readonly addScenario: (text: string, name: string) => Result<OwnScenario>
  readonly dropScenario: (id: string) => void
}

export function scenarioPlans(scenarios: readonly Scenario[]): ScenarioPlans {
  const shelf = new ScenarioShelf(scenarios)
  return {
    importSteps,
    textOfBytes,
    encodeSession,
    decodeSession,
    archiveText,
    list: () => shelf.list(),
    plan: (id, set) => {
      const scenario = shelf.get(id)
      return scenario.ok ? planScenario(scenario.value, set) : scenario
    },
    scenarioText: (id) => {
      const scenario = shelf.get(id)
      return scenario.ok ? success(scenario.value.text) : scenario
    },
    addScenario: (text, name) => shelf.add(text, name),
    dropScenario: (id) => {
      shelf.drop(id)
    },
  }
}
