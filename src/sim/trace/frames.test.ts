// Function frames: balanced for every task, invisible to events and digest, and telling the story.
import { describe, expect, it } from 'vitest'
import { EAGAIN, EBUSY } from '../include/linux/errno'
import { digestHex } from '../machine/digest'
import { Lab } from '../mm/test/lab'
import { commandsOf } from '../test/proof/history'
import { bootShape, SHAPES, shapeNamed, type Shape } from '../test/proof/shapes'
import { World } from '../test/proof/world'
import { FUNCTIONS } from './functions'
import { FrameChecker } from './test/frame-checker'

/** What a machine has told after a history of commands, with frames on or off. */
function runWorld(shape: Shape, seed: number, frames: boolean) {
  const m = bootShape(shape, seed)
  const world = new World(m)
  const checker = frames ? new FrameChecker(m) : null
  for (const command of commandsOf(seed)) {
    world.apply(command)
    if (checker !== null && checker.busy().length > 0) {
      checker.wrong.push(`tasks ${checker.busy().join(' ')} have frames after ${command[0]}`)
      break
    }
  }
  return { digest: digestHex(m.trace.digest), events: m.trace.events, now: m.now, checker }
}

describe('frames of random commands', () => {
  it.each(SHAPES)('are balanced for each task and change nothing: $name', (shape) => {
    for (let seed = 1; seed <= (shape.share < 0.1 ? 1 : 3); seed++) {
      const off = runWorld(shape, seed, false)
      const { checker, ...on } = runWorld(shape, seed, true)
      expect(checker?.wrong).toEqual([])
      expect({ ...on, checker: null }).toEqual(off)
    }
  })

  it('come from most of the functions in the table', () => {
    const seen = new Set<string>()
    for (const name of ['T3', 'two-cpus', 'highmem', 'x86']) {
      for (let seed = 1; seed <= 10; seed++) {
        const { checker } = runWorld(shapeNamed(name), seed, true)
        for (const fn of checker?.entered.keys() ?? []) seen.add(fn)
      }
    }
    const missing = Object.keys(FUNCTIONS).filter((fn) => !seen.has(fn))
    expect(missing.length).toBeLessThan(Object.keys(FUNCTIONS).length / 3)
  })
})

describe('frames of one call', () => {
  it('MIG-34: a pinned page shows the count that is one too many, in every attempt', () => {
    const lab = new Lab()
    lab.pin(lab.touchedCmaPage().vpn)
    const frames = new FrameChecker(lab.m, true)
    expect(lab.run(lab.contigRange(64, 96))).toBe(-EBUSY)
    expect(frames.wrong).toEqual([])
    const tests = frames.of('migrate_page_move_mapping')
    expect(tests.length).toBeGreaterThan(10)
    for (const { locals, ret } of tests) {
      expect(locals.get('page_count')).toBe((locals.get('expected_count') ?? 0) + 1)
      expect(ret).toBe(-EAGAIN)
    }
    const outer = frames.of('alloc_contig_range').at(-1)
    expect(outer).toMatchObject({ depth: 0, ret: -EBUSY, task: lab.process.task.id })
    expect(outer?.args.slice(0, 2)).toEqual([64, 96])
  })

  it('stay open while their task sleeps, and are those of that task alone', () => {
    const lab = new Lab()
    lab.touchedCmaPage()
    const other = lab.spawn('other')
    const frames = new FrameChecker(lab.m, true)
    const paused = lab.runTo(lab.contigRange(64, 96), 5, 1, other.task.id)
    const open = frames.stack(other.task.id).map(({ fn }) => fn)
    expect(open[0]).toBe('alloc_contig_range')
    expect(open.at(-1)).toBe('__unmap_and_move')
    expect(frames.stack(lab.process.task.id)).toEqual([])
    lab.finish(paused)
    expect(frames.busy()).toEqual([])
    expect(frames.wrong).toEqual([])
  })
})
