import { describe, expect, it } from 'vitest'
import type { Tell } from '../engine'
import { failure, success } from '../shared/result'
import { callsOver } from '../shared/wire'
import { answerRequest, askOf, askThrough, readRequest, serveCalls, tellThrough } from './rpc'
import { fakeCalls, FakePort, RECIPE } from './test/fakes'

const silent: Tell = () => undefined

/** Both sides joined: what the near side sends is answered by `calls` on the far side. */
function joined(calls: Parameters<typeof askOf>[0]) {
  const thrown: unknown[] = []
  const told: unknown[] = []
  const port = new FakePort()
  const receive = serveCalls(
    askOf(calls, (error) => thrown.push(error)),
    (message) => port.say(structuredClone(message)),
  )
  const near: typeof port = Object.assign(port, {
    send: (message: unknown) => receive(structuredClone(message)),
  })
  const ask = askThrough(near, (news, value) => told.push([news, value]))
  return { near: callsOver(ask), ask, port, thrown, told }
}

describe('a call through a port', () => {
  it('reaches the far side with its arguments and comes back with its answer', async () => {
    const { calls, asked } = fakeCalls((_call, pfn) => success({ pfn, cells: new Uint8Array(3) }))
    const { near } = joined(calls)
    const answer = await near.page(4, 0x6f103, null)
    expect(asked).toStrictEqual([['page', 4, 0x6f103, null]])
    expect(answer).toStrictEqual(success({ pfn: 4, cells: new Uint8Array(3) }))
  })

  it('is answered by its own answer when others overtake it', async () => {
    const gates: (() => void)[] = []
    const { calls } = fakeCalls(
      (_call, run) => new Promise((resolve) => gates.push(() => resolve(success(run)))),
    )
    const { near } = joined(calls)
    const first = near.drop(1)
    const second = near.drop(2)
    for (const open of gates.toReversed()) open()
    expect(await Promise.all([first, second])).toStrictEqual([success(1), success(2)])
  })

  it('answers internal, and reports the error, when the implementation throws', async () => {
    const { calls } = fakeCalls(() => {
      throw new Error('BUG at mm/page_alloc.c')
    })
    const { near, thrown } = joined(calls)
    const answer = await near.pageMap(1, null, 'state')
    expect(answer).toStrictEqual(
      failure('internal', 'pageMap failed on a broken assumption: BUG at mm/page_alloc.c'),
    )
    expect(thrown).toHaveLength(1)
  })

  it('answers internal when the port cannot carry the message', async () => {
    const port = Object.assign(new FakePort(), {
      send: () => {
        throw new Error('could not be cloned')
      },
    })
    const answer = await askThrough(port, silent)('listBuilds', [])
    expect(answer).toStrictEqual(
      failure('internal', 'listBuilds could not be sent: could not be cloned'),
    )
  })
})

describe('the end of the engine', () => {
  it('answers engine-lost with the reason to every open call and to every later one', async () => {
    const port = new FakePort()
    const near = callsOver(askThrough(port, silent))
    const open = [near.run(RECIPE, 't'), near.listScenarios()]
    port.die('its process ended with code 9')
    const answers = [...(await Promise.all(open)), await near.listBuilds()]
    for (const answer of answers) {
      expect(answer).toStrictEqual(
        failure(
          'engine-lost',
          'the engine was lost: its process ended with code 9; run the scenario again',
        ),
      )
    }
    expect(port.sent).toHaveLength(2)
  })
})

describe('news through a port', () => {
  it('are told on the near side by name', () => {
    const { port, told } = joined(fakeCalls().calls)
    const tell = tellThrough((message) => port.say(message))
    tell('onDidProgress', { token: 't', events: 10, fraction: 0.5 })
    expect(told).toStrictEqual([['onDidProgress', { token: 't', events: 10, fraction: 0.5 }]])
  })

  it('outside the contract, and messages of no known shape, are ignored', () => {
    const { port, told } = joined(fakeCalls().calls)
    for (const noise of [{ news: 'toString', value: 1 }, { id: 99, result: 1 }, null, 'x', {}]) {
      port.say(noise)
    }
    expect(told).toStrictEqual([])
  })
})

describe('answerRequest', () => {
  it.each(['evaluate', 'constructor', '__proto__', ''])(
    'refuses the call %j, which the contract does not know',
    async (call) => {
      const { calls, asked } = fakeCalls()
      const answer = await answerRequest(
        { id: 3, call, args: [] },
        askOf(calls, () => undefined),
      )
      expect(answer).toStrictEqual({
        id: 3,
        result: failure('bad-input', `there is no call ${JSON.stringify(call)}`),
      })
      expect(asked).toStrictEqual([])
    },
  )
})

describe('readRequest', () => {
  it('takes a request and leaves what else a message bears', () => {
    expect(readRequest({ id: 0, call: 'drop', args: [1], more: true })).toStrictEqual({
      id: 0,
      call: 'drop',
      args: [1],
    })
  })

  it.each([
    [null],
    ['drop'],
    [{ id: 1.5, call: 'drop', args: [] }],
    [{ id: '1', call: 'drop', args: [] }],
    [{ id: 1, call: 7, args: [] }],
    [{ id: 1, call: 'drop', args: {} }],
    [{ id: 1, call: 'drop' }],
  ])('finds none in %j', (message) => {
    expect(readRequest(message)).toBeNull()
  })
})
