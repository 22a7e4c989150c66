/** The command that makes a run again. */
import type { Recipe } from '../shared/contract'
import { patchList } from '../shared/text'

/** A kernel as `--a` and `--b` take it: `all+fix:1,5`, `policy:gup-nm/cma`. */
export function kernelArgument({
  patches,
  policy,
  variant,
  notifierPasses,
  fixes,
  converted,
}: Recipe['kernel']): string {
  const detail = variant ?? notifierPasses
  const form = detail === undefined ? '' : `/${detail}`
  const parts = [
    policy === undefined || policy === 'rfc2013' ? patchList(patches) : `policy:${policy}${form}`,
  ]
  if (fixes !== undefined && fixes.length > 0) parts.push(`fix:${fixes.join(',')}`)
  if (converted !== undefined && converted.length > 0) parts.push(`convert:${converted.join(',')}`)
  return parts.join('+')
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`
}

/**
 * `pinscope compare sc-01 --a none --b all --seed 1 --json`, as words.
 * @param which the scenario as it was named: an id or a file
 */
export function compareCommand(which: string, a: Recipe, b: Recipe): string[] {
  const lenient = a.kernel.mode === 'lenient' || b.kernel.mode === 'lenient'
  return [
    'pinscope compare',
    quoted(which),
    `--a ${kernelArgument(a.kernel)}`,
    `--b ${kernelArgument(b.kernel)}`,
    `--seed ${a.seed}`,
    ...Object.entries(a.set).map(([name, value]) => `--set ${quoted(`${name}=${value}`)}`),
    ...(lenient ? ['--lenient'] : []),
    '--json',
  ]
}
