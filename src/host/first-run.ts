/** From which number an engine process counts its runs: told on its command line. */
import type { RunId } from '../shared/run'

const NAME = '--first-run='

export function firstRunArgument(firstRun: RunId): string {
  return `${NAME}${firstRun}`
}

/** 1 where the command line does not tell. */
export function firstRunOf(argv: readonly string[]): RunId {
  const told = argv.find((argument) => argument.startsWith(NAME))
  return told === undefined ? 1 : Number(told.slice(NAME.length))
}
