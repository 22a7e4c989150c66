/** Medians and spreads of a handful of rounds. */

export interface Spread {
  readonly median: number
  readonly min: number
  readonly max: number
}

export function spread(values: readonly number[]): Spread {
  const sorted = values.toSorted((x, y) => x - y)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  const lower = sorted[sorted.length % 2 === 0 ? middle - 1 : middle] ?? Number.NaN
  return {
    median: (lower + upper) / 2,
    min: sorted[0] ?? Number.NaN,
    max: sorted.at(-1) ?? Number.NaN,
  }
}

/** Round by round: what was slow in both is slow in neither. */
export function ratios(above: readonly number[], below: readonly number[]): number[] {
  return above.map((x, round) => x / (below[round] ?? Number.NaN))
}
