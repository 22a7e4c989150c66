/** What a smoke run writes down. No Electron in here. */
import { failure, success, type Result } from '../shared/result'

/** One side of the comparison as the page tells it (`window.pinscopeVerdict`). */
export interface SmokeSide {
  readonly outcomes: readonly unknown[]
  readonly digest: string
  readonly verdict: string
  readonly expectation: { readonly met: boolean }
}

/** Milliseconds of the system's clock. */
export interface SmokeTimes {
  readonly started: number
  readonly shown: number
  readonly done: number
}

export interface SmokeRuntime {
  readonly runtime: 'electron'
  readonly version: string
  readonly chrome: string
}

export interface SmokeReport extends SmokeRuntime {
  readonly format: 'pinscope/smoke@1'
  readonly a: SmokeSide
  readonly b: SmokeSide
  readonly msFromProcessStart: number
  /** 0 when the comparison was done before the window showed. */
  readonly msFromWindowShown: number
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function isSide(side: unknown): side is SmokeSide {
  return (
    isRecord(side) &&
    Array.isArray(side.outcomes) &&
    typeof side.digest === 'string' &&
    typeof side.verdict === 'string' &&
    isRecord(side.expectation) &&
    typeof side.expectation.met === 'boolean'
  )
}

export function smokeReport(
  verdict: unknown,
  times: SmokeTimes,
  runtime: SmokeRuntime,
): Result<SmokeReport> {
  if (!isRecord(verdict) || !isSide(verdict.a) || !isSide(verdict.b)) {
    return failure('internal', 'the page tells no verdict of its first comparison')
  }
  return success({
    format: 'pinscope/smoke@1',
    a: verdict.a,
    b: verdict.b,
    msFromProcessStart: Math.round(times.done - times.started),
    msFromWindowShown: Math.round(Math.max(0, times.done - times.shown)),
    ...runtime,
  })
}

/** 0 when both runs show what their kernels' class must show, else 1. */
export function smokeExitCode(report: SmokeReport): 0 | 1 {
  return report.a.expectation.met && report.b.expectation.met ? 0 : 1
}
