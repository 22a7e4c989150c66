/**
 * Older files are brought to the form of today step by step, each step a pure function from one
 * version's parts to the next one's. The file itself is not touched. A step is added with every new version,
 * and a file of the old one is kept as a fixture. What a step does not know it leaves as it is: parts are
 * unchecked, and the schemas of today tell what is wrong with them.
 */
import type { SessionPart } from '../../shared/session'

/** The parts as read from JSON, unchecked, by name. */
export type RawParts = Readonly<Partial<Record<SessionPart, unknown>>>

/** Step i brings version i + 1 to version i + 2. */
export type Chain = readonly ((parts: RawParts) => RawParts)[]

export const CHAIN: Chain = [severalScenarios]

/** Version 1 held the text of one scenario; since version 2 there is a list of them. */
function severalScenarios(parts: RawParts): RawParts {
  const { scenario } = parts
  if (typeof scenario !== 'object' || scenario === null) return parts
  if (!('text' in scenario) || 'texts' in scenario) return parts
  const { text, ...rest } = scenario
  return { ...parts, scenario: { ...rest, texts: [text] } }
}

/** From a version to the one behind the last step of the chain. */
export function upgrade(parts: RawParts, version: number, chain: Chain = CHAIN): RawParts {
  return chain.slice(version - 1).reduce((now, step) => step(now), parts)
}
