/** Reads the values of command-line options; a bad one says what is allowed. */
import { readFileSync } from 'node:fs'
import { kindOf } from '../formats/import'
import { parseScenario, type Scenario } from '../formats/scenario'
import { signatureOf } from '../formats/session/container'
import { shippedScenarios } from '../formats/shipped'
import { textOfBytes } from '../formats/text-lines'
import { failure, success, type Result } from '../shared/result'

/** `none`, `all` or a list such as `1,3,4,5`; ascending, without repeats. */
export function parsePatches(text: string): Result<number[]> {
  if (text === 'none') return success([])
  if (text === 'all') return success([1, 2, 3, 4, 5])
  const numbers: number[] = []
  for (const part of text.split(',')) {
    const n = /^\d+$/.test(part.trim()) ? Number(part) : Number.NaN
    if (!(n >= 1 && n <= 5)) {
      return failure(
        'bad-input',
        `unknown patch "${part}"; patches are none, all, or numbers 1 to 5 such as 1,3,4,5`,
      )
    }
    numbers.push(n)
  }
  return success([...new Set(numbers)].toSorted((x, y) => x - y))
}

export function parseSeed(text: string): Result<number> {
  const seed = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (seed >= 0 && seed < 2 ** 31) return success(seed)
  return failure('bad-input', `--seed: expected a whole number from 0 to 2147483647, got "${text}"`)
}

/** Pairs `name=value`. */
export function parseSet(pairs: readonly string[]): Result<Record<string, string>> {
  const out: [string, string][] = []
  for (const pair of pairs) {
    const at = pair.indexOf('=')
    if (at <= 0) return failure('bad-input', `--set: expected name=value, got "${pair}"`)
    out.push([pair.slice(0, at), pair.slice(at + 1)])
  }
  return success(Object.fromEntries(out))
}

/** A shipped scenario by id, or a file by path. */
export function findScenario(which: string): Result<Scenario> {
  const shipped = shippedScenarios()
  const known = shipped.find((s) => s.info.id === which)
  if (known !== undefined) return success(known)
  const ids = shipped.map((s) => s.info.id).join(', ')
  if (!/[./\\]/.test(which)) {
    return failure(
      'bad-input',
      `no scenario "${which}"; shipped ones are ${ids}; or name a .json file`,
    )
  }
  let bytes: Buffer
  try {
    bytes = readFileSync(which)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable'
    return failure(
      'bad-input',
      `cannot read ${which} (${code}); name a scenario file or one of ${ids}`,
    )
  }
  const text = textOfBytes(bytes)
  const other = /^\s*\{/.test(text) ? null : otherFile(which, text, bytes)
  return other === null ? parseScenario(text, which) : failure('bad-input', `${which} is ${other}`)
}

/** What a file is that is no scenario, and what can be done with it; null where that is not known. */
function otherFile(path: string, text: string, bytes: Uint8Array): string | null {
  if (signatureOf(bytes) === 'ours') {
    return `a session, no scenario: "pinscope verify" runs it, "pinscope open" shows it`
  }
  const kind = kindOf({ name: path, text })
  if (!kind.ok) return null
  return kind.value === 'ftrace'
    ? 'a trace, which no kernel runs again: look at it in the window, or use pinscope export'
    : `${kind.value}, no scenario: make one of it, pinscope import ${path} -o FILE.json`
}
