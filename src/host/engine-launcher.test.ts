import { describe, expect, it, vi } from 'vitest'
import type { Recipe } from '../shared/run'
import { failure, success } from '../shared/result'
import { EngineSupervisor } from './engine-launcher'
import { FakePort } from './test/fakes'

/** A supervisor over fake processes, with a clock that the test moves. */
function supervised(spawn: (n: number) => FakePort = () => new FakePort()) {
  const ports: FakePort[] = []
  const told: string[] = []
  const clock = { ms: 0 }
  let starts = 0
  const supervisor = new EngineSupervisor(
    () => {
      const port = spawn(++starts)
      ports.push(port)
      return port
    },
    (news, value) => told.push(`${news}: ${'reason' in value ? value.reason : ''}`),
    () => clock.ms,
  )
  return { supervisor, ports, told, clock, starts: () => starts }
}

describe('EngineSupervisor', () => {
  it('starts an engine at once and asks it', async () => {
    const { supervisor, ports } = supervised()
    const answer = supervisor.calls.drop(4)
    expect(ports[0]?.sent).toStrictEqual([{ id: 1, call: 'drop', args: [4] }])
    ports[0]?.say({ id: 1, result: success(null) })
    expect(await answer).toStrictEqual(success(null))
  })

  it('starts another when one dies, says why, and asks the new one', async () => {
    const { supervisor, ports, told } = supervised()
    const open = supervisor.calls.listBuilds()
    ports[0]?.die('its process ended with code 1')
    expect(await open).toMatchObject({ ok: false, error: { code: 'engine-lost' } })
    expect(told).toStrictEqual([
      'onDidLoseEngine: the engine was lost and started again: its process ended with code 1',
    ])
    void supervisor.calls.listPatches()
    expect(ports[1]?.sent).toStrictEqual([{ id: 1, call: 'listPatches', args: [] }])
  })

  it('has no two engines number a run alike, so that a lost run is not taken for a new one', () => {
    const first: number[] = []
    const ports: FakePort[] = []
    const supervisor = new EngineSupervisor(
      (firstRun) => {
        first.push(firstRun)
        const port = new FakePort()
        ports.push(port)
        return port
      },
      () => undefined,
      () => 0,
    )
    ports[0]?.die('its process ended with code 1')
    expect(first).toStrictEqual([1, 1_000_001])
    supervisor.close()
  })

  it('stays down after three deaths within 10 s until a run is asked for', async () => {
    const { supervisor, ports, told, clock } = supervised()
    for (const ms of [0, 4000, 9999]) {
      clock.ms = ms
      ports.at(-1)?.die('its process ended with code 1')
    }
    expect(ports).toHaveLength(3)
    const sentence =
      'the engine died 3 times within 10 s (its process ended with code 1) ' +
      'and is started again when you run the scenario again'
    expect(told.at(-1)).toBe(`onDidLoseEngine: ${sentence}`)
    expect(await supervisor.calls.listBuilds()).toStrictEqual(failure('engine-lost', sentence))
    expect(ports).toHaveLength(3)

    void supervisor.calls.run({} as Recipe, 'again')
    expect(ports).toHaveLength(4)
    expect(ports[3]?.sent).toMatchObject([{ call: 'run', args: [{}, 'again'] }])
    ports[3]?.die('its process ended with code 1')
    expect(ports).toHaveLength(5)
  })

  it('goes on starting engines whose deaths lie further apart', () => {
    const { ports, clock } = supervised()
    for (let i = 0; i < 10; i++) {
      clock.ms += 5001
      ports.at(-1)?.die('its process ended with code 1')
    }
    expect(ports).toHaveLength(11)
  })

  it('counts a start that throws as a death', async () => {
    const { supervisor, told, starts } = supervised(() => {
      throw new Error('no such file')
    })
    await vi.waitFor(() => {
      expect(told.at(-1)).toContain('3 times within 10 s (no such file)')
    })
    expect(starts()).toBe(3)
    expect((await supervisor.calls.listBuilds()).ok).toBe(false)
    expect((await supervisor.calls.run({} as Recipe, 'again')).ok).toBe(false)
    expect(starts()).toBe(4)
  })

  it('kills the engine on close and does not start another', async () => {
    const { supervisor, ports, told } = supervised()
    supervisor.close()
    expect(ports[0]?.killed).toBe(true)
    ports[0]?.die('its process was ended by SIGKILL')
    expect(ports).toHaveLength(1)
    expect(told).toStrictEqual([])
    expect(await supervisor.calls.listBuilds()).toStrictEqual(
      failure('engine-lost', 'the engine was closed'),
    )
  })
})
