/**
 * An import: texts of other kernels, what became of them, and what can be done with that. Nothing that is open
 * changes before the user says so.
 */
import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import type { RunSummary } from '../../../shared/run'
import type { ImportAnswer, ImportFile } from '../../../shared/interchange'
import type { Failure } from '../../../shared/result'
import { usePinscope } from '../wire/pinscope'
import { useComparisonStore } from './comparison'
import { useRecordingsStore } from './recordings'
import { useScenarioFilesStore } from './scenario-files'
import type { SideName } from './side'
import { textFiles, tooMuch } from './text-files'

interface Reading {
  readonly token: string
  /** 0..1 of the texts. */
  readonly fraction: number
}

export const useImportsStore = defineStore('imports', () => {
  const pinscope = usePinscope()
  const comparison = useComparisonStore()
  const recordings = useRecordingsStore()
  const scenarios = useScenarioFilesStore()
  const chooser = textFiles(window.pinscopeShell)

  const files = shallowRef<readonly ImportFile[]>([])
  const reading = shallowRef<Reading | null>(null)
  const answer = shallowRef<ImportAnswer | null>(null)
  /** Why nothing was made of the files, or why what was made of them cannot be shown. */
  const failure = shallowRef<Failure | null>(null)
  /** Where the scenario was written. */
  const saved = ref('')
  const isEmpty = computed(() => files.value.length === 0)
  let tokens = 0

  pinscope.listen('onDidProgress', ({ token, fraction }) => {
    if (isRead(token)) reading.value = { token, fraction }
  })
  pinscope.listen('onDidLoseEngine', () => {
    if (answer.value?.run != null) clear()
  })

  async function choose(): Promise<void> {
    const chosen = await chooser.open('texts')
    if (!chosen.ok) failure.value = chosen.error
    else if (chosen.value !== null) await add(chosen.value)
  }

  /** Reads further files together with those that are there; one of the same name takes its place. */
  async function add(further: readonly ImportFile[]): Promise<void> {
    const names = new Set(further.map(({ name }) => name))
    const together = [...files.value.filter(({ name }) => !names.has(name)), ...further]
    const refused = tooMuch(together, chooser.most)
    if (refused !== null && !refused.ok) {
      failure.value = refused.error
      return
    }
    files.value = together
    await read()
  }

  async function remove(name: string): Promise<void> {
    files.value = files.value.filter((file) => file.name !== name)
    if (isEmpty.value) clear()
    else await read()
  }

  async function read(): Promise<void> {
    letGo()
    const token = `import${++tokens}`
    reading.value = { token, fraction: 0 }
    const asked = await pinscope.importTexts(files.value, token)
    if (!isRead(token)) {
      if (asked.ok && asked.value.run !== null) void pinscope.drop(asked.value.run.run)
      return
    }
    reading.value = null
    if (asked.ok) answer.value = asked.value
    else if (asked.error.code !== 'cancelled') failure.value = asked.error
  }

  function isRead(token: string): boolean {
    return reading.value?.token === token
  }

  /** Ends reading, and lets go what nobody looks at. */
  function letGo(): void {
    if (reading.value !== null) void pinscope.cancel(reading.value.token)
    const run = answer.value?.run ?? null
    if (run !== null && !isKept(run)) void pinscope.drop(run.run)
    reading.value = null
    answer.value = null
    failure.value = null
    saved.value = ''
  }

  function isKept(run: RunSummary): boolean {
    return recordings.list.some((kept) => kept.run === run.run)
  }

  /** Forgets the files as well; a recording that is viewed stays. */
  function clear(): void {
    letGo()
    files.value = []
  }

  /** Runs the scenario that was made; true when it is open. */
  async function openScenario(): Promise<boolean> {
    const text = answer.value?.scenario
    if (text == null) return false
    const own = await comparison.bring(text, 'the imported scenario')
    if (!own.ok) {
      failure.value = own.error
      return false
    }
    clear()
    void comparison.openScenario(own.value.info.id)
    return true
  }

  async function saveScenario(): Promise<void> {
    const text = answer.value?.scenario
    if (text == null) return
    const written = await scenarios.write(text)
    if (!written.ok) failure.value = written.error
    else if (written.value !== null) saved.value = written.value
  }

  /** Shows the recording in the place of a side's run; true when it is shown. */
  async function view(side: SideName): Promise<boolean> {
    const run = answer.value?.run
    if (run == null) return false
    const shown = await recordings.view(run, side)
    if (!shown.ok) {
      failure.value = shown.error
      return false
    }
    clear()
    return true
  }

  return {
    ...{ files, reading, answer, failure, saved, isEmpty },
    ...{ choose, add, remove, clear, openScenario, saveScenario, view },
  }
})
