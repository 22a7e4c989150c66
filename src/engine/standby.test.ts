/** Steps from what was made ready come where steps without it come. */
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { Debugger } from './debugger'
import type { Recording } from './run'
import { HOOKS } from './test/hooks'
import { KERNELS, runShipped } from './test/scenario-run'
import { stateText } from './test/state-text'
import { troublesOf } from './why/troubles'

const MOVES = [
  (d: Debugger) => d.step('forward'),
  (d: Debugger) => d.step('backward'),
  (d: Debugger) => d.next('forward'),
  (d: Debugger) => d.next('backward'),
  (d: Debugger) => d.finish('forward'),
  (d: Debugger) => d.finish('backward'),
  (d: Debugger) => d.stepEvents(1),
  (d: Debugger) => d.stepEvents(-1),
] as const

let recording: Recording
let inCall: number

beforeAll(async () => {
  recording = await runShipped('sc-01', KERNELS.BASE)
  const trouble = troublesOf(recording).at(-1)
  inCall = Math.floor(((trouble?.callEvent ?? 0) + (trouble?.retEvent ?? 0)) / 2)
}, 60_000)

/** All that is known where the debugger stands. */
async function standing(dbg: Debugger): Promise<string> {
  const stack = (await dbg.stack()).map(({ fn, event, step, args, locals }) =>
    [`${fn}@${event}.${step}`, ...args, ...[...locals].flat()].join(','),
  )
  const { event, step, timeNs } = dbg.position
  return [event, step, timeNs, dbg.task, dbg.returned, ...stack].join(' ')
}

/** One kind of step over and over, then the other ones; `ready`: with what is kept for the next steps. */
async function march(ready: boolean, times: number): Promise<string[]> {
  const dbg = await Debugger.open(recording.tape, HOOKS)
  dbg.keepsFrames = ready
  await dbg.seek({ event: inCall, step: 0 })
  const seen: string[] = []
  for (const move of MOVES) {
    for (let i = 0; i < times; i++) {
      await move(dbg)
      seen.push(await standing(dbg))
      if (i % 5 === 3) seen.push(stateText(dbg.machine))
    }
  }
  return seen
}

/** Moves by turns that are the same every time; `ready`: with a standby for every move. */
async function walk(ready: boolean): Promise<string[]> {
  const dbg = await Debugger.open(recording.tape, HOOKS)
  dbg.keepsFrames = ready
  await dbg.seek({ event: inCall, step: 0 })
  const seen: string[] = []
  let turn = 7
  for (let i = 0; i < 16; i++) {
    if (ready) dbg.prepare()
    turn = (turn * 1_103_515_245 + 12_345) % 2_147_483_648
    await MOVES[turn % MOVES.length]?.(dbg)
    seen.push(await standing(dbg))
    if (i % 8 === 7) seen.push(stateText(dbg.machine))
  }
  return seen
}

describe('a debugger that is made ready', () => {
  it('moves inside of a long call as one that is not', async () => {
    expect(await walk(true)).toEqual(await walk(false))
  }, 120_000)

  it('comes by the same step over and over where one comes that is not', async () => {
    expect(await march(true, 9)).toEqual(await march(false, 9))
  }, 120_000)

  it.each([0, 1, 2, 3, 6, 7])(
    'plays the way once for many steps of one kind: %s',
    async (which) => {
      const dbg = await Debugger.open(recording.tape, HOOKS)
      dbg.keepsFrames = true
      await dbg.seek({ event: inCall, step: 0 })
      const play = vi.spyOn(recording.tape, 'play')
      for (let i = 0; i < 20; i++) await MOVES[which]?.(dbg)
      expect(play.mock.calls.length).toBeLessThan(7)
      play.mockRestore()
    },
    60_000,
  )

  it('does not play far for steps that may never come', async () => {
    const dbg = await Debugger.open(recording.tape, HOOKS)
    dbg.keepsFrames = true
    await dbg.seek({ event: inCall, step: 0 })
    const played: number[] = []
    const play = recording.tape.play.bind(recording.tape)
    recording.tape.play = async (...args) => {
      const end = await play(...args)
      played.push(end.position.event - dbg.position.event)
      return end
    }
    // Out of everything: each return is further away than the one before.
    for (let i = 0; i < 4; i++) await dbg.finish('forward')
    recording.tape.play = play
    const stack = await dbg.stack()
    expect(stack.length).toBeGreaterThan(1)
    expect(Math.max(...played)).toBeLessThan(1000)
  }, 60_000)

  it('does not play the way to the place again for a step', async () => {
    const dbg = await Debugger.open(recording.tape, HOOKS)
    dbg.keepsFrames = true
    await dbg.seek({ event: inCall, step: 0 })
    for (const move of MOVES.slice(0, 4)) {
      dbg.prepare()
      await new Promise((resolve) => setTimeout(resolve))
      const told: number[] = []
      const play = recording.tape.play.bind(recording.tape)
      recording.tape.play = async (from, watcher, ...rest) =>
        await play(
          from,
          {
            ...watcher,
            see: (moment) => {
              told.push(moment.event)
              return watcher.see(moment)
            },
          },
          ...rest,
        )
      await move(dbg)
      recording.tape.play = play
      expect(Math.min(...told)).toBeGreaterThan(dbg.position.event - 500)
    }
  }, 60_000)
})
