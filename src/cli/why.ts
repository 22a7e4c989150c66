/** `pinscope why`: one request of a run, explained. */
import { troublesOf, why, type Recording, type Trouble } from '../engine'
import { failure, success, type Result } from '../shared/result'
import { didYouMean, nearest } from '../shared/nearest'
import { whyText, withScenarioNamed } from '../shared/why-text'
import { refuse, runOne, type CommonOptions, type Streams } from './commands'
import { parseKernel, type KernelOptions } from './kernel-options'

export type WhyOptions = CommonOptions &
  KernelOptions & {
    readonly request?: string
    readonly remedies: boolean
  }

/** 0 when a request was explained or none met trouble, 2 for bad input. */
export async function whyCommand(io: Streams, which: string, options: WhyOptions): Promise<number> {
  const recording = await runOne(io, which, parseKernel(options), options)
  if (!recording.ok) return refuse(io, recording.error)
  const troubles = troublesOf(recording.value)
  if (troubles.length === 0) {
    io.out(options.json === true ? '{ "report": null }\n' : noneText(recording.value))
    return 0
  }
  const n = chooseRequest(troubles, options.request)
  if (!n.ok) return refuse(io, n.error)
  const report = await why(recording.value, n.value, options.remedies, hooksOf(io))
  if (!report.ok) return refuse(io, report.error)
  const named = withScenarioNamed(report.value, recording.value.summary.recipe.scenario, which)
  const json = { requests: troubles.length, report: named }
  io.out(
    options.json === true
      ? `${JSON.stringify(json, null, 2)}\n`
      : whyText(named, troubles.length, options.remedies),
  )
  return 0
}

function hooksOf(io: Streams) {
  let runs = 0
  let last = 0
  return {
    breathe: () => Promise.resolve(),
    isCancelled: () => false,
    onProgress: (events: number) => {
      if (events < last) runs++
      last = events
      if (io.live) io.err(`\r\u001b[Ktrying: run ${runs + 1}, ${events} events`)
    },
  }
}

/** A number from 1, or an outcome's name; without either the last request that failed. */
function chooseRequest(troubles: readonly Trouble[], which: string | undefined): Result<number> {
  if (which === undefined) {
    const failed = troubles.findLastIndex((t) => t.ret < 0)
    return success((failed < 0 ? troubles.length - 1 : failed) + 1)
  }
  const n = /^\d+$/.test(which)
    ? Number(which)
    : troubles.findLastIndex((t) => t.outcome === which) + 1
  if (n >= 1 && n <= troubles.length) return success(n)
  const names = troubles.flatMap((t) => t.outcome ?? [])
  return failure(
    'bad-input',
    `--request ${which}: there are ${troubles.length} requests that met trouble${didYouMean(nearest(which, names))}`,
  )
}

function noneText({ summary }: Recording): string {
  return `No request of this run met trouble. ${summary.verdict}\n`
}
