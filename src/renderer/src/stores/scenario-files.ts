/** Scenario files of the user's own: opened, and written to be edited. */
import { defineStore } from 'pinia'
import type { ImportFile } from '../../../shared/interchange'
import type { Result } from '../../../shared/result'
import { usePinscope } from '../wire/pinscope'
import { useComparisonStore } from './comparison'
import { useSessionStore } from './session'
import { textFiles } from './text-files'

export const useScenarioFilesStore = defineStore('scenario-files', () => {
  const pinscope = usePinscope()
  const comparison = useComparisonStore()
  const session = useSessionStore()
  const chooser = textFiles(window.pinscopeShell)

  function refuse(what: string, message: string): void {
    session.notice = { good: false, text: `${what}: ${message}`, lines: [] }
  }

  /** Lets the user choose a scenario file and runs what is in it. */
  async function choose(): Promise<void> {
    const chosen = await chooser.open('scenario')
    if (!chosen.ok) refuse('No scenario was opened', chosen.error.message)
    else if (chosen.value?.[0] !== undefined) await open(chosen.value[0])
  }

  async function open({ name, bytes }: ImportFile): Promise<void> {
    const own = await comparison.bring(new TextDecoder().decode(bytes), name)
    if (!own.ok) {
      refuse('No scenario was opened', own.error.message)
      return
    }
    const { info, asked } = own.value
    const text = `Opened ${name}: ${info.title}.`
    session.notice = { good: true, text, lines: asked === info.id ? [] : [otherId(asked, info.id)] }
    await comparison.openScenario(info.id)
  }

  /** Writes the scenario that is open to a file. */
  async function save(): Promise<void> {
    const text = await pinscope.scenarioText(comparison.scenarioId)
    const written = text.ok ? await write(text.value) : text
    if (!written.ok) refuse('The scenario was not saved', written.error.message)
    else if (written.value !== null) {
      session.notice = { good: true, text: `Saved ${written.value}.`, lines: [] }
    }
  }

  /** Writes a scenario to a file named after its id; null when no place was chosen. */
  async function write(text: string): Promise<Result<string | null>> {
    const id = /"id"\s*:\s*"([a-z][\w-]*)"/.exec(text)?.[1] ?? 'scenario'
    return await chooser.saveScenario(text, id)
  }

  return { choose, open, save, write }
})

/** Why a scenario does not have the id that its file gives it. */
function otherId(asked: string, id: string): string {
  return `"${asked}" stands for another scenario here, whose runs stay as they are; this one is "${id}".`
}
