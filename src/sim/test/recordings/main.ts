/** Entry of scripts/replay-recordings.mjs: the folder of the kept recordings, then the arguments. */
import { relative } from 'node:path'
import process from 'node:process'
import { replayCommand } from './cli'

const [kept = '.', ...args] = process.argv.slice(2)
process.exitCode = replayCommand(args, relative(process.cwd(), kept), {
  out: (line) => process.stdout.write(`${line}\n`),
  err: (line) => process.stderr.write(`${line}\n`),
})
