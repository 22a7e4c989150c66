/** The seeded source of every choice a scenario leaves open. */
import { uniformInt } from 'pure-rand/distribution/uniformInt'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'

export interface Rng {
  /** A whole number in [from, to], both ends included. */
  readonly int: (from: number, to: number) => number
}

export function createRng(seed: number): Rng {
  const generator = xoroshiro128plus(seed)
  return { int: (from, to) => uniformInt(generator, from, to) }
}
