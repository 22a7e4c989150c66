/** Long work in steps, so that others have their turn between two of them, and it can be left. */

/** Yields the part that is done, 0..1. */
export type Steps<T> = Generator<number, T, undefined>

/** The steps as a part of longer work, from one fraction of it to another. */
export function* within<T>(steps: Steps<T>, from: number, to: number): Steps<T> {
  for (;;) {
    const step = steps.next()
    if (step.done === true) return step.value
    yield from + step.value * (to - from)
  }
}

/** All steps at once. */
export function finished<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next()
    if (step.done === true) return step.value
  }
}
