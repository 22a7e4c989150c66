import { createPinia } from 'pinia'
import { createApp } from 'vue'
import { describe, expect, it } from 'vitest'
import { failure, success } from '../../../shared/result'
import type { StopPoint } from '../../../shared/debug'
import { FAKE_STATE, fakeDebug, type FakeDebug } from '../test/fake-debug'
import { createFakePinscope } from '../test/fake-pinscope'
import { PINSCOPE } from '../wire/pinscope'
import { useComparisonStore } from './comparison'
import { useCursorStore } from './cursor'
import { useDebugStore } from './debug'

async function open(fake: FakeDebug) {
  const pinscope = createFakePinscope({ calls: fake.calls })
  const pinia = createPinia()
  createApp({}).provide(PINSCOPE, pinscope).use(pinia)
  const comparison = useComparisonStore(pinia)
  const cursor = useCursorStore(pinia)
  const debug = useDebugStore(pinia)
  await comparison.open()
  const run = comparison.a.shown?.summary.run ?? -1
  const events = comparison.a.shown?.summary.events ?? 0
  return { pinscope, comparison, cursor, debug, run, events }
}

const place = (event: number) => ({ event, step: 0, timeNs: event * 10 })
const STOP: StopPoint = {
  id: 1,
  kind: 'function',
  text: 'return of migrate_pages if ret < 0',
  line: 'break migrate_pages exit',
  condition: 'ret < 0',
  commands: ['bt'],
  enabled: false,
  hits: 4,
  ignore: 2,
  temporary: false,
  log: '{ret}',
}

describe('the one cursor', () => {
  it('is where a command begins, and where it stops', async () => {
    const fake = fakeDebug(() => ({ state: { at: place(7), why: 'Stepped to an event.' } }))
    const { cursor, debug, run, events } = await open(fake)
    await debug.run('step')
    expect(cursor.at.a).toEqual(place(7))
    await debug.run('step')
    await cursor.stand('a', place(100))
    expect(debug.isHere).toBe(false)
    await debug.run('bt')
    expect(fake.did).toEqual([
      `${run} seek ${events}`,
      `${run} step`,
      `${run} step`,
      `${run} seek 100`,
      `${run} bt`,
    ])
  })

  it('stands at the end when the debugger does', async () => {
    const fake = fakeDebug(() => ({ state: { at: place(1_000_000) } }))
    const { cursor, debug } = await open(fake)
    await cursor.stand('a', place(3))
    await debug.run('end')
    expect(cursor.at.a).toBeNull()
    expect(debug.isHere).toBe(true)
  })

  it('stays while the debugger looks at a fork, which is not brought back by it', async () => {
    const fake = fakeDebug((line) => ({
      state: {
        run: 99,
        at: place(line === 'fork drain' ? 50 : 51),
        forks: [{ id: 1, run: 99, parent: 0, at: 50, text: 'drain', current: true }],
      },
    }))
    const { cursor, debug, run } = await open(fake)
    await cursor.stand('a', place(50))
    await debug.run('fork drain')
    await debug.run('step')
    expect(cursor.at.a).toEqual(place(50))
    expect(debug.inFork?.text).toBe('drain')
    expect(fake.did).toEqual([`${run} seek 50`, `${run} fork drain`, `${run} step`])
  })

  it('follows the cursor when its area asks for it, once', async () => {
    const fake = fakeDebug()
    const { cursor, debug, run } = await open(fake)
    await cursor.stand('a', place(12))
    await debug.follow()
    await debug.follow()
    expect(fake.did).toEqual([`${run} seek 12`])
    expect(debug.state?.at).toEqual(place(12))
  })
})

describe('the console', () => {
  it('says each line with its answer, also one that is refused', async () => {
    const fake = fakeDebug((line) =>
      line === 'bt' ? { text: 'no stack\n' } : { text: 'bad\n', how: 'refused' },
    )
    const { debug } = await open(fake)
    await Promise.all([debug.run('bt'), debug.run('xyz')])
    expect(debug.transcript.blocks.map(({ line, text, how }) => [line, text, how])).toEqual([
      ['bt', 'no stack\n', 'done'],
      ['xyz', 'bad\n', 'refused'],
    ])
    debug.clear()
    expect(debug.transcript.blocks).toEqual([])
  })

  it('cancels the line that runs, and tells how far its search is', async () => {
    const fake = fakeDebug()
    const gate: { open: () => void } = { open: () => undefined }
    const asked = fake.calls.consoleRun
    const calls = {
      ...fake.calls,
      consoleRun: async (...args: Parameters<NonNullable<typeof asked>>) => {
        await new Promise<void>((resolve) => (gate.open = resolve))
        return (await asked?.(...args)) ?? failure('internal', '')
      },
    }
    const { debug, pinscope } = await open({ ...fake, calls })
    const done = debug.run('continue')
    await new Promise((resolve) => setTimeout(resolve))
    const token = debug.running?.token ?? ''
    pinscope.tell('onDidProgress', { token, events: 500, fraction: 0 })
    expect(debug.running).toMatchObject({ line: 'continue', events: 500 })
    expect(debug.canRun).toBe(false)
    await debug.stop()
    expect(pinscope.cancelled).toContain(token)
    gate.open()
    await done
    expect(debug.running).toBeNull()
  })

  it('takes no moves while it takes the lines of commands', async () => {
    const { debug } = await open(
      fakeDebug((line) => ({ prompt: line === 'end' ? '(pinscope) ' : '> ' })),
    )
    await debug.run('commands 1')
    expect(debug.canRun).toBe(false)
    await debug.run('end')
    expect(debug.canRun).toBe(true)
  })

  it('keeps its text when the engine dies, and says what became of the runs', async () => {
    const { debug, pinscope } = await open(fakeDebug(() => ({ text: 'here\n' })))
    await debug.run('when')
    pinscope.tell('onDidLoseEngine', { reason: 'out of memory' })
    const texts = debug.transcript.blocks.map(({ text }) => text)
    expect(texts[0]).toBe('here\n')
    expect(texts[1]).toContain('out of memory')
    expect(debug.state).toBeNull()
    // Whoever was about to follow the cursor does not ask for runs that are gone.
    await debug.follow()
    expect(debug.failure?.message).toBe('The runs are gone: out of memory. Run both again.')
  })

  it('says why the engine could not be asked', async () => {
    const fake = fakeDebug()
    const calls = {
      ...fake.calls,
      seek: () => Promise.resolve(failure('not-found', 'run 3 is gone')),
    }
    const { debug } = await open({ ...fake, calls })
    expect(await debug.run('bt')).toBeNull()
    expect(debug.transcript.blocks[0]).toMatchObject({ text: 'run 3 is gone\n', how: 'failed' })
    expect(debug.failure?.message).toBe('run 3 is gone')
  })
})

