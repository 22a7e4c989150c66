// The runner of random commands: it comes by what matters, and a failure is found, shortened, repeated.
import { describe, expect, it } from 'vitest'
import { check } from '../../machine/check'
import { eventType } from '../../trace/catalogue'
import {
  commandsOf,
  failureText,
  HISTORY_LENGTH,
  runCommands,
  runHistory,
  shorten,
} from './history'
import { bootShape, shapeNamed, SHAPES, type Shape } from './shapes'
import { World } from './world'

/** Small pageblocks with real per-CPU lists, said to count exactly: 6.7.1 breaks that. */
const BREAKING: Shape = { ...shapeNamed('T2-pcp'), name: 'T2-pcp, exact', exact: true }

describe('random commands', () => {
  it.each(SHAPES)('leave a sound machine and give everything back: $name', (shape) => {
    const histories = shape.share < 0.1 ? 1 : 4
    for (let seed = 1; seed <= histories; seed++) {
      expect(runHistory(shape, seed)).toBeNull()
    }
  })

  it('come by migration, contiguous ranges, pins, replacement, stealing and swap', () => {
    const seen = new Map<string, number>()
    const note = (what: string): void => void seen.set(what, (seen.get(what) ?? 0) + 1)
    for (const name of ['T3', 'two-cpus', 'highmem', 'x86']) {
      for (let seed = 1; seed <= 30; seed++) {
        const m = bootShape(shapeNamed(name), seed)
        const world = new World(m)
        m.trace.sink = {
          event: (type, _task, _time, a, b, c) => {
            const event = eventType(type).name
            if (event === 'mm_migrate_pages') note(a > 0 ? 'moved' : 'not moved')
            if (event === 'sim_cma_try_ret') note(`range ${Math.sign(c)}`)
            if (event === 'sim_replace_page') note(c === 0 ? 'replaced' : 'not replaced')
            if (event === 'mm_page_alloc' && b > 0) note(a >= 0 ? 'block' : 'no block')
            if (event === 'sim_would_loop') return
            note(event)
          },
        }
        for (const command of commandsOf(seed)) world.apply(command)
        expect(world.acted).toBeGreaterThan(HISTORY_LENGTH / 3)
      }
    }
    const wanted = [
      ...['moved', 'not moved', 'range 0', 'range -1', 'block', 'no block', 'replaced'],
      ...['mm_page_alloc_extfrag', 'sim_gup_pin', 'sim_unpin', 'sim_fork', 'sim_munmap'],
      ...['sim_vb2', 'sim_set_pageblock_migratetype', 'mm_page_pcpu_drain', 'sim_unmap'],
    ]
    expect(wanted.filter((what) => (seen.get(what) ?? 0) < 5)).toEqual([])
  })

  it('are the same for the same seed', () => {
    expect(commandsOf(7)).toEqual(commandsOf(7))
    expect(commandsOf(7)).not.toEqual(commandsOf(8))
  })
})

describe('a history that breaks something', () => {
  function failing(): NonNullable<ReturnType<typeof runHistory>> {
    for (let seed = 1; seed < 60; seed++) {
      const failure = runHistory(BREAKING, seed)
      if (failure !== null) return failure
    }
    throw new Error('no history broke the counters')
  }

  it('is found, made shorter, and breaks again from its commands (6.7.1, 13.2)', () => {
    const failure = failing()
    expect(failure.broken[0]).toMatch(/^INV-0[678]/)
    const short = shorten(BREAKING, failure)
    expect(short.commands.length).toBeLessThan(failure.commands.length / 2)
    const again = runCommands(BREAKING, short.kernel, short.commands)
    expect(again).toEqual({ at: short.at, broken: short.broken })
  })

  it('is printed with its seed, its commands and how to have it again', () => {
    const failure = { ...failing(), shape: 'T2-pcp' }
    const text = failureText(failure)
    expect(text).toContain(`seed ${failure.seed}: after command ${failure.at}`)
    expect(text).toContain(`npm run properties -- --shape T2-pcp --seed ${failure.seed}`)
    expect(text).toContain(JSON.stringify(failure.commands))
  })

  it('includes a command that goes on emitting events: it is named, and with the usual limit it ends', () => {
    const commands = commandsOf(1)
    const found = runCommands(shapeNamed('T3'), 0, commands, 10)
    const [command, [broken]] = [commands[found?.at ?? -1], found?.broken ?? []]
    expect(broken).toContain(`${JSON.stringify(command)} emitted more than 10 events`)
    expect(runCommands(shapeNamed('T3'), 0, commands)).toBeNull()
  })

  it('includes what the model itself calls a bug', () => {
    const found = runCommands(shapeNamed('T3'), 0, [['no such command', 0, 0, 0]])
    expect(found?.at).toBe(0)
    expect(found?.broken[0]).toMatch(/no such command/)
  })
})

describe('shapes', () => {
  it('boot sound', () => {
    for (const shape of SHAPES) {
      for (const kernel of [0, 1, 2, 3]) {
        expect(check(bootShape(shape, kernel), { quiescent: true })).toEqual([])
      }
    }
  })

  it('are named in the complaint about one that is not there', () => {
    expect(() => shapeNamed('T9')).toThrow(/no shape "T9"; there are T3, T2/)
  })
})
