/** Texts of real 6.1 and 6.12 kernels, and what importing them should give. */
import { readFileSync } from 'node:fs'
import { bootMachine, createKernel, type Machine } from '../../sim'
import { importTexts, type Imported } from '../import'
import { parseScenario, planScenario } from '../scenario'
import type { TextFile } from '../text-lines'

export function foreignFile(name: string): TextFile {
  return { name, text: readFileSync(`src/formats/test/foreign/${name}`, 'utf8') }
}

export function imported(...files: readonly TextFile[]): Imported {
  const result = importTexts(files)
  if (!result.ok) throw new Error(result.error.message)
  return result.value
}

/** The machine of an imported scenario, booted. */
export function machineOf({ scenario }: Imported): Machine {
  if (scenario?.ok !== true) throw new Error(scenario?.error.message ?? 'no scenario')
  const read = parseScenario(scenario.value, 'imported')
  if (!read.ok) throw new Error(read.error.message)
  const plan = planScenario(read.value, {})
  if (!plan.ok) throw new Error(plan.error.message)
  return bootMachine(plan.value.machine, createKernel({ patches: [], mode: 'strict' }))
}

/** The message of a refusal. */
export function refusal(...files: readonly TextFile[]): string {
  const result = importTexts(files)
  return result.ok ? 'accepted' : result.error.message
}
