/** The allocator core against its C twin, with and without what the model records. */
import { execFileSync } from 'node:child_process'
import { absoluteRow, ratioRow, type Section } from './report'
import { ratios } from './stats'
import type { Work } from './stream'

type Measure = (pages: number, operations: number, seed: number) => Work

/** The programs that do the same work; null where there is no C compiler. */
export interface Contestants {
  readonly model: Measure
  readonly modelQuiet: Measure
  readonly twin: { readonly plain: string; readonly recording: string } | null
}

const SIZES = [65_536, 262_144, 1_048_576]
/** The size the budget speaks of. */
const BUDGET_PAGES = 262_144
const BUDGET = 2
const SEED = 20_130_305

type Name = 'model' | 'quiet' | 'twin' | 'twinRecording'

/** The event-free programs print neither events nor digest. */
function runTwin(program: string, pages: number, operations: number): Work {
  const text = execFileSync(program, [String(pages), String(operations), String(SEED)], {
    encoding: 'utf8',
  })
  return {
    events: 0,
    digestLanes: [],
    ...(JSON.parse(text) as Omit<Work, 'events' | 'digestLanes'>),
  }
}

/** The state that all four must agree on. */
function stateOf(work: Work): string {
  const { checksum, failures, livePages, nrFree, nrFreeCma, allocs, frees, pgalloc, pgfree } = work
  const counters = { nrFree, nrFreeCma, allocs, frees, pgalloc, pgfree }
  return JSON.stringify({ checksum, failures, livePages, ...counters })
}

/** Throws when the programs did not do the same work: then their times mean nothing. */
function assertSameWork(pages: number, works: Readonly<Partial<Record<Name, Work>>>): void {
  const { model } = works
  if (model === undefined) return
  for (const [name, work] of Object.entries(works)) {
    if (stateOf(work) !== stateOf(model)) {
      throw new Error(
        `${pages} pages: ${name} did other work than the model: ${stateOf(work)} against ${stateOf(model)}`,
      )
    }
  }
  const recording = works.twinRecording
  if (recording === undefined) return
  const [ours, theirs] = [model, recording].map((w) => JSON.stringify([w.events, w.digestLanes]))
  if (ours !== theirs) {
    throw new Error(`${pages} pages: the twin's events differ from the model's: ${theirs} ${ours}`)
  }
}

/** Long enough for the compiler to settle, whatever the length of a round. */
const WARM_UP_OPERATIONS = 2_000_000

/** One size: rounds in which each program runs once, in turn; the round before the first only checks. */
function measureSize(
  contestants: Contestants,
  pages: number,
  operations: number,
  rounds: number,
): Map<Name, Work[]> {
  const { twin } = contestants
  const programs: [Name, () => Work][] = [
    ['model', () => contestants.model(pages, operations, SEED)],
    ['quiet', () => contestants.modelQuiet(pages, operations, SEED)],
  ]
  if (twin !== null) {
    programs.push(['twin', () => runTwin(twin.plain, pages, operations)])
    programs.push(['twinRecording', () => runTwin(twin.recording, pages, operations)])
  }
  const results = new Map<Name, Work[]>(programs.map(([name]) => [name, []]))
  for (let round = -1; round < rounds; round++) {
    const works: Partial<Record<Name, Work>> = {}
    for (const [name, run] of programs) {
      works[name] = run()
    }
    assertSameWork(pages, works)
    if (round < 0) continue
    for (const [name] of programs) results.get(name)?.push(works[name] as Work)
  }
  return results
}

function rowsOf(pages: number, operations: number, results: Map<Name, Work[]>): Section {
  const size = `${pages.toLocaleString('en-US')} pages`
  const seconds = (name: Name): number[] => (results.get(name) ?? []).map((w) => w.seconds)
  const rate = (name: Name): number[] => seconds(name).map((s) => operations / s / 1e6)
  const absolutes = [
    absoluteRow(`allocator, ${size}: TypeScript, no events`, rate('quiet'), 'M operations/s'),
    absoluteRow(`allocator, ${size}: TypeScript, digest on`, rate('model'), 'M operations/s'),
  ]
  const ratioRows = [
    ratioRow(
      `allocator, ${size}: digest on / no events`,
      ratios(seconds('model'), seconds('quiet')),
      null,
    ),
  ]
  if (!results.has('twin')) return { ratios: ratioRows, absolutes, notes: [] }
  const budget = pages === BUDGET_PAGES ? BUDGET : null
  return {
    ratios: [
      ratioRow(
        `allocator, ${size}: TypeScript, no events / C without ledger`,
        ratios(seconds('quiet'), seconds('twin')),
        budget,
      ),
      ratioRow(
        `allocator, ${size}: TypeScript, digest on / C without ledger`,
        ratios(seconds('model'), seconds('twin')),
        null,
      ),
      ratioRow(
        `allocator, ${size}: TypeScript / C, both with ledger and digest`,
        ratios(seconds('model'), seconds('twinRecording')),
        null,
      ),
      ...ratioRows,
    ],
    absolutes: [
      absoluteRow(`allocator, ${size}: C`, rate('twin'), 'M operations/s'),
      absoluteRow(
        `allocator, ${size}: C with ledger and digest`,
        rate('twinRecording'),
        'M operations/s',
      ),
      ...absolutes,
    ],
    notes: [],
  }
}

export function measureCore(contestants: Contestants, operations: number, rounds: number): Section {
  for (const measure of [contestants.model, contestants.modelQuiet]) {
    measure(SIZES[0] ?? 0, WARM_UP_OPERATIONS, SEED)
  }
  const parts = SIZES.map((pages) =>
    rowsOf(pages, operations, measureSize(contestants, pages, operations, rounds)),
  )
  const note =
    contestants.twin === null
      ? 'no gcc: the rows against the C twin are left out'
      : 'the C twin did the same work in every round: equal checksum over all returned PFNs, equal counters, and (recording) equal digest over all events'
  return {
    ratios: parts.flatMap((p) => p.ratios),
    absolutes: parts.flatMap((p) => p.absolutes),
    notes: [
      note,
      '"no events" is the model without emitting, with who got a frame when; C without ledger keeps references and counters, but not that',
    ],
  }
}
