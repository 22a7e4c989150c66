import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { Debugger } from '../debugger'
import type { Recording } from '../run'
import { KERNELS, runShipped } from '../test/scenario-run'
import { ConsoleSession } from './session'

const HOOKS = {
  breathe: () => Promise.resolve(),
  isCancelled: () => false,
  onProgress: () => undefined,
}

let recording: Recording

beforeAll(async () => {
  recording = await runShipped('sc-11', KERNELS.BASE)
})

/** What a fresh console answers to the last of some lines; none before it may be refused. */
async function after(...lines: string[]): Promise<string> {
  const session = await ConsoleSession.open(recording, HOOKS)
  let text = ''
  for (const [i, line] of lines.entries()) {
    const reply = await session.run(line)
    text = reply.text
    if (i < lines.length - 1 && reply.how !== 'done') throw new Error(`${line}: ${text}`)
  }
  return text
}

describe('a console', () => {
  it('begins at the first event', async () => {
    expect(await after('when')).toMatch(/^0 · /)
  })

  it('an empty line does the last move again, but nothing else', async () => {
    expect(await after('stepi 3', '', 'when')).toMatch(/^6 · /)
    expect(await after('when', '')).toBe('')
  })

  it('a step back after a step is where one was', async () => {
    const there = await after('seek 40', 'when')
    expect(await after('seek 40', 'step', 'reverse-step', 'when')).toBe(there)
    expect(await after('seek 40', 'stepi 7', 'reverse-stepi 7', 'when')).toBe(there)
  })

  it('back and forward go through the places visited, and say where there is none', async () => {
    expect(await after('seek 10', 'seek 20', 'back', 'when')).toMatch(/^10 · /)
    expect(await after('seek 10', 'seek 20', 'back', 'forward', 'when')).toMatch(/^20 · /)
    expect(await after('forward')).toBe('no place was visited after this one\n')
  })

  it('checkpoints are listed and gone back to', async () => {
    expect(await after('seek 12', 'checkpoint here it is', 'end', 'restart 1', 'when')).toMatch(
      /^12 · /,
    )
    expect(await after('checkpoint one', 'info checkpoints')).toMatch(/1 {2}0 · .* {2}one\n$/)
  })
})

describe('the names of the frame', () => {
  afterEach(() => {
    vi.restoreAllMocks()
  })

  it('are asked for by p and its completion alone: a stack is a replay of its own', async () => {
    const asked = vi.spyOn(Debugger.prototype, 'stack')
    const session = await ConsoleSession.open(recording, HOOKS)
    const lines = ['seek 40', 'break event mm_page_alloc', 'run', 'fork', 'switch 0', 'back']
    for (const line of lines) expect(await session.run(line)).toMatchObject({ how: 'done' })
    await session.complete('seek la', 7)
    expect(asked).not.toHaveBeenCalled()
    await session.complete('p ', 2)
    expect(asked).toHaveBeenCalled()
  })

  it('are those of the frame that up and down choose', async () => {
    const session = await ConsoleSession.open(recording, HOOKS)
    for (const line of ['break buffered_rmqueue', 'run', 'up']) await session.run(line)
    const [, outer = ''] = /^#1 {2}(\w+)/.exec((await session.run('frame')).text) ?? []
    expect(await session.run('p fn')).toMatchObject({ text: `$1 = ${outer}\n` })
    await session.run('down')
    expect(await session.run('p fn')).toMatchObject({ text: '$2 = buffered_rmqueue\n' })
  })

  it('complete an expression, also while a line runs', async () => {
    const session = await ConsoleSession.open(recording, HOOKS)
    for (const line of ['break buffered_rmqueue', 'run']) await session.run(line)
    expect((await session.complete('p ord', 5)).candidates).toEqual(['order'])
    const running = session.run('seek 30')
    expect((await session.complete('p tim', 5)).candidates).toEqual(['time'])
    await running
    const completing = session.complete('p tim', 5)
    expect(await session.run('when')).toMatchObject({ how: 'done' })
    expect((await completing).candidates).toContain('time')
  })
})

