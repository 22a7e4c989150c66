import { describe, expect, it } from 'vitest'
import { success } from '../shared/result'
import { ClientSession } from './session'
import { fakeCalls, RECIPE, summaryOf } from './test/fakes'

function runner() {
  let run = 0
  return fakeCalls((call) => success(call === 'run' ? summaryOf(++run) : null))
}

function open(calls: ReturnType<typeof fakeCalls>['calls']) {
  const told: unknown[] = []
  const session = new ClientSession(calls, (news, value) => told.push([news, value]))
  return { session, told }
}

describe('ClientSession', () => {
  it('drops the runs its page still keeps when the page goes', async () => {
    const { calls, asked } = runner()
    const { session } = open(calls)
    await session.calls.run(RECIPE, 'a')
    await session.calls.run(RECIPE, 'b')
    await session.calls.drop(1)
    asked.length = 0
    session.close()
    session.close()
    expect(asked).toStrictEqual([['drop', 2]])
  })

  it('cancels what still runs when the page goes, and drops it if it ends after all', async () => {
    let finish = (): void => undefined
    const { calls, asked } = fakeCalls((call) =>
      call === 'run'
        ? new Promise((resolve) => (finish = () => resolve(success(summaryOf(5)))))
        : success(null),
    )
    const { session } = open(calls)
    const running = session.calls.run(RECIPE, 'a')
    session.close()
    finish()
    await running
    const token = asked[0]?.[2]
    expect(asked.slice(1)).toStrictEqual([
      ['cancel', token],
      ['drop', 5],
    ])
  })

  it('owns forks, however they are made, and has tokens of its own for all long work', async () => {
    const state = { forks: [{ run: 1 }, { run: 8 }] }
    const { calls, asked } = fakeCalls((call) =>
      success(call === 'fork' ? summaryOf(7) : call === 'consoleRun' ? { state } : null),
    )
    const { session } = open(calls)
    await session.calls.fork(1, [], 't')
    await session.calls.consoleRun(1, 'fork drain', 't')
    await session.calls.why(1, 1, false, 't')
    await session.calls.filterEvents(1, '', 't')
    await session.calls.divergence(1, 2, 't')
    await session.calls.matrix(RECIPE, 't')
    await session.calls.packArchive({} as never, { a: 1, b: null }, null, 't')
    await session.calls.cancel('t')
    const tokens = new Set(asked.map((args) => args.at(-1)))
    expect([...tokens]).toStrictEqual([expect.stringMatching(/^\d+:t$/)])
    asked.length = 0
    session.close()
    expect(asked).toStrictEqual([
      ['drop', 7],
      ['drop', 1],
      ['drop', 8],
    ])
  })

  it('tells progress to the page that started the run, under the token it chose', async () => {
    const { calls, asked } = runner()
    const one = open(calls)
    const two = open(calls)
    await one.session.calls.run(RECIPE, 'same')
    await two.session.calls.run(RECIPE, 'same')
    const token = String(asked[1]?.[2])
    for (const { session } of [one, two]) {
      session.hear('onDidProgress', { token, events: 7, fraction: 0.1 })
    }
    expect(one.told).toStrictEqual([])
    expect(two.told).toStrictEqual([['onDidProgress', { token: 'same', events: 7, fraction: 0.1 }]])
  })

  it('cancels only its own run of two with the same token', async () => {
    const { calls, asked } = runner()
    const one = open(calls)
    const two = open(calls)
    await one.session.calls.run(RECIPE, 'same')
    await two.session.calls.run(RECIPE, 'same')
    await two.session.calls.cancel('same')
    expect(asked[2]).toStrictEqual(['cancel', asked[1]?.[2]])
    expect(asked[2]?.[1]).not.toBe(asked[0]?.[2])
  })

  it('forgets its runs with the engine: their numbers belong to others in the next one', async () => {
    const { calls, asked } = runner()
    const { session, told } = open(calls)
    await session.calls.run(RECIPE, 'a')
    session.hear('onDidLoseEngine', { reason: 'gone' })
    asked.length = 0
    session.close()
    expect(asked).toStrictEqual([])
    expect(told).toStrictEqual([['onDidLoseEngine', { reason: 'gone' }]])
  })

  it('tells nothing to a page that is gone', () => {
    const { session, told } = open(runner().calls)
    session.close()
    session.hear('onDidLoseEngine', { reason: 'gone' })
    expect(told).toStrictEqual([])
  })

  it('lists the scenarios that its page brought and not those of others, and lets them go with it', async () => {
    const scenarios = [{ id: 'sc-01' }, { id: 'mine', own: true }, { id: 'theirs', own: true }]
    const { calls, asked } = fakeCalls((call) =>
      success(
        call === 'listScenarios'
          ? scenarios
          : call === 'addScenario'
            ? { info: scenarios[1], text: '', asked: 'mine' }
            : null,
      ),
    )
    const { session } = open(calls)
    const ids = async (): Promise<unknown> => {
      const listed = await session.calls.listScenarios()
      return listed.ok ? listed.value.map(({ id }) => id) : listed
    }
    expect(await ids()).toStrictEqual(['sc-01'])
    for (let i = 0; i < 2; i++) await session.calls.addScenario('{}', 'mine.json')
    expect(await ids()).toStrictEqual(['sc-01', 'mine'])
    expect((await session.calls.dropScenario('theirs')).ok).toBe(false)
    // Brought twice it is held once.
    expect(asked.filter(([call]) => call === 'dropScenario')).toStrictEqual([
      ['dropScenario', 'mine'],
    ])
    asked.length = 0
    session.close()
    expect(asked).toStrictEqual([['dropScenario', 'mine']])
  })

  it('has nothing to let go of an engine that was lost', async () => {
    const { calls, asked } = fakeCalls(() =>
      success({ info: { id: 'mine', own: true }, text: '', asked: 'mine' }),
    )
    const { session } = open(calls)
    await session.calls.addScenario('{}', 'mine.json')
    session.hear('onDidLoseEngine', { reason: '' })
    asked.length = 0
    session.close()
    expect(asked).toStrictEqual([])
  })
})
