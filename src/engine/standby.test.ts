/** Steps from what was made ready come where steps without it come. */
import { beforeAll, describe, expect, it } from 'vitest'
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
    const stack = (await dbg.stack()).map(({ fn, event, step }) => `${fn}@${event}.${step}`)
    const { event, step, timeNs } = dbg.position
    seen.push([event, step, timeNs, dbg.task, dbg.returned, ...stack].join(' '))
    if (i % 8 === 7) seen.push(stateText(dbg.machine))
  }
  return seen
}

describe('a debugger that is made ready', () => {
  it('moves inside of a long call as one that is not', async () => {
    expect(await walk(true)).toEqual(await walk(false))
  }, 120_000)

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
