/** Writes docs/scenarios.md from the shipped scenarios: what each asks, and what each class shows. */
import type { Scenario } from '../scenario'
import { GROUPS } from '../scenario-schema'

interface Clause {
  readonly outcome?: string
  readonly ret?: number | string
  readonly min?: number
  readonly max?: number
  readonly when?: Readonly<Record<string, unknown>>
}

interface Body {
  readonly expect: Readonly<Record<string, readonly Clause[]>>
  readonly report?: { readonly source: string }
  readonly seeded?: readonly { readonly cause: string }[]
}

const HEAD = `# Scenarios

Every scenario that ships, what it asks, and which outcomes each class of kernels must show. The table
is written from the files in \`resources/scenarios\`, and a test keeps it so. \`SC\` scenarios are those
of the specification's section 10; \`R\` scenarios retell public reports. The classes: BASE is v3.9 as
it was, FAULT has patches 3 and 5, FULL the whole series; L51 and L513 are the long-term pins of 5.1
and 5.13, AIOCB the aio ring of 3.12, GUPNM the proposal of February 2013. Run any with
\`node bin/pinscope.mjs run ID\`, or \`compare ID\` for two kernels side by side.
`

function range({ ret, min, max }: Clause): string {
  if (ret !== undefined) return String(ret)
  if (min !== undefined && max !== undefined) return min === max ? `${min}` : `${min} to ${max}`
  return min === undefined ? `at most ${max}` : `at least ${min}`
}

/** Outcomes of one class; clauses for parameter values other than the defaults are left to the file. */
function classText(scenario: Scenario, clauses: readonly Clause[]): string {
  const defaults = new Map(
    Object.entries(scenario.head.parameters).map(([name, p]) => [name, p.default]),
  )
  return clauses
    .filter((c) => c.outcome !== undefined && (c.ret ?? c.min ?? c.max) !== undefined)
    .filter((c) => Object.entries(c.when ?? {}).every(([name, v]) => defaults.get(name) === v))
    .map((c) => `${c.outcome} ${range(c)}`)
    .join(', ')
}

/** Classes with the same text share a line. */
function shows(scenario: Scenario): string {
  const { expect } = scenario.body as Body
  const lines = new Map<string, string[]>()
  for (const [name, clauses] of Object.entries(expect)) {
    const text = classText(scenario, clauses)
    lines.set(text, [...(lines.get(text) ?? []), name])
  }
  return [...lines].map(([text, names]) => `${names.join(', ')}: ${text}`).join('<br>')
}

function row(scenario: Scenario): string {
  const { info } = scenario
  const { report, seeded } = scenario.body as Body
  const title = info.counterfactual ? `${info.title} (counterfactual)` : info.title
  const causes = [...new Set((seeded ?? []).map((s) => s.cause))].join(', ')
  const from = report === undefined ? '' : ` (${report.source})`
  return `| \`${info.id}\` | ${title}${from} | ${info.question} | ${causes} | ${shows(scenario)} |`
}

/** The whole page. */
export function scenariosDoc(scenarios: readonly Scenario[]): string {
  const parts = GROUPS.map((group) => {
    const rows = scenarios.filter((s) => s.info.group === group).map(row)
    if (rows.length === 0) return ''
    const head = '| id | title | question | seeded | what each class shows |\n| - | - | - | - | - |'
    return `\n## ${group[0]?.toUpperCase()}${group.slice(1)}\n\n${head}\n${rows.join('\n')}\n`
  })
  return HEAD + parts.join('')
}