describe('breakpoints', () => {
  it('stop and say why, and at the edge say where the last hit was', async () => {
    const text = await after('tbreak event mm_page_alloc', 'continue')
    expect(text).toMatch(/^Breakpoint 1: mm_page_alloc\n\d+ · .*\nmm_page_alloc: page=/)
    const edge = await after('break event mm_page_alloc', 'end', 'continue')
    expect(edge).toMatch(
      /^Reached the end of the run without a hit; the last hit before was at \d+ · .*\.\n/,
    )
    expect(await after('break event sim_bug', 'c')).toMatch(/no breakpoint was hit on the way\.\n/)
    expect(await after('c')).toMatch(/^Reached the end of the run\.\n/)
  })

  it('a condition on a function reads its arguments by name', async () => {
    const text = await after(
      'break buffered_rmqueue if order == 0',
      'run',
      'p order',
      'info args',
      'p order',
    )
    expect(text).toBe('$2 = 0\n')
  })

  it('are listed with conditions and hits, and deleted', async () => {
    const table = await after(
      'break event mm_page_alloc if order == 0',
      'run',
      'log 1 "order {order}"',
      'info breakpoints',
    )
    expect(table).toMatch(/^Num {2}Type {8}Disp {2}Enb {2}Hits {2}What\n/)
    expect(table).toMatch(/\n {2}1 {2}breakpoint {2}log {3}y {7}1 {2}event mm_page_alloc\n/)
    expect(table).toContain('        stop only if order == 0\n        print "order {order}"\n')
    expect(await after('break event mm_page_alloc', 'delete', 'info b')).toBe(
      'No breakpoints or watchpoints.\n',
    )
  })

  it('a logpoint prints and goes on', async () => {
    const text = await after('break event mm_page_alloc', 'log 1 "order {order}"', 'run')
    expect(text).toMatch(/^(order \d+\n)+Reached the end/)
  })

  it('a logpoint without a text stops again', async () => {
    const lines = ['break event mm_page_alloc', 'log 1 "{order} {{}}"', 'log 1'] as const
    expect(await after(...lines)).toBe('Breakpoint 1 stops again.\n')
    expect(await after(...lines, 'run')).toMatch(/^Breakpoint 1: mm_page_alloc\n/)
  })

  it('commands run at every stop', async () => {
    const text = await after(
      'break event mm_page_alloc',
      'commands 1',
      'when',
      'p event',
      'end',
      'run',
    )
    expect(text).toMatch(/\n\$1 = \d+\n$/)
  })

  it('until stops when an expression becomes true', async () => {
    expect(await after('until counter.allocs > 5', 'p counter.allocs')).toBe('$1 = 6\n')
    expect(await after('end', 'until counter.allocs > 5')).toBe(
      'counter.allocs > 5 holds here already\n',
    )
  })
})

describe('looking', () => {
  it('outside of every function there is no stack, and that is said', async () => {
    expect(await after('bt')).toMatch(/is in no modelled function here\n$/)
  })

  it('events are filtered from the cursor on', async () => {
    const text = await after('events type == mm_page_alloc and order == 0')
    expect(
      text
        .split('\n')
        .filter((line) => line !== '')
        .every((line) => line.includes('mm_page_alloc:')),
    ).toBe(true)
  })

  it('the history of a frame and who ever held it come from the whole run', async () => {
    const { machine } = recording
    const [page] = [...machine.pins.keys()]
    const pfn = `0x${(machine.startPfn + (page ?? 0)).toString(16)}`
    expect(await after(`history ${pfn}`)).toContain('mm_page_alloc:')
    expect(await after(`held ${pfn}`)).toMatch(/allocated/)
  })

  it('an unknown place, frame or function is refused', async () => {
    expect(await after('seek 99999999')).toMatch(/^the run has \d+ events/)
    expect(await after('seek 99s')).toMatch(/^the last event is at /)
    expect(await after('up')).toMatch(/in no modelled function/)
  })
})
