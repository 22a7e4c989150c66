import { createPinia } from 'pinia'
import { createApp } from 'vue'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Calls } from '../../../shared/contract'
import { failure, success } from '../../../shared/result'
import { fakeOwn } from '../test/fake-catalogue'
import { createFakePinscope } from '../test/fake-pinscope'
import { PINSCOPE } from '../wire/pinscope'
import { useComparisonStore } from './comparison'
import { useScenarioFilesStore } from './scenario-files'
import { useSessionStore } from './session'

const MINE = { name: 'mine.json', bytes: new TextEncoder().encode('{ }') }

async function open(calls: Partial<Calls>, shell: object = {}) {
  vi.stubGlobal('pinscopeShell', shell)
  const pinscope = createFakePinscope({ calls })
  const pinia = createPinia()
  createApp({}).provide(PINSCOPE, pinscope).use(pinia)
  const comparison = useComparisonStore(pinia)
  await comparison.open()
  return {
    comparison,
    scenarios: useScenarioFilesStore(pinia),
    session: useSessionStore(pinia),
  }
}

afterEach(() => vi.unstubAllGlobals())

describe('a scenario file', () => {
  it('is run, and what it is called here is said where its id is taken', async () => {
    const { scenarios, comparison, session } = await open({
      addScenario: () => Promise.resolve(success(fakeOwn('sc-01', 'sc-01-2'))),
    })
    await scenarios.open(MINE)
    expect(comparison.a.shown?.summary.recipe.scenario).toBe('sc-01-2')
    expect(session.notice).toEqual({
      good: true,
      text: 'Opened mine.json: My board.',
      lines: [
        '"sc-01" stands for another scenario here, whose runs stay as they are; this one is "sc-01-2".',
      ],
    })
  })

  it('that is none is refused with the path of what is wrong, and what is open stays', async () => {
    const { scenarios, comparison, session } = await open(
      {
        addScenario: (_text, name) =>
          Promise.resolve(failure('bad-input', `${name}: actors[0].op: unknown`)),
      },
      { openTexts: () => Promise.resolve(success([MINE])) },
    )
    const { a } = comparison
    await scenarios.choose()
    expect(session.notice?.text).toBe('No scenario was opened: mine.json: actors[0].op: unknown')
    expect(comparison.a).toBe(a)
  })

  it('is written with the text that the engine has, under the id of the scenario', async () => {
    const saved: string[] = []
    const { scenarios, session } = await open(
      { scenarioText: (id) => Promise.resolve(success(`{ "id": "${id}" }`)) },
      {
        saveScenario: (text: string, suggested: string) => {
          saved.push(`${suggested}: ${text}`)
          return Promise.resolve(
            saved.length === 1
              ? success('/x/sc-01.json')
              : failure('bad-input', '/x cannot be saved: the disk is full'),
          )
        },
      },
    )
    await scenarios.save()
    expect(saved).toEqual(['sc-01: { "id": "sc-01" }'])
    expect(session.notice).toMatchObject({ good: true, text: 'Saved /x/sc-01.json.' })
    await scenarios.save()
    expect(session.notice?.text).toContain('The scenario was not saved: /x cannot be saved')
  })
})
