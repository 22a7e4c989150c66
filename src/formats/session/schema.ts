/** What the parts of a session file hold, as of today's version. */
import * as v from 'valibot'
import { MAP_MODES } from '../../shared/page-map'
import type { Recipe } from '../../shared/run'
import {
  MAX_SESSION_SCENARIOS,
  type ArchivePiece,
  type RunProof,
  type SessionBookmark,
  type SessionDebug,
  type SessionDoc,
  type SessionFork,
  type SessionSide,
  type SessionView,
} from '../../shared/session'
import {
  intervention,
  MAX_INTERVENTIONS,
  MAX_NAME,
  MAX_PFN,
  MAX_SEED,
  recipe,
  recipeEntries,
  text,
  wholeNumber as whole,
} from '../recipe-schema'

const MAX_NOTE = 4096
const MAX_TITLE = 200
const MAX_TEXT = 8192
const MAX_FORKS = 256
const MAX_KEYFRAMES = 4096
const MAX_BOOKMARKS = 10_000
const MAX_LINES = 1000
/** Events of one piece of an archive. */
const MAX_PIECE = 1 << 16
const MAX_SCENARIO = 1024 * 1024

const count = whole(0, Number.MAX_SAFE_INTEGER)
const side = v.picklist(['a', 'b'] as const, 'expected a or b')
const note = text(0, MAX_NOTE)

/** At most so many, and none of them is looked at when they are more. */
function list<T>(item: v.GenericSchema<unknown, T>, max: number): v.GenericSchema<unknown, T[]> {
  const few = v.custom<unknown[]>(
    (x) => Array.isArray(x) && x.length <= max,
    `expected a list of at most ${max}`,
  )
  return v.pipe(few, v.array(item))
}

export const manifest = v.strictObject({
  format: v.literal('pinscope', 'expected pinscope'),
  version: whole(1, MAX_SEED),
  writer: text(0, MAX_NAME),
  name: text(0, MAX_TITLE),
  note: text(0, MAX_TEXT),
})

/** Pins let go one after the other at one place: the first frame, then how far it is to the next. */
export interface Unpins {
  readonly at: number
  readonly do: 'unpin'
  readonly pfns: readonly number[]
}

export type PackedIntervention = Unpins | NonNullable<Recipe['interventions']>[number]

export interface PackedRecipe extends Omit<Recipe, 'interventions'> {
  readonly interventions?: readonly PackedIntervention[] | undefined
}

const unpins: v.GenericSchema<unknown, Unpins> = v.strictObject({
  at: count,
  do: v.literal('unpin'),
  pfns: list(whole(-MAX_PFN, MAX_PFN), MAX_INTERVENTIONS),
})

const packedRecipe: v.GenericSchema<unknown, PackedRecipe> = v.strictObject({
  ...recipeEntries,
  interventions: v.optional(
    list(
      v.lazy((x): v.GenericSchema<unknown, PackedIntervention> =>
        isUnpins(x) ? unpins : intervention,
      ),
      MAX_INTERVENTIONS,
    ),
  ),
})

function isUnpins(x: unknown): boolean {
  return typeof x === 'object' && x !== null && 'do' in x && x.do === 'unpin'
}

export const recipes = v.strictObject({ a: packedRecipe, b: packedRecipe })

const scenarioText = text(1, MAX_SCENARIO)

const scenarioTexts = list(scenarioText, MAX_SESSION_SCENARIOS)

export const scenario = v.strictObject({ texts: scenarioTexts })

const digest = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/, 'expected 64 hex digits'))

export const proof: v.GenericSchema<unknown, RunProof> = v.strictObject({
  events: count,
  simTimeNs: count,
  digest,
  keyframes: v.pipe(
    list(v.strictObject({ events: count, digest }), MAX_KEYFRAMES),
    v.check(
      (ks) => ks.every((k, i) => i === 0 || k.events > (ks[i - 1]?.events ?? 0)),
      'expected ascending events',
    ),
  ),
})

const forkId = whole(1, MAX_SEED)

/** Proofs by run: of a fork that is not there one is not looked at. */
export const digests = v.strictObject({
  a: v.nullable(proof),
  b: v.nullable(proof),
  forks: list(v.strictObject({ id: forkId, proof }), MAX_FORKS),
})

