/** Carries out the commands of the console. */
import type { Result } from '../../shared/result'
import { answer, type Answer, type Bench } from './bench'
import type { Command } from './command'
import { executeFork, type ForkCommand } from './execute-fork'
import { executeLook } from './execute-look'
import { executeMove, type MoveCommand } from './execute-move'
import { executeStop, type StopCommand } from './execute-stops'
import { executeWhy, type WhyCommand } from './execute-why'
import { helpText } from './verbs'

/** What the session itself carries out. */
type OwnCommand = Extract<Command, { verb: 'quit' | 'source' | 'commands' }>

const STOPS: ReadonlySet<string> = new Set<StopCommand['verb']>([
  'break',
  'watch',
  'condition',
  'ignore',
  'log',
  'enable',
  'disable',
  'delete',
])
const MOVES: ReadonlySet<string> = new Set<MoveCommand['verb']>([
  'move',
  'run',
  'until',
  'when',
  'seek',
  'checkpoint',
  'restart',
  'back',
  'forward',
])
const WHYS: ReadonlySet<string> = new Set<WhyCommand['verb']>(['why', 'held', 'audit'])
const FORKS: ReadonlySet<string> = new Set<ForkCommand['verb']>([
  'fork',
  'forks',
  'switch',
  'diverge',
])

function isStop(command: Command): command is StopCommand {
  return STOPS.has(command.verb)
}

function isMove(command: Command): command is MoveCommand {
  return MOVES.has(command.verb)
}

function isWhy(command: Command): command is WhyCommand {
  return WHYS.has(command.verb)
}

function isFork(command: Command): command is ForkCommand {
  return FORKS.has(command.verb)
}

export async function executeCommand(
  bench: Bench,
  command: Exclude<Command, OwnCommand>,
): Promise<Result<Answer>> {
  if (isStop(command)) return executeStop(bench, command)
  if (isMove(command)) return await executeMove(bench, command)
  if (isWhy(command)) return await executeWhy(bench, command)
  if (isFork(command)) return await executeFork(bench, command)
  if (command.verb === 'help') return answer(helpText(command.about))
  return await executeLook(bench, command)
}
