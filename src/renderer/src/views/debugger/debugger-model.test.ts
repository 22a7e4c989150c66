import { describe, expect, it } from 'vitest'
import type { StackFrame, StopPoint } from '../../../../shared/debug'
import {
  countProblem,
  fieldLine,
  logLine,
  pfnsOf,
  placeText,
  problemOf,
  stopDetails,
  stopLine,
  whyText,
} from './debugger-model'

const DRAFT = { kind: 'function', what: 'migrate_pages', condition: '', temporary: false } as const
const STOP: StopPoint = {
  id: 1,
  kind: 'event',
  text: 'event mm_page_alloc',
  line: 'break event mm_page_alloc',
  condition: '',
  commands: [],
  enabled: true,
  hits: 1,
  ignore: 0,
  temporary: false,
  log: '',
}

describe('lines of the forms', () => {
  it('are what one would type', () => {
    expect(stopLine(DRAFT).line).toBe('break migrate_pages')
    expect(stopLine({ ...DRAFT, kind: 'return', condition: ' ret < 0 ' }).line).toBe(
      'break migrate_pages exit if ret < 0',
    )
    expect(stopLine({ ...DRAFT, kind: 'event', what: 'sim_fault', temporary: true }).line).toBe(
      'tbreak event sim_fault',
    )
    expect(stopLine({ ...DRAFT, kind: 'watch', what: 'vm.pgfault', temporary: true }).line).toBe(
      'watch vm.pgfault',
    )
    expect(fieldLine('condition', 'condition 3', '').line).toBe('condition 3')
    expect(logLine(2, 'n {order}').line).toBe('log 2 "n {order}"')
    expect(logLine(2, ' ').line).toBe('log 2')
  })

  it('know the field that the caret of a refusal stands in', () => {
    const form = stopLine({ ...DRAFT, condition: 'cout > 3' })
    const refusal = (text: string, at: number): string =>
      `${form.line}\n${' '.repeat(at)}^\n${text}\n`
    const what = form.line.indexOf('migrate_pages')
    const condition = form.line.indexOf('cout')
    expect(problemOf(refusal('there is no such function', what), form)).toEqual({
      field: 'what',
      message: 'there is no such function',
    })
    expect(problemOf(refusal('"cout" means nothing here', condition), form)).toEqual({
      field: 'condition',
      message: '"cout" means nothing here',
    })
    expect(problemOf('no breakpoint 7\n', form)).toEqual({
      field: 'what',
      message: 'no breakpoint 7',
    })
  })

  it('take a count that is one', () => {
    expect(countProblem(' 12 ')).toBeNull()
    expect(countProblem('-1')).toContain('a whole number')
    expect(countProblem('')).not.toBeNull()
  })
})

describe('texts of a stop', () => {
  it('always say why it stands there', () => {
    const state = {
      ...{ run: 1, at: { event: 4, step: 0, timeNs: 0 }, actor: 'camera', frame: 0 },
      ...{ stack: [], stops: [], checkpoints: [], forks: [], watches: [] },
    }
    expect(whyText({ ...state, why: 'Interrupted.' })).toBe('Interrupted.')
    expect(whyText({ ...state, why: '' })).toBe('Brought here by the cursor.')
  })

  it('tell what a breakpoint did and will do', () => {
    expect(stopDetails(STOP)).toBe('1 hit')
    expect(
      stopDetails({ ...STOP, hits: 1234, ignore: 2, log: 'x', temporary: true, commands: ['bt'] }),
    ).toBe('1,234 hits, goes after the first, passes over 2 more, prints "x", then bt')
  })

  it('write a place with its step where there is one', () => {
    expect(placeText({ event: 12031, step: 0 })).toBe('12,031')
    expect(placeText({ event: 12031, step: 3 })).toBe('12,031.3')
  })
})

describe('frames of memory in a stack frame', () => {
  it('are its arguments and locals, each once, ascending', () => {
    const value = (pfn: number | null) => ({ name: 'page', text: '', pfn })
    const frame: StackFrame = {
      ...{ fn: 'f', file: '', rule: '', at: { event: 0, step: 0 }, returns: null },
      args: [value(9), value(null)],
      locals: [value(4), value(9)],
    }
    expect(pfnsOf(frame)).toEqual(Uint32Array.of(4, 9))
    expect(pfnsOf({ ...frame, args: [], locals: [] })).toBeNull()
    expect(pfnsOf(undefined)).toBeNull()
  })
})
