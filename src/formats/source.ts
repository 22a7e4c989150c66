/** Plans by scenario id, for the engine. */
import type { OwnScenario, ScenarioInfo } from '../shared/scenario'
import type { ExportSource } from '../shared/export'
import type { ImportSource } from '../shared/interchange'
import { success, type Result } from '../shared/result'
import type { SessionSource } from '../shared/session'
import type { ScenarioPlan } from '../sim'
import { exportSource } from './exports'
import { importSteps } from './import'
import { archivePieces, archiveText, decodeSession } from './session/decode'
import { encodeSession, encodeSteps } from './session/encode'
import type { Raster } from './raster'
import { planScenario, type Scenario } from './scenario'
import { ScenarioShelf } from './scenario-shelf'
import { textOfBytes } from './text-lines'

/** Structurally what the engine's PlanSource asks for. */
export interface ScenarioPlans extends ImportSource, SessionSource, ExportSource {
  readonly list: () => readonly ScenarioInfo[]
  readonly plan: (id: string, set: Readonly<Record<string, string>>) => Result<ScenarioPlan>
  readonly scenarioText: (id: string) => Result<string>
  readonly addScenario: (text: string, name: string) => Result<OwnScenario>
  readonly dropScenario: (id: string) => void
}

/** @param png packs pixels into the bytes of a PNG file */
export function scenarioPlans(
  scenarios: readonly Scenario[],
  png: (raster: Raster) => Uint8Array,
): ScenarioPlans {
  const shelf = new ScenarioShelf(scenarios)
  return {
    ...exportSource(png),
    importSteps,
    textOfBytes,
    encodeSession,
    encodeSteps,
    decodeSession,
    archivePieces,
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
