/** The recipe of a file that is too new: shown as it stands there, believed in nothing. */
import type { SessionPreview } from '../../shared/session'
import type { RawParts } from './upgrade'

const MOST_ROWS = 100
const MOST_CHARACTERS = 200

export function previewOf(raw: RawParts, version: number): SessionPreview {
  return {
    version,
    writer: textOf(raw.manifest, 'writer'),
    name: textOf(raw.manifest, 'name'),
    recipe: [...rowsOf(raw.recipe, '', 0)].slice(0, MOST_ROWS),
  }
}

function textOf(value: unknown, name: string): string {
  if (typeof value !== 'object' || value === null) return ''
  const member: unknown = Object.entries(value).find(([key]) => key === name)?.[1]
  return typeof member === 'string' ? plain(member) : ''
}

/** Every plain value below a value, by its way: `a.kernel.patches`. */
function* rowsOf(
  value: unknown,
  name: string,
  depth: number,
): Generator<{ name: string; value: string }> {
  const isLeaf = typeof value !== 'object' || value === null || Array.isArray(value) || depth === 4
  if (isLeaf) {
    if (value !== undefined) yield { name: plain(name), value: plain(JSON.stringify(value)) }
    return
  }
  for (const [key, member] of Object.entries(value)) {
    yield* rowsOf(member, name === '' ? key : `${name}.${key}`, depth + 1)
  }
}

/** One line of so many characters. */
function plain(text: string): string {
  const line = text.replaceAll(/\p{Cc}+/gu, ' ')
  return line.length > MOST_CHARACTERS ? `${line.slice(0, MOST_CHARACTERS - 3)}...` : line
}
