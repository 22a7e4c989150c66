/** How much of its program an actor has done, in instructions: those of a repeat count once for every round. */
import type { Level } from './actor'
import type { Instruction } from './types'

/** Instructions that a program comes to. */
export function instructionsOf(program: readonly Instruction[]): number {
  return program.reduce((n, i) => n + weightOf(i), 0)
}

function weightOf(i: Instruction): number {
  return i.op === 'repeat' ? Math.max(1, i.count * instructionsOf(i.program)) : 1
}

/** Instructions that are done of a program; `at` is where it stands, its own level at `depth`. */
export function instructionsDone(
  program: readonly Instruction[],
  at: readonly Level[],
  depth = 0,
): number {
  const level = at[depth]
  if (level === undefined) return 0
  const before = instructionsOf(program.slice(0, level.index))
  const i = program[level.index]
  if (i?.op !== 'repeat' || level.phase !== 'inside') return before
  const rounds = (level.round - 1) * instructionsOf(i.program)
  return before + rounds + instructionsDone(i.program, at, depth + 1)
}
