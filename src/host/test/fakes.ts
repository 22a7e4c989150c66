import type { Calls } from '../../shared/contract'
import type { Recipe, RunSummary } from '../../shared/run'
import { success, type Result } from '../../shared/result'
import { callsOver } from '../../shared/wire'
import type { EnginePort } from '../rpc'

export { FAKE_ENGINE } from './engine.mjs'

export const RECIPE: Recipe = {
  scenario: 'sc-01',
  seed: 1,
  set: { cma: '16M' },
  kernel: { patches: [1, 3, 5], mode: 'strict' },
}

export type Asked = readonly [call: string, ...args: unknown[]]

/** Calls that note what they were asked and answer with what `answer` gives. */
export function fakeCalls(
  answer: (...asked: Asked) => Result<unknown> | Promise<Result<unknown>> = () => success(null),
): { calls: Calls; asked: Asked[] } {
  const asked: Asked[] = []
  const calls = callsOver((call, args) => {
    asked.push([call, ...args])
    return Promise.resolve(answer(call, ...args))
  })
  return { calls, asked }
}

/** As much of a summary as the hosts look at. */
export function summaryOf(run: number): RunSummary {
  return { run } as RunSummary
}

/** A port whose far side is the test. */
export class FakePort implements EnginePort {
  readonly sent: unknown[] = []
  killed = false
  readonly #messages: ((message: unknown) => void)[] = []
  readonly #exits: ((reason: string) => void)[] = []

  readonly send = (message: unknown): void => {
    this.sent.push(message)
  }
  readonly onMessage = (listener: (message: unknown) => void): void => {
    this.#messages.push(listener)
  }
  readonly onExit = (listener: (reason: string) => void): void => {
    this.#exits.push(listener)
  }
  readonly kill = (): void => {
    this.killed = true
  }

  say(message: unknown): void {
    for (const listener of this.#messages) listener(message)
  }

  die(reason: string): void {
    for (const listener of this.#exits) listener(reason)
  }
}
