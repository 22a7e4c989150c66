/** The seeded source of every choice a scenario leaves open. */
import { uniformInt } from 'pure-rand/distribution/uniformInt'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator'

/** A generator and its state; plain data, so that a frozen run keeps its chance. */
export class Rng {
  readonly generator: RandomGenerator

  constructor(generator: RandomGenerator) {
    this.generator = generator
  }

  /** A whole number in [from, to], both ends included. */
  int(from: number, to: number): number {
    return uniformInt(this.generator, from, to)
  }
}

export function createRng(seed: number): Rng {
  return new Rng(xoroshiro128plus(seed))
}
