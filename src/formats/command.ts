/** The command that makes a run again. */
import type { Recipe } from '../shared/run'
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

/** As the options of `pinscope run` take it. */
function kernelOptions(kernel: Recipe['kernel']): string[] {
  const { patches, policy = 'rfc2013', variant, notifierPasses } = kernel
  const detail = variant ?? notifierPasses
  const form = detail === undefined ? '' : `/${detail}`
  return [
    policy === 'rfc2013' ? `--patches ${patchList(patches)}` : `--policy ${policy}${form}`,
    ...((kernel.fixes?.length ?? 0) > 0 ? [`--fixes ${(kernel.fixes ?? []).join(',')}`] : []),
    ...((kernel.converted?.length ?? 0) > 0
      ? [`--convert ${(kernel.converted ?? []).join(',')}`]
      : []),
    ...(kernel.mode === 'lenient' ? ['--lenient'] : []),
  ]
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
    ...choices(a),
    ...(lenient ? ['--lenient'] : []),
    '--json',
  ]
}

/** `pinscope run sc-01 --patches all --seed 7 --json`, as words. */
export function runCommand(which: string, recipe: Recipe): string[] {
  return [
    'pinscope run',
    quoted(which),
    ...kernelOptions(recipe.kernel),
    ...choices(recipe),
    '--json',
  ]
}

function choices({ seed, set }: Recipe): string[] {
  const values = Object.entries(set).map(([name, value]) => quoted(`${name}=${value}`))
  return [`--seed ${seed}`, ...values.map((value) => `--set ${value}`)]
}
