/** What is wrong with a text, and where. */
import { failWith, type Result } from '../../shared/result'

export interface ExprError {
  /** 1-based; at most one behind the text's end. */
  readonly column: number
  readonly message: string
  /** Known names that look like the one that is not. */
  readonly nearest: readonly string[]
}

/** Thrown inside the parser and the compiler only; both answer with its error. */
export class ExprProblem extends Error {
  readonly error: ExprError

  /** `at` counts from 0. */
  constructor(at: number, message: string, names: readonly string[] = []) {
    super(message)
    this.name = 'ExprProblem'
    this.error = { column: at + 1, message, nearest: names }
  }
}

/** Runs what may meet a problem and answers with it; any other error goes on. */
export function orProblem<T>(work: () => T): Result<T, ExprError> {
  try {
    return { ok: true, value: work() }
  } catch (error) {
    if (error instanceof ExprProblem) return failWith(error.error)
    throw error
  }
}

/** The text with a caret below the column, then the message. */
export function caretText(text: string, error: Pick<ExprError, 'column' | 'message'>): string {
  return `${text}\n${' '.repeat(error.column - 1)}^\n${error.message}`
}
