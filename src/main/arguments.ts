import { resolve } from 'node:path'
import { failure, success, type Result } from '../shared/result'

export type Theme = 'light' | 'dark'

export interface Arguments {
  /** Folder for window.png and verdict.json; null when a person uses the window. */
  readonly smoke: string | null
  /** null follows the system. */
  readonly theme: Theme | null
  /** A session file to open. */
  readonly file: string | null
}

/**
 * Our switches among the arguments of the process; the rest (the app's path, Chromium's own
 * switches) is not ours to judge.
 */
export function parseArguments(argv: readonly string[]): Result<Arguments> {
  let smoke: string | null = null
  let theme: Theme | null = null
  for (const [i, arg] of argv.entries()) {
    const [name, inline] = splitSwitch(arg)
    if (name !== '--smoke' && name !== '--theme') continue
    const value = inline ?? argv[i + 1]
    if (value === undefined || value === '' || (inline === null && value.startsWith('-'))) {
      return failure('bad-input', `${name} needs a value`, name)
    }
    if (name === '--smoke') smoke = resolve(value)
    else if (value === 'light' || value === 'dark') theme = value
    else return failure('bad-input', `--theme ${value}: light or dark is allowed`, name)
  }
  return success({ smoke, theme, file: sessionArgument(argv, process.cwd()) })
}

const OPEN = '--open='

/**
 * The session file among the arguments of a process that runs in a folder: the last one named. One without
 * our ending, which the desktop knows by its content, is named with a switch.
 */
export function sessionArgument(argv: readonly string[], folder: string): string | null {
  const arg = argv.findLast((a) =>
    a.startsWith('-') ? a.startsWith(OPEN) && a !== OPEN : a.endsWith('.pinscope'),
  )
  if (arg === undefined) return null
  return resolve(folder, arg.startsWith(OPEN) ? arg.slice(OPEN.length) : arg)
}

function splitSwitch(arg: string): [name: string, inline: string | null] {
  const at = arg.indexOf('=')
  return at < 0 ? [arg, null] : [arg.slice(0, at), arg.slice(at + 1)]
}
