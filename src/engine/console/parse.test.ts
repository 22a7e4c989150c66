import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { printExpr } from '../expr/ast'
import { caretText, type ExprError } from '../expr/error'
import { KERNELS, runShipped } from '../test/scenario-run'
import type { Command } from './command'
import type { ConsoleNames } from './names'
import { parseCommand } from './parse'
import { namesOf } from './test/names'
import { helpText, VERBS } from './verbs'

let names: ConsoleNames
/** A frame that somebody pins, and one that nobody does. */
let pinned: string
let free: string

beforeAll(async () => {
  const recording = await runShipped('sc-01', KERNELS.BASE)
  names = namesOf(recording)
  const { machine } = recording
  const [page] = [...machine.pins.keys()]
  pinned = `0x${(machine.startPfn + (page as number)).toString(16)}`
  free = `0x${machine.startPfn.toString(16)}`
})

function command(line: string): Command | null {
  const parsed = parseCommand(line, names)
  if (!parsed.ok) throw new Error(caretText(line, parsed.error))
  return parsed.value
}

/** The command with its expressions printed. */
function plain(line: string): unknown {
  return JSON.parse(
    JSON.stringify(command(line), (_key, value: unknown) => {
      if (typeof value !== 'object' || value === null || !('expr' in value)) return value
      return 'text' in value ? printExpr(value.expr as never) : value
    }),
  )
}

function problem(line: string): ExprError {
  const parsed = parseCommand(line, names)
  if (parsed.ok) throw new Error(`"${line}" should be refused`)
  return parsed.error
}

describe('breakpoints', () => {
  it('stand at functions, event types and frames', () => {
    expect(plain('break alloc_contig_range')).toEqual({
      verb: 'break',
      stop: { kind: 'function', fn: 'alloc_contig_range', on: 'entry' },
      condition: null,
      once: false,
    })
    expect(plain('tbreak event mm_page_alloc if order > 0 and actor == camera')).toEqual({
      verb: 'break',
      stop: { kind: 'event', type: 'mm_page_alloc' },
      condition: 'order > 0 && actor == camera',
      once: true,
    })
    expect(plain(`b pfn ${pinned}`)).toMatchObject({ stop: { kind: 'pfn', pfn: Number(pinned) } })
  })

  it('a condition on ret moves the breakpoint to the return', () => {
    expect(plain('break alloc_contig_range if ret == -EBUSY')).toMatchObject({
      stop: { fn: 'alloc_contig_range', on: 'exit' },
      condition: 'ret == -EBUSY',
    })
    expect(plain('break alloc_contig_range exit')).toMatchObject({ stop: { on: 'exit' } })
    expect(problem('break alloc_contig_range entry if ret < 0')).toMatchObject({ column: 7 })
  })

  it('watches read the machine, with or without a condition', () => {
    expect(plain(`watch page(${pinned}).count`)).toEqual({
      verb: 'watch',
      expr: `page(${pinned}).count`,
      condition: null,
    })
    expect(plain('watch zone(Normal).nr_free_cma if actor == codec')).toMatchObject({
      expr: 'zone(Normal).nr_free_cma',
      condition: 'actor == codec',
    })
  })

  it('conditions, ignore counts, logpoints and lists of numbers', () => {
    expect(plain('condition 1 end - start == 1024')).toEqual({
      verb: 'condition',
      id: 1,
      condition: 'end - start == 1024',
    })
    expect(plain('condition 1')).toEqual({ verb: 'condition', id: 1, condition: null })
    expect(plain('ignore 2 5')).toEqual({ verb: 'ignore', id: 2, count: 5 })
    expect(plain('delete 1 2')).toEqual({ verb: 'delete', ids: [1, 2] })
    expect(plain('disable')).toEqual({ verb: 'disable', ids: [] })
    expect(command('log 1 "from {start} gives {ret}"')).toMatchObject({
      verb: 'log',
      id: 1,
      parts: [{ text: 'from ' }, { source: 'start' }, { text: ' gives ' }, { source: 'ret' }],
    })
  })
})

