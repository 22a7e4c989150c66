/** One history: random commands to one machine, checked after each, and made short when it fails. */
import { CommandChecker } from '../../machine/check/touched'
import { USE_NONE } from '../../machine/kinds'
import { createRng, type Rng } from '../../machine/rng'
import type { TraceSink } from '../../machine/trace'
import { bootShape, KERNELS, type Shape } from './shapes'
import { COMMANDS, World, type Command } from './world'

/** Commands of one history; then everything is given back and the next machine boots. */
export const HISTORY_LENGTH = 250

/** Events of one command after which it counts as one that never ends; honest ones stay far below. */
export const MAX_EVENTS = 5_000_000

const NAMES = Object.entries(COMMANDS).flatMap(([name, { weight }]) =>
  Array.from({ length: weight }, () => name),
)

export interface Failure {
  readonly shape: string
  readonly kernel: number
  readonly seed: number
  /** Number of the command after which something was broken; the length of the list at its end. */
  readonly at: number
  readonly broken: readonly string[]
  readonly commands: readonly Command[]
}

/** The commands that a seed stands for. */
export function commandsOf(seed: number, length = HISTORY_LENGTH): Command[] {
  const rng: Rng = createRng(seed)
  const number = (): number => rng.int(0, 4095)
  return Array.from({ length }, () => {
    const name = NAMES[rng.int(0, NAMES.length - 1)] as string
    return [name, number(), number(), number()]
  })
}

/** Ends a command that goes round for ever: what it emits is its only sign of life. */
class EventLimit implements TraceSink {
  readonly #most: number
  #seen = 0
  #command: Command | null = null

  constructor(most: number) {
    this.#most = most
  }

  begin(command: Command | null): void {
    this.#command = command
    this.#seen = 0
  }

  event(): void {
    if (++this.#seen <= this.#most) return
    const what = this.#command === null ? 'the end' : JSON.stringify(this.#command)
    throw new Error(`${what} emitted more than ${this.#most} events: it does not end`)
  }
}

/**
 * Runs commands on a fresh machine: what was broken and after which, or null. A command that emits
 * more than `mostEvents` events is broken too.
 */
export function runCommands(
  shape: Shape,
  kernel: number,
  commands: readonly Command[],
  mostEvents = MAX_EVENTS,
): { at: number; broken: string[] } | null {
  const m = bootShape(shape, kernel)
  const limit = new EventLimit(mostEvents)
  // Below the world's watch, which hands on what it hears.
  m.trace.sink = limit
  const world = new World(m)
  const checker = new CommandChecker(m)
  world.usedAtBoot = usedNow(m.mem.use)
  const broken = (): string[] => {
    const found = checker.afterCommand({ quiescent: shape.exact, atRest: true })
    return [...found, ...world.watch.violations]
  }
  for (const [at, command] of commands.entries()) {
    const found = attempt(() => {
      limit.begin(command)
      world.apply(command)
      return broken()
    })
    if (found.length > 0) return { at, broken: found }
  }
  const left = attempt(() => {
    limit.begin(null)
    return [...world.end(), ...broken()]
  })
  return left.length > 0 ? { at: commands.length, broken: left } : null
}

/** A bug the model itself reports is a violation like any other. */
function attempt(run: () => string[]): string[] {
  try {
    return run()
  } catch (error) {
    return [error instanceof Error ? (error.stack ?? error.message) : String(error)]
  }
}

function usedNow(use: Uint8Array): number {
  let used = 0
  for (const u of use) if (u !== USE_NONE) used++
  return used
}

/** The history of a seed: null when nothing was broken. */
export function runHistory(shape: Shape, seed: number, length = HISTORY_LENGTH): Failure | null {
  const kernel = seed % KERNELS.length
  const commands = commandsOf(seed, length)
  const found = runCommands(shape, kernel, commands)
  if (found === null) return null
  return { shape: shape.name, kernel, seed, ...found, commands: commands.slice(0, found.at + 1) }
}

/** How often a failing history may be run again to make it shorter. */
const MAX_RUNS = 400

/** The same failure with as few commands as cheap search finds: pieces are left out while it fails. */
export function shorten(shape: Shape, failure: Failure): Failure {
  let best = failure
  let runs = 0
  for (let size = best.commands.length >> 1; size >= 1; size >>= 1) {
    for (let from = 0; from < best.commands.length && runs < MAX_RUNS;) {
      const fewer = best.commands.toSpliced(from, size)
      const found = runCommands(shape, failure.kernel, fewer)
      runs++
      if (found === null) from += size
      else best = { ...best, ...found, commands: fewer.slice(0, found.at + 1) }
    }
  }
  return best
}

/** What to print about a failure: what, where, how to have it again. */
export function failureText(failure: Failure): string {
  const { shape, seed, kernel, at, broken, commands } = failure
  const patches = (KERNELS[kernel] ?? []).join('+') || 'none'
  return [
    `shape ${shape}, patches ${patches}, seed ${seed}: after command ${at}`,
    ...broken.slice(0, 10).map((line) => `  ${line}`),
    `commands: ${JSON.stringify(commands)}`,
    `again: npm run properties -- --shape ${shape} --seed ${seed}`,
  ].join('\n')
}
