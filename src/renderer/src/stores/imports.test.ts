import { createPinia } from 'pinia'
import { createApp } from 'vue'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Calls } from '../../../shared/contract'
import { failure, success } from '../../../shared/result'
import { fakeOwn } from '../test/fake-catalogue'
import { createFakePinscope } from '../test/fake-pinscope'
import { mapsOf, scenarioAnswer, traceAnswer } from '../test/fake-recording'
import { PINSCOPE } from '../wire/pinscope'
import { useComparisonStore } from './comparison'
import { useImportsStore } from './imports'
import { useRecordingsStore } from './recordings'

const file = (name: string, size = 10) => ({ name, bytes: new Uint8Array(size) })

async function open(calls: Partial<Calls>, shell?: object) {
  const fake = createFakePinscope({ calls })
  const pinscope = { ...fake, ...mapsOf(fake) }
  if (shell !== undefined) vi.stubGlobal('pinscopeShell', shell)
  const pinia = createPinia()
  createApp({}).provide(PINSCOPE, pinscope).use(pinia)
  const comparison = useComparisonStore(pinia)
  await comparison.open()
  return {
    ...{ pinscope, comparison },
    imports: useImportsStore(pinia),
    recordings: useRecordingsStore(pinia),
  }
}

afterEach(() => vi.unstubAllGlobals())

describe('an import', () => {
  it('reads all files together, and anew when one comes, goes, or takes the place of another', async () => {
    const asked: string[][] = []
    const { imports } = await open({
      importTexts: (files) => {
        asked.push(files.map(({ name, bytes }) => `${name} ${bytes.length}`))
        return Promise.resolve(success(scenarioAnswer('{}', null)))
      },
    })
    await imports.add([file('buddyinfo'), file('zoneinfo')])
    await imports.add([file('buddyinfo', 20)])
    await imports.remove('zoneinfo')
    expect(asked).toEqual([
      ['buddyinfo 10', 'zoneinfo 10'],
      ['zoneinfo 10', 'buddyinfo 20'],
      ['buddyinfo 20'],
    ])
    await imports.remove('buddyinfo')
    expect(imports.answer).toBeNull()
    expect(asked).toHaveLength(3)
  })

  it('opens the scenario that was made as one of the user’s own', async () => {
    const brought: string[] = []
    const { imports, comparison } = await open({
      importTexts: () => Promise.resolve(success(scenarioAnswer('{ "id": "from-proc" }', null))),
      addScenario: (text) => {
        brought.push(text)
        return Promise.resolve(success(fakeOwn('from-proc')))
      },
    })
    await imports.add([file('buddyinfo')])
    expect(comparison.scenarioId).toBe('sc-01')
    expect(await imports.openScenario()).toBe(true)
    expect(brought).toEqual(['{ "id": "from-proc" }'])
    await vi.waitFor(() => expect(comparison.settled).toBe(true))
    expect(comparison.a.shown?.summary.recipe.scenario).toBe('from-proc')
    expect(imports.isEmpty).toBe(true)
  })

  it('shows a recording where the user says, and lets go of one that nobody looks at', async () => {
    let run = 1000
    const { imports, comparison, recordings, pinscope } = await open({
      importTexts: () => Promise.resolve(success(traceAnswer(++run))),
    })
    await imports.add([file('pin.trace')])
    imports.clear()
    expect(pinscope.dropped).toEqual([1001])
    await imports.add([file('pin.trace')])
    expect(await imports.view('b')).toBe(true)
    expect(comparison.b.shown?.summary.run).toBe(1002)
    expect(recordings.list.map((r) => r.run)).toEqual([1002])
    imports.clear()
    expect(pinscope.dropped).toEqual([1001])
  })

  it('says why nothing came of it, and keeps the files so that the bad one can be taken out', async () => {
    const { imports, comparison } = await open({
      importTexts: (files) =>
        Promise.resolve(
          files.length > 1
            ? failure('bad-input', 'b:1: no buddyinfo')
            : success(scenarioAnswer('{}', null)),
        ),
    })
    const { a } = comparison
    await imports.add([file('a'), file('b')])
    expect(imports.failure?.message).toBe('b:1: no buddyinfo')
    expect(imports.answer).toBeNull()
    await imports.remove('b')
    expect(imports.failure).toBeNull()
    expect(imports.answer?.scenario).toBe('{}')
    expect(comparison.a).toBe(a)
  })

  it('tells how far it is, and is cancelled by going away; what comes late is let go', async () => {
    let answer = (): void => undefined
    let token = ''
    const { imports, pinscope } = await open({
      importTexts: (_files, own) => {
        token = own
        return new Promise((resolve) => (answer = () => resolve(success(traceAnswer(1001)))))
      },
    })
    const reading = imports.add([file('pin.trace')])
    pinscope.tell('onDidProgress', { token, events: 0, fraction: 0.5 })
    expect(imports.reading?.fraction).toBe(0.5)
    imports.clear()
    expect(pinscope.cancelled).toEqual([token])
    answer()
    await reading
    expect(imports.answer).toBeNull()
    expect(pinscope.dropped).toEqual([1001])
  })

  it('takes no more than can be handed over, and says by how much it is too much', async () => {
    const asked: number[] = []
    const { imports } = await open({
      importTexts: (files) => {
        asked.push(files.length)
        return Promise.resolve(success(scenarioAnswer('{}', null)))
      },
    })
    await imports.add([file('a')])
    await imports.add(Array.from({ length: 9 }, (_, i) => file(String(i))))
    expect(imports.failure?.message).toContain('10 files were chosen, at most 8 are read together')
    await imports.add([file('large', 64 * 1024 * 1024)])
    expect(imports.failure?.message).toContain('are read through a browser')
    expect(asked).toEqual([1])
  })

  it('chooses files by the shell, and writes the scenario through it under its id', async () => {
    const saved: string[] = []
    const { imports } = await open(
      { importTexts: () => Promise.resolve(success(scenarioAnswer('{ "id": "from-log" }', null))) },
      {
        openTexts: (kind: string) => Promise.resolve(success([file(kind)])),
        saveScenario: (text: string, suggested: string) => {
          saved.push(`${suggested}: ${text}`)
          return Promise.resolve(success(`/x/${suggested}.json`))
        },
      },
    )
    await imports.choose()
    expect(imports.files.map(({ name }) => name)).toEqual(['texts'])
    await imports.saveScenario()
    expect(saved).toEqual(['from-log: { "id": "from-log" }'])
    expect(imports.saved).toBe('/x/from-log.json')
  })
})