describe('moves and places', () => {
  it.each([
    ['s', 'step', false, 1],
    ['n 3', 'next', false, 3],
    ['fin', 'finish', false, 1],
    ['c', 'continue', false, 1],
    ['rc', 'continue', true, 1],
    ['rs', 'step', true, 1],
    ['reverse-next 2', 'next', true, 2],
    ['reverse-f', 'finish', true, 1],
    ['rsi', 'stepi', true, 1],
  ])('%s', (line, motion, reverse, count) => {
    expect(plain(line)).toEqual({ verb: 'move', motion, reverse, count })
  })

  it.each([
    ['seek 12031', { at: 'event', event: 12031, step: 0 }],
    ['seek 12,031.3 · 4.002 ms', { at: 'event', event: 12031, step: 3 }],
    ['seek 4.2ms', { at: 'time', timeNs: 4_200_000 }],
    ['seek last failure', { at: 'failure', which: 'last' }],
    ['start', { at: 'start' }],
    ['end', { at: 'end' }],
  ])('%s', (line, to) => {
    expect(plain(line)).toEqual({ verb: 'seek', to })
  })

  it('until takes a place or an expression', () => {
    expect(plain('until 4ms')).toEqual({ verb: 'until', goal: { at: 'time', timeNs: 4_000_000 } })
    expect(plain('until counter.faults > 3')).toEqual({ verb: 'until', goal: 'counter.faults > 3' })
  })

  it('checkpoints keep a note', () => {
    expect(plain('checkpoint before  the pin')).toEqual({
      verb: 'checkpoint',
      note: 'before  the pin',
    })
    expect(plain('restart 1')).toEqual({ verb: 'restart', id: 1 })
  })
})

describe('looking', () => {
  it.each([
    ['p zone(Normal).nr_free_cma', { verb: 'print', expr: 'zone(Normal).nr_free_cma' }],
    ['info b', { verb: 'info', topic: 'breakpoints', prefix: '' }],
    ['i functions migr', { verb: 'info', topic: 'functions', prefix: 'migr' }],
    ['why', { verb: 'why', of: { kind: 'last' } }],
    ['why 2', { verb: 'why', of: { kind: 'request', number: 2 } }],
    ['kmem -f', { verb: 'kmem', view: 'f', pfn: null }],
    ['pagetypeinfo', { verb: 'show', view: 'pagetypeinfo' }],
    ['bt', { verb: 'bt', count: null }],
    ['bt 2', { verb: 'bt', count: 2 }],
    ['frame 1', { verb: 'frame', number: 1 }],
    ['events type == mm_page_free', { verb: 'events', filter: 'type == mm_page_free' }],
    ['help rc', { verb: 'help', about: 'reverse-continue' }],
    ['audit', { verb: 'audit', area: null }],
  ])('%s', (line, wanted) => {
    expect(plain(line)).toEqual(wanted)
  })

  it('a frame is named by its PFN', () => {
    const pfn = Number(pinned)
    expect(plain(`p page ${pinned}`)).toEqual({ verb: 'page', pfn })
    expect(plain(`ledger ${pinned}`)).toEqual({ verb: 'ledger', pfn })
    expect(plain(`why ${pinned}`)).toEqual({ verb: 'why', of: { kind: 'pfn', pfn } })
    expect(plain(`kmem -p ${pinned}`)).toEqual({ verb: 'kmem', view: 'p', pfn })
  })
})

describe('forks', () => {
  it.each([
    ['fork', { kind: 'nothing' }],
    ['fork drain', { kind: 'drain' }],
    ['fork patch 4 on', { kind: 'patch', number: 4, on: true }],
    ['fork policy longterm-5.13', { kind: 'policy', policy: 'longterm-5.13' }],
    [
      'fork inject -ENOMEM at 3rd alloc_pages',
      { kind: 'inject', ret: -12, nth: 3, fn: 'alloc_pages' },
    ],
    [
      'fork inject -EAGAIN at unmap_and_move',
      { kind: 'inject', ret: -11, nth: 1, fn: 'unmap_and_move' },
    ],
    ['fork sleep codec 10ms', { kind: 'sleep', actor: 'codec', ns: 10_000_000 }],
  ])('%s', (line, change) => {
    expect(plain(line)).toEqual({ verb: 'fork', change })
  })

  it('an area grows by pages or by a size', () => {
    const area = names.machine.cma[0]?.name ?? ''
    const change = { kind: 'grow', area, pages: 1024 }
    expect(plain(`fork grow ${area} 1024`)).toEqual({ verb: 'fork', change })
    expect(plain(`fork grow ${area} 4M`)).toEqual({ verb: 'fork', change })
  })

  it('unpin asks for a frame that somebody pins', () => {
    expect(plain(`fork unpin ${pinned}`)).toMatchObject({ change: { pfn: Number(pinned) } })
    expect(problem(`fork unpin ${free}`).message).toBe(
      `nobody pins PFN ${free} here; ledger shows who holds it`,
    )
  })
})

