/** The scenarios that ship with the project, bundled as text and read like any other file. */
import { parseScenario, type Scenario } from './scenario'

const TEXTS = import.meta.glob('../../resources/scenarios/*.json', {
  eager: true,
  query: '?raw',
  import: 'default',
})

/** Shipped scenarios, ascending by id. A file of ours that does not parse is a bug and throws. */
export function shippedScenarios(): readonly Scenario[] {
  return Object.entries(TEXTS)
    .map(([path, text]) => {
      const parsed = parseScenario(text, path.replace(/^.*\//, ''))
      if (!parsed.ok) throw new Error(`shipped scenario: ${parsed.error.message}`)
      return parsed.value
    })
    .toSorted((x, y) => (x.info.id < y.info.id ? -1 : 1))
}
