/** All measurements, one after the other, in a process of their own; see run.mjs. */
import { spawnSync } from 'node:child_process'
import { availableParallelism, cpus } from 'node:os'
import process from 'node:process'
import { pathToFileURL } from 'node:url'
import { measureCore } from './core'
import {
  asJson,
  asText,
  travelSection,
  type Environment,
  type Section,
  type TravelRows,
} from './report'
import { measureSessions } from './sessions'
import type * as Stream from './stream'

interface Options {
  readonly short: boolean
  readonly json: boolean
  /** Bundle of travel.ts. */
  readonly travel: string
  /** Bundles of stream.ts, with the model's event stream and without. */
  readonly stream: string
  readonly streamQuiet: string
  readonly twin: {
    readonly plain: string
    readonly recording: string
    readonly compiler: string
  } | null
}

const options = JSON.parse(process.argv[2] ?? '{}') as Options
const rounds = options.short ? 3 : 7
const operations = options.short ? 300_000 : 4_000_000

function say(text: string): void {
  process.stderr.write(`bench: ${text}\n`)
}

async function load(path: string): Promise<typeof Stream> {
  return (await import(/* @vite-ignore */ pathToFileURL(path).href)) as typeof Stream
}

/** In a process of its own: its memory is measured, too. */
function measureTravel(): Section {
  const size = options.short ? ['500000', '20'] : ['9900000', '200']
  const args = ['--expose-gc', options.travel, ...size]
  const child = spawnSync(process.execPath, args, { encoding: 'utf8' })
  if (child.status !== 0) throw new Error(`travel.ts failed: ${child.stderr}`)
  return travelSection(JSON.parse(child.stdout) as TravelRows)
}

try {
  const [stream, streamQuiet] = [await load(options.stream), await load(options.streamQuiet)]
  say(`allocator core, 3 sizes, ${rounds} rounds ...`)
  const contestants = { model: stream.measure, modelQuiet: streamQuiet.measure, twin: options.twin }
  const core = measureCore(contestants, operations, rounds)
  say('SC-01, its matrix, recordings, page map ...')
  const sections = [core, ...(await measureSessions(rounds, options.short))]
  say(`time travel over ${options.short ? '0.5' : '10'} M events ...`)
  sections.push(measureTravel())
  const environment: Environment = {
    node: process.versions.node,
    cpus: availableParallelism(),
    cpu: cpus()[0]?.model.trim() ?? 'unknown CPU',
    compiler: options.twin?.compiler ?? 'no gcc',
    rounds,
    operations,
  }
  process.stdout.write(options.json ? asJson(environment, sections) : asText(environment, sections))
} catch (error) {
  say(error instanceof Error ? error.message : String(error))
  process.exitCode = 1
}