describe('what is refused', () => {
  it.each([
    ['brake alloc_pages', 1, /^no command "brake"; did you mean break/],
    ['xyzzyq', 1, 'no command "xyzzyq"; help lists them'],
    ['info xyzzyq', 6, /^there is no topic "xyzzyq"; there are breakpoints, checkpoints, /],
    ['audit xyzzyq', 7, /^there is no CMA area "xyzzyq"; the only one is /],
    ['switch 7', 8, 'no run 7; there are 0, 1'],
    ['re', 1, /^"re" is short for reverse-step, /],
    [
      'break aloc_contig_range',
      7,
      'there is no modelled function "aloc_contig_range"; did you mean alloc_contig_range?',
    ],
    ['break event mm_page_aloc', 13, /mm_page_alloc/],
    ['break alloc_contig_range if stort == 1', 29, /did you mean start\?$/],
    ['break alloc_contig_range if ret = 1', 33, 'write == to compare'],
    ['break alloc_contig_range if', 28, 'expected a condition behind if'],
    ['break alloc_contig_range iff', 26, '"iff" is one word too many'],
    ['break', 6, 'expected a function, event TYPE or pfn PFN'],
    ['watch page(0x1).count', 12, /^PFN 0x1 lies in no zone/],
    ['p page 0x1', 8, /^PFN 0x1 lies in no zone of this machine; did you mean 0x/],
    ['p page pfn', 8, '"pfn" is no PFN; write it as 0x67103'],
    ['condition 7', 11, 'no breakpoint 7; there are 1, 2'],
    ['seek somewhere', 6, /is no place/],
    ['seek last success', 11, 'expected the word failure, got "success"'],
    ['restart 4', 9, 'no checkpoint 4; the only one is 1'],
    ['fork patch 6 on', 12, 'there is no patch 6; they are 1 to 5'],
    ['fork policy longtrem-5.1', 13, /did you mean longterm-5\.1/],
    [
      'fork inject -ENOMEM at alloc_contig_rang',
      24,
      'there is no injectable function "alloc_contig_rang"; did you mean alloc_contig_range?',
    ],
    [
      'fork inject -ENOMEM at 2nd vb2_qbuf',
      28,
      /"vb2_qbuf"; there are alloc_pages, unmap_and_move/,
    ],
    ['fork sleep camra 10ms', 12, 'there is no actor "camra"; did you mean camera?'],
    ['fork sleep camera long', 19, '"long" is no time, such as 10ms'],
    ['log 1 "{stort}"', 9, /did you mean start\?$/],
    ['log 1 "{ret"', 8, /^a \{ without a \}/],
    ['info breakpointz', 6, /^there is no topic "breakpointz"; did you mean breakpoints/],
    ['kmem -q', 6, 'there is no view "-q"; did you mean -f, -i or -p?'],
    ['step two', 6, 'expected how often, got "two"'],
    ['quit now', 6, '"now" is one word too many'],
  ])('%s', (line, column, message) => {
    const error = problem(line)
    if (typeof message === 'string') expect(error.message).toBe(message)
    else expect(error.message).toMatch(message)
    expect(error.column).toBe(column)
  })

  it('a PFN without 0x is recognised when only hexadecimal makes sense of it', () => {
    expect(problem(`p page ${pinned.slice(2)}`).nearest).toEqual([pinned])
  })
})

describe('the table of verbs', () => {
  it('an empty line and a comment ask nothing', () => {
    expect(command('')).toBeNull()
    expect(command('   # note')).toBeNull()
  })

  it('no two verbs share a name or a short form', () => {
    const all = VERBS.flatMap((v) => [v.name, ...v.aliases])
    expect(new Set(all).size).toBe(all.length)
  })

  it('help has every verb, and a line for each', () => {
    const text = helpText(null)
    for (const { name, usage, help } of VERBS) {
      expect(text).toContain(`  ${name} `)
      expect(helpText(name)).toContain(`${usage}\n  ${help}\n`)
    }
  })

  it('any line is read or refused at a column of it or just behind it', () => {
    const verb = fc.constantFrom(...VERBS.flatMap((v) => [v.name, ...v.aliases]))
    const word = fc.oneof(
      fc.constantFrom(
        'if',
        'event',
        'pfn',
        'page',
        '0x60000',
        '1',
        '3rd',
        'at',
        '-ENOMEM',
        'alloc_pages',
        'camera',
        '4ms',
        'last',
        'failure',
        '"{',
        'page(0x60000).count',
        '==',
        '-f',
        'on',
        'inject',
        'sleep',
      ),
      fc.string({ maxLength: 6 }),
    )
    const line = fc
      .tuple(fc.oneof(verb, fc.string({ maxLength: 4 })), fc.array(word, { maxLength: 5 }))
      .map(([first, rest]) => [first, ...rest].join(' '))
    fc.assert(
      fc.property(line, (text) => {
        const parsed = parseCommand(text, names)
        if (parsed.ok) return
        expect(parsed.error.column).toBeGreaterThanOrEqual(1)
        expect(parsed.error.column).toBeLessThanOrEqual(text.length + 1)
      }),
      { numRuns: 3000 },
    )
  })
})
