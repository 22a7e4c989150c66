import { createPinia } from 'pinia'
import { createApp } from 'vue'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { SessionDoc } from '../../../shared/session'
import { success } from '../../../shared/result'
import { createFakePinscope } from '../test/fake-pinscope'
import { fakeRecording, mapsOf } from '../test/fake-recording'
import { PINSCOPE } from '../wire/pinscope'
import { useComparisonStore } from './comparison'
import { useCursorStore } from './cursor'
import { useDebugStore } from './debug'
import { useForksStore } from './forks'
import { useRecordingsStore } from './recordings'
import { useSessionStore } from './session'
import { useWhyStore } from './why'

async function open() {
  const packed: SessionDoc[] = []
  const asked: string[] = []
  const fake = createFakePinscope({
    calls: {
      divergence: (a, b) => {
        asked.push(`divergence ${a} ${b}`)
        return Promise.resolve(success(null))
      },
      eventAt: (_run, timeNs) => Promise.resolve(success({ event: 7, step: 0, timeNs })),
      align: () => Promise.resolve(success(null)),
      proof: (run) => {
        asked.push(`proof ${run}`)
        return Promise.resolve(
          success({ events: 9, simTimeNs: 90, digest: 'a'.repeat(64), keyframes: [] }),
        )
      },
      packSession: (doc) => {
        packed.push(doc)
        return Promise.resolve(success(new Uint8Array(1)))
      },
      seek: (run) => {
        asked.push(`seek ${run}`)
        return Promise.resolve(success({} as never))
      },
    },
  })
  const pinscope = { ...fake, ...mapsOf(fake) }
  vi.stubGlobal('pinscopeShell', {
    saveSession: (_bytes: Uint8Array, _path: string | null, name: string) =>
      Promise.resolve(success({ path: `/x/${name}`, name })),
  })
  const pinia = createPinia()
  createApp({}).provide(PINSCOPE, pinscope).use(pinia)
  const comparison = useComparisonStore(pinia)
  const forks = useForksStore(pinia)
  const session = useSessionStore(pinia)
  await comparison.open()
  return {
    ...{ pinscope, comparison, forks, session, packed, asked },
    recordings: useRecordingsStore(pinia),
    cursor: useCursorStore(pinia),
    debug: useDebugStore(pinia),
    why: useWhyStore(pinia),
  }
}

afterEach(() => vi.unstubAllGlobals())

describe('a recording of another kernel', () => {
  it('stands in the place of a run; scenario, kernel and the run itself stay', async () => {
    const { comparison, recordings, forks, cursor, pinscope, session } = await open()
    const own = comparison.b.shown?.summary.run
    const { kernel } = comparison.b
    await recordings.view(fakeRecording(1001), 'b')
    expect(comparison.b.shown?.summary.run).toBe(1001)
    expect(comparison.b.kernel).toBe(kernel)
    expect(comparison.scenarioId).toBe('sc-01')
    expect(cursor.side).toBe('b')
    expect(forks.tree.map(({ run }) => run)).toEqual([0, own])
    expect(pinscope.dropped).toEqual([])
    expect(session.changed).toBe(false)
  })

  it('is left for the run that stood there, and kept until it is let go', async () => {
    const { comparison, recordings, pinscope } = await open()
    const own = comparison.a.shown?.summary.run
    const recording = fakeRecording(1001)
    await recordings.view(recording, 'a')
    await recordings.leave('a')
    expect(comparison.a.shown?.summary.run).toBe(own)
    expect(pinscope.ran).toHaveLength(2)
    expect(recordings.list).toEqual([recording])
    await recordings.view(recording, 'a')
    await recordings.forget(recording)
    expect(comparison.a.shown?.summary.run).toBe(own)
    expect(recordings.list).toEqual([])
    expect(pinscope.dropped).toEqual([1001])
  })

  it('gives its place to the run of another kernel, and is still kept', async () => {
    const { comparison, recordings, pinscope } = await open()
    await recordings.view(fakeRecording(1001), 'b')
    await comparison.flipPatch('b', 4)
    expect(comparison.b.shown?.summary.foreign).toBeUndefined()
    expect(recordings.shownBy(1001)).toEqual([])
    expect(recordings.list).toHaveLength(1)
    expect(pinscope.dropped).not.toContain(1001)
  })

  it('has nothing to step through and nothing that is explained', async () => {
    const { recordings, debug, why, asked } = await open()
    await recordings.view(fakeRecording(1001), 'a')
    why.inSight = true
    expect(debug.canRun).toBe(false)
    expect(debug.foreign?.name).toBe('pin.trace')
    await debug.follow()
    expect(await debug.run('step')).toBeNull()
    expect(debug.transcript.blocks.at(-1)?.text).toBe(
      'pin.trace is a recording of another kernel: there is nothing to step through.\n',
    )
    expect(asked.filter((call) => call.startsWith('seek'))).toEqual([])
    expect(why.run).toBeNull()
  })

  it('is no part of a session: the run it hides is saved, no place in it is, and it is said', async () => {
    const { comparison, recordings, cursor, session, packed, asked } = await open()
    await recordings.view(fakeRecording(1001), 'a')
    await cursor.goToTime('a', 5_000)
    expect(cursor.at.a?.event).toBe(7)
    expect(await session.save()).toBe(true)
    expect(packed[0]).toMatchObject({
      a: { recipe: { scenario: 'sc-01', kernel: { patches: [] } }, proof: { events: 9 } },
      view: { cursor: { a: null }, shown: { a: null } },
    })
    expect(asked.filter((call) => call.startsWith('proof'))).toEqual(['proof 0', 'proof 1'])
    expect(session.notice?.lines).toEqual([
      'The recording pin.trace that A shows is not in the file, the run of A is: keep pin.trace itself.',
    ])
    expect(comparison.a.shown?.summary.run).toBe(1001)
  })

  it('is gone with the engine', async () => {
    const { recordings, pinscope } = await open()
    await recordings.view(fakeRecording(1001), 'a')
    pinscope.tell('onDidLoseEngine', { reason: 'gone' })
    expect(recordings.list).toEqual([])
  })
})