describe('a run that is made anew', () => {
  it('gets the breakpoints and watches of the one before, as they were', async () => {
    const fake = fakeDebug((line) =>
      line.startsWith('break') ? { state: { stops: [{ ...STOP, id: 5 }] } } : {},
    )
    const { debug, comparison } = await open(fake)
    await debug.run('break migrate_pages exit')
    await debug.addWatch('vm.pgfault')
    await comparison.flipPatch('a', 2)
    const did = fake.did.length
    await debug.follow()
    const run = comparison.a.shown?.summary.run ?? -1
    expect(fake.did.slice(did, -1)).toEqual(
      [
        'break migrate_pages exit',
        'condition 5 ret < 0',
        'log 5 "{ret}"',
        'ignore 5 2',
        'commands 5',
        'bt',
        'end',
        'disable 5',
        'add vm.pgfault',
      ].map((line) => `${run} ${line}`),
    )
    expect(debug.transcript.blocks.at(-1)?.text).toBe(
      'Set again in the new run: 1 breakpoint and 1 watch.\n',
    )
  })

  it('gets the watches later where the engine did not take them, and is told of none before', async () => {
    const fake = fakeDebug()
    let lost = false
    const { addWatch } = fake.calls
    const gone = failure('engine-lost', 'out of memory')
    const { debug, comparison } = await open({
      ...fake,
      calls: {
        ...fake.calls,
        addWatch: async (...args) => (lost ? gone : ((await addWatch?.(...args)) ?? gone)),
      },
    })
    await debug.addWatch('vm.pgfault')
    lost = true
    await comparison.flipPatch('a', 2)
    await debug.follow()
    expect(debug.failure?.message).toBe('out of memory')
    expect(debug.transcript.blocks).toEqual([])
    lost = false
    await comparison.flipPatch('a', 2)
    await debug.follow()
    expect(debug.transcript.blocks.at(-1)?.text).toBe('Set again in the new run: 1 watch.\n')
  })

  it('gets them also when the run before it was gone with the engine', async () => {
    const fake = fakeDebug((line) =>
      line.startsWith('break') ? { state: { stops: [{ ...STOP, id: 5 }] } } : {},
    )
    const { calls } = fake
    let lost = false
    const gone = failure('not-found', 'run 0 is not kept any more')
    const { debug, comparison, pinscope } = await open({
      ...fake,
      calls: {
        ...calls,
        consoleRun: async (...args) => {
          const answer = lost ? gone : await calls.consoleRun?.(...args)
          return answer ?? gone
        },
      },
    })
    await debug.run('break migrate_pages exit')
    pinscope.tell('onDidLoseEngine', { reason: 'out of memory' })
    lost = true
    await debug.run('info breakpoints')
    expect(debug.transcript.blocks.at(-1)?.how).toBe('failed')
    lost = false
    await comparison.runBoth()
    await debug.follow()
    expect(debug.transcript.blocks.at(-1)?.text).toBe('Set again in the new run: 1 breakpoint.\n')
  })

  it('shows nothing of the run before it', async () => {
    const { debug, comparison } = await open(fakeDebug())
    await debug.run('when')
    expect(debug.state).toMatchObject({ actor: FAKE_STATE.actor })
    await comparison.flipPatch('a', 2)
    expect(debug.state).toBeNull()
  })
})

describe('watches', () => {
  it('are added and dropped, and a text that is none is refused with the reason', async () => {
    const { debug } = await open(fakeDebug())
    expect(await debug.addWatch('1 +')).toMatchObject({ message: 'expected a value (column 4)' })
    expect(await debug.addWatch('event')).toBeNull()
    expect(debug.state?.watches).toHaveLength(1)
    expect(await debug.dropWatch(1)).toBeNull()
    expect(debug.state?.watches).toHaveLength(0)
  })

  it('wait for a run', async () => {
    const pinscope = createFakePinscope({
      calls: { listScenarios: () => Promise.resolve(success([])) },
    })
    const pinia = createPinia()
    createApp({}).provide(PINSCOPE, pinscope).use(pinia)
    const debug = useDebugStore(pinia)
    expect(debug.canRun).toBe(false)
    await debug.run('bt')
    expect(debug.transcript.blocks[0]?.text).toContain('There is no run yet')
  })
})
