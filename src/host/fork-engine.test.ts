import { describe, expect, it } from 'vitest'
import { askThrough, type EnginePort } from './rpc'
import { forkEngine } from './fork-engine'
import { FAKE_ENGINE } from './test/fakes'

function exitOf(port: EnginePort): Promise<string> {
  return new Promise((resolve) => port.onExit(resolve))
}

describe('forkEngine', () => {
  it('carries typed arrays and news of a process of its own', async () => {
    const port = forkEngine(FAKE_ENGINE)
    const told: unknown[] = []
    const ask = askThrough(port, (news, value) => told.push([news, value]))
    const answer = await ask('page', [1, 2])
    await ask('cancel', ['t'])
    port.kill()
    expect(answer).toMatchObject({ ok: true, value: { cells: new Uint8Array([1, 2]) } })
    expect(answer).not.toMatchObject({ value: { pfn: process.pid } })
    expect(told).toStrictEqual([['onDidProgress', { token: 't', events: 5 }]])
  })

  it('says how its process ended: by itself, or by a signal', async () => {
    const one = forkEngine(FAKE_ENGINE)
    one.send({ id: 1, call: 'drop', args: [13] })
    expect(await exitOf(one)).toBe('its process ended with code 7')
    const two = forkEngine(FAKE_ENGINE)
    two.kill()
    expect(await exitOf(two)).toBe('its process was ended by SIGKILL')
  })

  it('does not throw on messages after the end', async () => {
    const port = forkEngine(FAKE_ENGINE)
    const exit = exitOf(port)
    port.kill()
    await exit
    expect(() => port.send({ id: 1 })).not.toThrow()
  })

  it('throws when there is no such entry', () => {
    expect(() => forkEngine(`${FAKE_ENGINE}.none`)).toThrow('npm run build makes it')
  })
})
