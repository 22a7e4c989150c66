import { describe, expect, it } from 'vitest'
import { firstLevel, type Level } from './actor'
import { instructionsDone, instructionsOf } from './progress'
import type { Instruction } from './types'

const signal: Instruction = { op: 'signal', name: 's' }
const repeat = (count: number, ...program: Instruction[]): Instruction => ({
  ...{ op: 'repeat', count, untilFailure: false, program, id: null },
})
const level = (part: Partial<Level>): Level => ({ ...firstLevel(), ...part })

describe('the progress of a program', () => {
  const program = [signal, repeat(100, signal, repeat(5, signal)), signal]

  it('counts the instructions of a repeat once for every round', () => {
    expect(instructionsOf(program)).toBe(1 + 100 * 6 + 1)
    expect(instructionsOf([repeat(0, signal)])).toBe(1)
  })

  it('moves on within a repeat, and within one of those in it', () => {
    expect(instructionsDone(program, [firstLevel()])).toBe(0)
    const inRound = level({ index: 1, phase: 'inside', round: 41 })
    expect(instructionsDone(program, [inRound])).toBe(1 + 40 * 6)
    const inner = level({ index: 1, phase: 'inside', round: 3 })
    expect(instructionsDone(program, [inRound, inner])).toBe(1 + 40 * 6 + 1 + 2)
    expect(instructionsDone(program, [level({ index: 3 })])).toBe(instructionsOf(program))
  })
})
