/** An expected failure is a value; a broken assumption is thrown. */
export type Result<T, E = Failure> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: E }

/** What was tried, why it failed, and what to do: one plain sentence each. */
export interface Failure {
  readonly code: FailureCode
  readonly message: string
  /** Where in the input, when the input was at fault: a path such as `machine.cma`. */
  readonly at?: string
}

export type FailureCode =
  | 'bad-input'
  | 'does-not-build'
  | 'not-found'
  | 'cancelled'
  | 'engine-lost'
  | 'internal'
  /** Of session files. */
  | 'not-a-session'
  | 'damaged'
  | 'too-new'
  | 'too-large'
  | 'changed-on-disk'

export function success<T>(value: T): Result<T, never> {
  return { ok: true, value }
}

export function failure(code: FailureCode, message: string, at?: string): Result<never> {
  return { ok: false, error: at === undefined ? { code, message } : { code, message, at } }
}

/** A failure of another kind than `Failure`. */
export function failWith<E>(error: E): Result<never, E> {
  return { ok: false, error }
}
