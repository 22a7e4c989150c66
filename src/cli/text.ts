/** What the commands print for people: plain tables that survive a mail. */
import { GROUPS } from '../formats/scenario-schema'
import type { Bisection } from '../shared/bisect'
import type { MatrixCell } from '../shared/compare'
import type { ScenarioInfo } from '../shared/scenario'
import type { EventRow } from '../shared/events'
import { countText, kernelLine, patchList, pfnText, retText, timeText } from '../shared/text'
import type { Summary } from './json'

/** Columns padded to their widest cell, two spaces apart. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths: number[] = []
  for (const row of rows) {
    for (const [i, text] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, text.length)
  }
  const line = (row: readonly string[]): string =>
    row
      .map((text, i) => text.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd()
  return `${rows.map(line).join('\n')}\n`
}

export function listText(scenarios: readonly ScenarioInfo[]): string {
  const used = new Set(scenarios.map((s) => s.group))
  return GROUPS.filter((group) => used.has(group))
    .map((group) => {
      const rows = scenarios.filter((s) => s.group === group)
      const lines = rows.map((s) => [s.id, titleText(s), s.question])
      return `${group}\n${table(lines).replaceAll(/^(?=.)/gm, '  ')}`
    })
    .join('\n')
}

function titleText(s: ScenarioInfo): string {
  return s.counterfactual ? `${s.title} (counterfactual)` : s.title
}

/** One line that no view of a counterfactual scenario leaves out; empty for the others. */
function counterfactualText(reason: string | null): string {
  return reason === null ? '' : `counterfactual: ${reason}\n`
}

export function runText(s: Summary): string {
  const outcomes = [
    ['outcome', 'call', 'result', 'attempts'],
    ...s.outcomes.map((o) => [o.id, o.call, retText(o.ret, o.errno), countText(o.attempts)]),
  ]
  const counters = Object.entries<number>(s.counters).map(([name, n]) => [name, countText(n)])
  const missed = s.expectation.failures.map((f) => `  ${f}\n`).join('')
  return [
    `${s.recipe.scenario}  ${kernelLine(s.recipe.kernel)}  ${s.build.class}  seed ${s.recipe.seed}\n`,
    counterfactualText(s.counterfactualReason),
    `${s.verdictGood ? '✓' : '✗'} ${s.verdict}\n`,
    `\n${table(outcomes)}`,
    positionsText(s),
    `\n${table(counters)}`,
    `\n${countText(s.events)} events, ${timeText(s.simTimeNs)} of virtual time, digest ${s.digest}\n`,
    s.expectation.met
      ? `expectations of class ${s.expectation.class} hold\n`
      : `expectations of class ${s.expectation.class} do not hold:\n${missed}`,
  ].join('')
}

function positionsText(s: Summary): string {
  return s.requests
    .map((r) => {
      const rows = r.positions.map((p) => [
        `  ${pfnText(p.startPfn)}-${pfnText(p.endPfn)}`,
        p.ret === 0 ? 'ok' : `${p.ret}`,
        `${countText(p.attempts)} attempts`,
        p.blocking.length === 0 ? '' : `blocked by ${blockingText(p.blocking)}`,
      ])
      return `\n${r.actor}: ${countText(r.count)} pages of area ${r.area}, align ${r.align}\n${table(rows)}`
    })
    .join('')
}

function blockingText(pfns: readonly number[]): string {
  const shown = pfns.slice(0, 3).map(pfnText).join(' ')
  return pfns.length > 3 ? `${shown} and ${pfns.length - 3} more` : shown
}

export function compareText(
  a: Summary,
  b: Summary,
  divergence: { readonly a: EventRow; readonly b: EventRow } | null,
): string {
  const side = (s: Summary): string => `${kernelLine(s.recipe.kernel)} (${s.build.class})`
  const head = ['', `A ${side(a)}`, `B ${side(b)}`]
  const outcomes = a.outcomes.map((o) => {
    const twin = b.outcomes.find((x) => x.id === o.id)
    return [o.id, retText(o.ret, o.errno), twin === undefined ? '-' : retText(twin.ret, twin.errno)]
  })
  const other = new Map<string, number>(Object.entries<number>(b.counters))
  const counters = Object.entries<number>(a.counters).map(([name, n]) => [
    name,
    countText(n),
    countText(other.get(name) ?? 0),
  ])
  const rows = [
    head,
    ...outcomes,
    ...counters,
    ['events', countText(a.events), countText(b.events)],
  ]
  return [
    `${a.recipe.scenario}  seed ${a.recipe.seed}\n`,
    counterfactualText(a.counterfactualReason),
    `A ${a.verdictGood ? '✓' : '✗'} ${a.verdict}\n`,
    `B ${b.verdictGood ? '✓' : '✗'} ${b.verdict}\n\n`,
    table(rows),
    divergence === null
      ? '\nThe two runs are the same, event for event.\n'
      : `\nfirst divergence\n${eventText('A', divergence.a)}${eventText('B', divergence.b)}`,
    expectationText('A', a),
    expectationText('B', b),
  ].join('')
}

function eventText(side: string, e: EventRow): string {
  return `  ${side} event ${countText(e.event)}  ${timeText(e.timeNs)}  ${e.actor}  ${e.name}: ${e.text}\n`
}

function expectationText(side: string, s: Summary): string {
  if (s.expectation.met) return ''
  return `${side} misses class ${s.expectation.class}: ${s.expectation.failures.join('; ')}\n`
}

export function matrixText(rows: readonly MatrixCell[], counterfactual: string | null): string {
  const head = ['n', 'patches', 'class', 'builds', 'outcome', 'expected']
  const body = rows.map(({ n, build, result }) => [
    String(n),
    patchList(build.patches),
    build.class,
    build.builds ? 'yes' : `no: ${build.missing.map((m) => `${m.patch} ${m.symbol}`).join(', ')}`,
    outcomeText(result),
    result === null
      ? ''
      : result.expectation.met
        ? '✓'
        : `✗ ${result.expectation.failures.join('; ')}`,
  ])
  return `${counterfactualText(counterfactual)}${table([head, ...body])}`
}

export function bisectText(
  { outcome, before, subsets }: Bisection,
  counterfactual: string | null,
): string {
  const from = `${outcome} ends with ${retText(before.ret, before.errno)} without any patch`
  if (subsets.length === 0) {
    return `${counterfactualText(counterfactual)}${from}, and no subset that builds changes it\n`
  }
  const rows = subsets.map(({ cell, after }) => [
    `patches ${patchList(cell.build.patches)}`,
    cell.build.class,
    retText(after.ret, after.errno),
  ])
  return `${counterfactualText(counterfactual)}${from}; the least that changes it:\n${table(rows)}`
}

/** The first failed outcome, or `ok`. */
function outcomeText(result: MatrixCell['result']): string {
  if (result === null) return ''
  const failed = result.outcomes.find((o) => o.ret < 0)
  return failed === undefined ? 'ok' : `${failed.id} ${retText(failed.ret, failed.errno)}`
}
