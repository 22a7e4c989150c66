/** A run as long as one likes: kernel blocks that come and go, a process that maps, writes and gives back. */
import { GFP_HIGHUSER_MOVABLE, presetMachine, type Instruction, type ScenarioPlan } from '../../sim'

/** Events that a round of both actors makes, about. */
const EVENTS_A_ROUND = 6000

/** At least so many events on 262,144 pages (exynos4-1g), or on 32,768 (vexpress-128m). */
export function longPlan(preset: 'exynos4-1g' | 'vexpress-128m', events: number): ScenarioPlan {
  const machine = presetMachine(preset)
  if (!machine.ok) throw new Error(machine.message)
  const rounds = Math.ceil(events / EVENTS_A_ROUND)
  const actor = { startNs: 0, threadOf: null }
  return {
    id: 'long-run',
    counterfactualReason: null,
    machine: machine.spec,
    files: [],
    actors: [
      { ...actor, name: 'kernel', cpu: 0, program: [repeat(rounds, kernelRound())] },
      {
        ...actor,
        name: 'process',
        cpu: machine.spec.cpus - 1,
        program: [repeat(rounds, processRound())],
      },
    ],
    jitterNs: 20_000,
    expect: {},
  }
}

function repeat(count: number, program: readonly Instruction[]): Instruction {
  return { op: 'repeat', count, untilFailure: false, program, id: null }
}

function kernelRound(): Instruction[] {
  return [0, 1, 2, 3].flatMap((order): Instruction[] => [
    { op: 'allocPages', as: `o${order}`, gfp: GFP_HIGHUSER_MOVABLE, order, blocks: 256 },
    { op: 'freePages', of: `o${order}`, every: 1 },
  ])
}

function processRound(): Instruction[] {
  const range = { area: 'memory', from: 0, pages: null }
  return [
    { op: 'mmap', as: 'memory', pages: 512, locked: false, file: null, shared: false },
    { op: 'write', ...range, order: 'ascending' },
    { op: 'munmap', area: 'memory' },
  ]
}
