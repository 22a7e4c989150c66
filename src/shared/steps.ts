/** Long work in steps, so that others have their turn between two of them, and it can be left. */

/** Yields the part that is done, 0..1. */
export type Steps<T> = Generator<number, T, undefined>

/** All steps at once. */
export function finished<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next()
    if (step.done === true) return step.value
  }
}
