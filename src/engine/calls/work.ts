/** Long work under the token of who asked for it: how far it is, and whether it is still wanted. */
import { failure, type Result } from '../../shared/result'
import type { Steps } from '../../shared/steps'
import type { Tell } from '../engine'

/** Hooks of runs and of replays alike. */
export interface WorkHooks {
  readonly breathe: () => Promise<void>
  readonly isCancelled: () => boolean
  readonly onProgress: (events: number, fraction?: number) => void
}

export class Work {
  readonly #tell: Tell
  readonly #breathe: () => Promise<void>
  /** How many calls go on under a token. */
  readonly #running = new Map<string, number>()
  readonly #cancelled = new Set<string>()

  constructor(tell: Tell, breathe: () => Promise<void>) {
    this.#tell = tell
    this.#breathe = breathe
  }

  /** Hooks of work that nobody can cancel. */
  get plain(): WorkHooks {
    return { breathe: this.#breathe, isCancelled: () => false, onProgress: () => undefined }
  }

  /** Does work that the token cancels and under which its progress is told. */
  async under<T>(token: string, use: (hooks: WorkHooks) => Promise<T>): Promise<T> {
    this.#running.set(token, (this.#running.get(token) ?? 0) + 1)
    try {
      return await use({
        breathe: this.#breathe,
        isCancelled: () => this.#cancelled.has(token),
        onProgress: (events, fraction = 0) => {
          this.#tell('onDidProgress', { token, events, fraction })
        },
      })
    } finally {
      this.#done(token)
    }
  }

  /** Asks the work under a token to end; nothing when there is none. */
  cancel(token: string): void {
    if (this.#running.has(token)) this.#cancelled.add(token)
  }

  #done(token: string): void {
    const left = (this.#running.get(token) ?? 1) - 1
    if (left > 0) {
      this.#running.set(token, left)
      return
    }
    this.#running.delete(token)
    this.#cancelled.delete(token)
  }
}

/** Takes step after step, and tells how far they are; `what` names them where they are cancelled. */
export async function inTurns<T>(
  steps: Steps<Result<T>>,
  hooks: WorkHooks,
  what: string,
): Promise<Result<T>> {
  for (;;) {
    const step = steps.next()
    if (step.done === true) return step.value
    hooks.onProgress(0, step.value)
    await hooks.breathe()
    if (hooks.isCancelled()) return failure('cancelled', `${what} was cancelled`)
  }
}