const forkHead = {
  id: forkId,
  parent: v.nullable(v.union([side, forkId], 'expected a, b, or the number of a fork')),
  at: v.nullable(count),
  text: text(0, MAX_NOTE),
  note,
}
interface PackedFork extends Omit<SessionFork, 'recipe' | 'proof'> {
  readonly recipe: PackedRecipe
}

const fork: v.GenericSchema<unknown, PackedFork> = v.strictObject({
  ...forkHead,
  recipe: packedRecipe,
})

export const forks: v.GenericSchema<unknown, PackedFork[]> = v.pipe(
  list(fork, MAX_FORKS),
  v.check(parentsFirst, 'expected numbers used once, and every parent before what hangs below it'),
)

function parentsFirst(all: PackedFork[]): boolean {
  const known = new Set<number>()
  return all.every(({ id, parent }) => {
    if (known.has(id) || (typeof parent === 'number' && !known.has(parent))) return false
    known.add(id)
    return true
  })
}

export const bookmarks: v.GenericSchema<unknown, SessionBookmark[]> = list(
  v.strictObject({ side, event: count, timeNs: count, note }),
  MAX_BOOKMARKS,
)

const debug: v.GenericSchema<unknown, SessionDebug> = v.strictObject({
  lines: list(text(1, MAX_NOTE), MAX_LINES),
  watches: list(text(1, MAX_NOTE), MAX_LINES),
})

export const breakpoints = v.strictObject({ a: debug, b: debug })

const place = v.strictObject({ event: count, step: whole(0, MAX_SEED), timeNs: count })
const span = v.custom<number>(
  (x) => typeof x === 'number' && x >= 0 && x <= Number.MAX_SAFE_INTEGER,
  'expected a time, ns',
)
const range = v.nullable(
  v.pipe(
    v.strictObject({ fromNs: span, toNs: span }),
    v.check(({ fromNs, toNs }) => fromNs <= toNs, 'expected a range that ends behind its start'),
  ),
)
const ranges = v.strictObject({ a: range, b: range, both: range })
const sides: v.GenericSchema<unknown, SessionSide | 'both'> = v.picklist(
  ['a', 'b', 'both'] as const,
  'expected a, b or both',
)

export const view: v.GenericSchema<unknown, SessionView> = v.strictObject({
  shown: v.strictObject({ a: v.nullable(forkId), b: v.nullable(forkId) }),
  cursor: v.strictObject({ side, a: v.nullable(place), b: v.nullable(place) }),
  selection: v.strictObject({ side, pfn: v.nullable(whole(0, MAX_PFN)) }),
  timeline: v.strictObject({ sameTime: v.boolean(), views: ranges, ranges }),
  map: v.strictObject({
    mode: v.picklist(MAP_MODES, `expected one of ${MAP_MODES.join(', ')}`),
    cell: v.nullable(whole(1, 256)),
  }),
  filter: note,
  layout: v.strictObject({
    folded: list(text(1, MAX_NAME), 16),
    tabs: v.pipe(
      v.record(v.string(), text(0, MAX_NAME)),
      v.check((x) => Object.keys(x).length <= 16, 'expected at most 16 docks'),
      v.check((x) => Object.keys(x).every((k) => k.length <= MAX_NAME), 'expected short names'),
    ),
    runs: sides,
    timelineShare: v.custom<number>(
      (x) => typeof x === 'number' && x >= 0 && x <= 100,
      'expected 0 to 100 per cent',
    ),
  }),
})

export const events: v.GenericSchema<unknown, ArchivePiece> = v.strictObject({
  from: count,
  count: whole(1, MAX_PIECE),
  of: count,
  text: text(1, 4 * 1024 * 1024),
})

export const end = v.strictObject({ parts: whole(1, 1024) })

const run = { recipe, proof: v.nullable(proof) }

/** A whole session, as a page has it. */
export const doc: v.GenericSchema<unknown, SessionDoc> = v.strictObject({
  writer: text(0, MAX_NAME),
  name: text(0, MAX_TITLE),
  note: text(0, MAX_TEXT),
  scenarios: scenarioTexts,
  a: v.strictObject(run),
  b: v.strictObject(run),
  forks: list(v.strictObject({ ...forkHead, ...run }), MAX_FORKS),
  bookmarks,
  debug: breakpoints,
  view,
})
