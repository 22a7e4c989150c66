import { describe, expect, it } from 'vitest'
import { smokeExitCode, smokeReport } from './smoke-report'

function side(met: boolean) {
  return { outcomes: [{ ret: 0 }], digest: 'ab', verdict: 'It succeeded.', expectation: { met } }
}

const TIMES = { started: 1000, shown: 1900.1, done: 2500.7 }
const RUNTIME = { runtime: 'electron', version: '33.2.1', chrome: '130.0.0.0' } as const

function reportOf(a: boolean, b: boolean, times = TIMES) {
  const report = smokeReport({ a: side(a), b: side(b) }, times, RUNTIME)
  if (!report.ok) throw new Error(report.error.message)
  return report.value
}

describe('smokeReport', () => {
  it('holds both sides, whole milliseconds and the runtime', () => {
    expect(reportOf(true, false)).toStrictEqual({
      format: 'pinscope/smoke@1',
      a: side(true),
      b: side(false),
      msFromProcessStart: 1501,
      msFromWindowShown: 601,
      ...RUNTIME,
    })
  })

  it('counts no negative time when the comparison was there before the window', () => {
    expect(reportOf(true, true, { ...TIMES, shown: 3000 }).msFromWindowShown).toBe(0)
  })

  it.each<[string, unknown]>([
    ['nothing', null],
    ['no sides', {}],
    ['one side', { a: side(true) }],
    ['a digest that is no text', { a: side(true), b: { ...side(true), digest: 1 } }],
    ['no outcomes', { a: side(true), b: { ...side(true), outcomes: null } }],
    [
      'an expectation in words',
      { a: side(true), b: { ...side(true), expectation: { met: 'yes' } } },
    ],
  ])('refuses a verdict of %s', (_name, verdict) => {
    expect(smokeReport(verdict, TIMES, RUNTIME).ok).toBe(false)
  })
})

describe('smokeExitCode', () => {
  it.each([
    [true, true, 0],
    [true, false, 1],
    [false, true, 1],
    [false, false, 1],
  ])('of expectations %s and %s is %i', (a, b, code) => {
    expect(smokeExitCode(reportOf(a, b))).toBe(code)
  })
})
