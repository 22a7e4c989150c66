/**
 * Runs histories of random commands over the shapes: a share of them, or one by its seed. Prints one
 * JSON line for every few seconds of work and one at the end; scripts/properties.mjs starts it.
 */
import process from 'node:process'
import { failureText, HISTORY_LENGTH, runHistory, shorten } from '../../src/sim/test/proof/history'
import { shapeNamed, SHAPES, type Shape } from '../../src/sim/test/proof/shapes'

interface Share {
  /** This process does every `of`-th history, from `shard` on. */
  readonly shard: number
  readonly of: number
  readonly commands: number
  /** Seed of the first history. */
  readonly base: number
}

const TELL_MS = 2000

function say(line: Record<string, unknown>): void {
  process.stdout.write(`${JSON.stringify(line)}\n`)
}

/** Histories of a shape when `commands` are spread over all of them. */
function historiesOf(shape: Shape, commands: number): number {
  const shares = SHAPES.reduce((sum, s) => sum + s.share, 0)
  return Math.ceil((commands * shape.share) / shares / HISTORY_LENGTH)
}

function runShare({ shard, of, commands, base }: Share): void {
  let done = 0
  let told = Date.now()
  for (const shape of SHAPES) {
    const histories = historiesOf(shape, commands)
    for (let i = shard; i < histories; i += of) {
      const failure = runHistory(shape, base + i)
      done += HISTORY_LENGTH
      if (failure !== null) {
        say({ done, shape: shape.name, failure: failureText(shorten(shape, failure)) })
        break
      }
      if (Date.now() - told > TELL_MS) {
        told = Date.now()
        say({ done, at: shape.name })
      }
    }
  }
  say({ done, end: true })
}

function runOne(name: string, seed: number): void {
  const shape = shapeNamed(name)
  const failure = runHistory(shape, seed)
  const text = failure === null ? null : failureText(shorten(shape, failure))
  say({ done: HISTORY_LENGTH, ...(text !== null && { shape: name, failure: text }), end: true })
}

const [mode, ...rest] = process.argv.slice(2)
if (mode === 'one') runOne(rest[0] ?? '', Number(rest[1]))
else if (mode === 'shapes') say({ shapes: SHAPES.map((shape) => shape.name) })
else {
  const [shard = 0, of = 1, commands = 0, base = 0] = rest.map(Number)
  runShare({ shard, of, commands, base })
}
