import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Calls } from '../shared/contract'
import type { RunSummary } from '../shared/run'
import { must, openEngine } from './test/engine'

/** A scenario that ships, under a name of the user's own. */
const SHIPPED = readFileSync('resources/scenarios/sc-11.json', 'utf8')
const TEXT = SHIPPED.replace('"sc-11"', '"mine"')
const kernel = { patches: [], mode: 'strict' } as const

describe('a scenario of the user’s own in the engine', () => {
  let calls: Calls
  let own: RunSummary
  beforeAll(async () => {
    calls = openEngine()
    await must(calls.addScenario(TEXT, 'mine.json'))
    own = await must(calls.run({ scenario: 'mine', seed: 1, set: {}, kernel }, 't'))
  })

  it('runs as the same scenario that ships', async () => {
    const shipped = await must(calls.run({ scenario: 'sc-11', seed: 1, set: {}, kernel }, 't'))
    expect(own.digest).toBe(shipped.digest)
    expect(await must(calls.divergence(own.run, shipped.run, 't'))).toBeNull()
    expect(await must(calls.scenarioText('mine'))).toBe(TEXT)
    expect(await must(calls.scenarioText('sc-11'))).toBe(SHIPPED)
  })

  it('is forked, and run on all subsets', async () => {
    const fork = await must(calls.fork(own.run, [{ at: 5, do: 'drain' }], 't'))
    expect(fork.recipe).toMatchObject({ scenario: 'mine', interventions: [{ at: 5 }] })
    const cells = await must(calls.matrix({ scenario: 'mine', seed: 1, set: {}, kernel }, 't'))
    expect(cells.filter(({ result }) => result !== null)).toHaveLength(16)
  })

  it('is refused once it was let go; its runs stay', async () => {
    await must(calls.addScenario(SHIPPED.replace('"sc-11"', '"other"'), 'other.json'))
    const recipe = { scenario: 'other', seed: 1, set: {}, kernel } as const
    const run = await must(calls.run(recipe, 't'))
    await must(calls.dropScenario('other'))
    const again = await calls.run(recipe, 't')
    expect(again.ok ? '' : again.error.message).toMatch(/^no scenario "other"; there are .*sc-01, /)
    expect(await must(calls.summary(run.run))).toMatchObject({ digest: own.digest })
  })

  it('is named by its file in commands that an explanation gives', async () => {
    const sc14 = readFileSync('resources/scenarios/sc-14.json', 'utf8')
    await must(calls.addScenario(sc14.replace('"sc-14"', '"failing"'), 'failing.json'))
    const run = await must(calls.run({ scenario: 'failing', seed: 1, set: {}, kernel }, 't'))
    const [first] = await must(calls.troubles(run.run))
    const report = await must(calls.why(run.run, first?.n ?? 0, true, 't'))
    const commands = report.remedies.map(({ command }) => command)
    expect(commands.length).toBeGreaterThan(0)
    for (const command of commands) expect(command).toMatch(/^pinscope \w+ failing\.json[ :]/)
  })
})
