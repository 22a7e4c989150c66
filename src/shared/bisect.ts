/** Which patches it takes to change an outcome: the smallest subsets of a matrix that end otherwise. */
import type { Outcome } from '../sim'
import type { MatrixCell } from './compare'
import { failure, success, type Result } from './result'

export interface Bisection {
  /** Name of the outcome. */
  readonly outcome: string
  /** How it ends without any patch. */
  readonly before: Outcome
  /** The smallest subsets that build and end otherwise; several when equally small, none when none does. */
  readonly subsets: readonly { readonly cell: MatrixCell; readonly after: Outcome }[]
}

/**
 * Looks through the rows of a matrix. `outcome` null takes the first that fails without a patch. Refused
 * when the row without patches is missing, or has no such outcome.
 */
export function bisect(rows: readonly MatrixCell[], outcome: string | null): Result<Bisection> {
  const plain = rows.find(({ build }) => build.patches.length === 0)?.result?.outcomes
  if (plain === undefined) return failure('bad-input', 'there is no run without any patch')
  const before =
    outcome === null ? plain.find(({ ret }) => ret < 0) : plain.find(({ id }) => id === outcome)
  if (before === undefined) return failure('not-found', unknown(plain, outcome))
  const changed = rows.flatMap((cell) => {
    const after = cell.result?.outcomes.find(({ id }) => id === before.id)
    const isOther = after !== undefined && after.ret !== before.ret
    return isOther && cell.build.builds ? [{ cell, after }] : []
  })
  const least = Math.min(...changed.map(({ cell }) => cell.build.patches.length))
  const subsets = changed.filter(({ cell }) => cell.build.patches.length === least)
  return success({ outcome: before.id, before, subsets })
}

function unknown(outcomes: readonly Outcome[], outcome: string | null): string {
  const names = outcomes.map(({ id }) => id).join(', ')
  return outcome === null
    ? `no outcome fails without a patch; name one of ${names}`
    : `there is no outcome "${outcome}"; there are ${names}`
}
