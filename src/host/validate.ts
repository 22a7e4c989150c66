/**
 * Arguments of calls that come from a page. Shapes, lengths and ranges are checked before anything
 * else looks at them; what a value means (is there such a scenario?) the engine decides.
 */
import * as v from 'valibot'
import { CALLERS, INJECTABLE_NAMES, POLICIES, VARIANTS } from '../engine'
import { MAP_MODES, type CallName, type Calls, type Recipe } from '../shared/contract'
import { failure, success, type Result } from '../shared/result'
import { ASPECTS } from '../shared/sheet'
import type { Ask } from './rpc'

type ArgumentSchemas = { readonly [K in CallName]: v.GenericSchema<unknown, Parameters<Calls[K]>> }

const MAX_SET = 64
const MAX_NAME = 64
const MAX_SEED = 2 ** 31 - 1
const MAX_PFN = 2 ** 40
const MAX_COLUMNS = 8192
const MAX_LINE = 4096
/** Pins are let go frame by frame, so a fork can have many. */
const MAX_INTERVENTIONS = 8192
const MAX_CHANGES = 64
const MAX_IMPORT_FILES = 8
const MAX_IMPORT = 256 * 1024 * 1024

function whole(min: number, max: number): v.GenericSchema<unknown, number> {
  return v.custom<number>(
    (x) => typeof x === 'number' && Number.isInteger(x) && x >= min && x <= max,
    `expected a whole number from ${min} to ${max}`,
  )
}

function text(min: number, max: number): v.GenericSchema<unknown, string> {
  return v.custom<string>(
    (x) => typeof x === 'string' && x.length >= min && x.length <= max,
    `expected a text of ${min} to ${max} characters`,
  )
}

const run = whole(1, Number.MAX_SAFE_INTEGER)
const token = text(1, MAX_NAME)
const pfn = whole(0, MAX_PFN)

function ascending(list: v.GenericSchema<unknown, number[]>, what: string) {
  return v.pipe(
    list,
    v.check(
      (ns) => ns.every((n, i) => i === 0 || n > (ns[i - 1] as number)),
      `expected ascending ${what} numbers`,
    ),
  )
}

const patches = ascending(v.array(whole(1, 5), 'expected a list of patch numbers'), 'patch')

const set = v.pipe(
  v.record(v.string(), text(0, 200), 'expected an object of parameter values'),
  v.check((x) => Object.keys(x).length <= MAX_SET, `expected at most ${MAX_SET} parameters`),
  v.check(
    (x) => Object.keys(x).every((name) => name.length <= MAX_NAME),
    `expected names of at most ${MAX_NAME} characters`,
  ),
)

const kernel = v.strictObject({
  patches,
  mode: v.picklist(['strict', 'lenient'], 'expected strict or lenient'),
  policy: v.optional(v.picklist(POLICIES, `expected one of ${POLICIES.join(', ')}`)),
  variant: v.optional(v.picklist(VARIANTS, `expected one of ${VARIANTS.join(', ')}`)),
  notifierPasses: v.optional(whole(0, 1000)),
  fixes: v.optional(ascending(v.array(whole(1, 7), 'expected a list of fix numbers'), 'fix')),
  converted: v.optional(
    v.pipe(
      v.array(v.picklist(CALLERS, `expected one of ${CALLERS.join(', ')}`)),
      v.maxLength(CALLERS.length, 'expected no caller twice'),
    ),
  ),
})

const at = whole(0, Number.MAX_SAFE_INTEGER)

const interventions = v.pipe(
  v.array(
    v.variant('do', [
      v.strictObject({ at, do: v.literal('unpin'), pfn }),
      v.strictObject({ at, do: v.literal('drain') }),
      v.strictObject({ at, do: v.literal('kernel'), kernel }),
      v.strictObject({
        at,
        do: v.literal('sleep'),
        actor: text(1, MAX_NAME),
        ns: whole(1, Number.MAX_SAFE_INTEGER),
      }),
      v.strictObject({
        at,
        do: v.literal('inject'),
        fn: v.picklist(INJECTABLE_NAMES, `expected one of ${INJECTABLE_NAMES.join(', ')}`),
        nth: whole(1, MAX_SEED),
        ret: whole(-4095, -1),
      }),
    ]),
  ),
  v.maxLength(MAX_INTERVENTIONS, `expected at most ${MAX_INTERVENTIONS} interventions`),
)

const changes = v.pipe(
  v.array(
    v.variant('do', [
      v.strictObject({
        do: v.literal('grow'),
        area: text(1, MAX_NAME),
        pages: whole(1, MAX_PFN),
      }),
      v.strictObject({
        do: v.literal('align'),
        actor: text(1, MAX_NAME),
        step: whole(0, MAX_SEED),
        align: whole(0, 32),
      }),
    ]),
  ),
  v.maxLength(MAX_CHANGES, `expected at most ${MAX_CHANGES} changes`),
)

const recipe: v.GenericSchema<unknown, Recipe> = v.strictObject({
  scenario: text(1, MAX_NAME),
  seed: whole(0, MAX_SEED),
  set,
  kernel,
  interventions: v.optional(interventions),
  changes: v.optional(changes),
})

const event = whole(0, Number.MAX_SAFE_INTEGER)
const time = whole(0, Number.MAX_SAFE_INTEGER)
const direction = v.picklist([1, -1] as const, 'expected 1 or -1')
const line = text(0, MAX_LINE)
/** A place with its time is a place, too: what is behind the two numbers is let fall. */
const place = v.object({ event, step: whole(0, MAX_SEED) })
const seriesQuery = v.strictObject({
  fromNs: time,
  toNs: v.nullable(time),
  columns: whole(1, MAX_COLUMNS),
})

/** Texts are looked at more closely by who reads them. */
const importFiles = v.pipe(
  v.array(v.strictObject({ name: text(1, MAX_LINE), text: text(0, MAX_IMPORT) })),
  v.maxLength(MAX_IMPORT_FILES, `expected at most ${MAX_IMPORT_FILES} files`),
)

const SCHEMAS: ArgumentSchemas = {
  listScenarios: v.strictTuple([]),
  listPatches: v.strictTuple([]),
  listBuilds: v.strictTuple([]),
  listKernels: v.strictTuple([]),
  checkKernel: v.strictTuple([kernel]),
  listFailing: v.strictTuple([]),
  run: v.strictTuple([recipe, token]),
  importTexts: v.strictTuple([importFiles]),
  cancel: v.strictTuple([token]),
  summary: v.strictTuple([run]),
  drop: v.strictTuple([run]),
  series: v.strictTuple([run, seriesQuery]),
  rangeSummary: v.strictTuple([run, time, time]),
  readings: v.strictTuple([run, v.nullable(place)]),
  eventAt: v.strictTuple([run, time]),
  neighbour: v.strictTuple([run, event, direction, v.nullable(whole(0, MAX_SEED))]),
  pageMap: v.strictTuple([
    run,
    v.nullable(place),
    v.picklist(MAP_MODES, `expected one of ${MAP_MODES.join(', ')}`),
  ]),
  page: v.strictTuple([run, pfn, v.nullable(place)]),
  pageHistory: v.strictTuple([run, pfn, event, direction, whole(1, 10_000)]),
  inspect: v.strictTuple([
    run,
    v.picklist(ASPECTS, `expected one of ${ASPECTS.join(', ')}`),
    v.nullable(place),
  ]),
  audit: v.strictTuple([run, v.nullable(place)]),
  dmesg: v.strictTuple([run]),
  checkFilter: v.strictTuple([run, line]),
  completeFilter: v.strictTuple([run, line, whole(0, MAX_LINE)]),
  filterEvents: v.strictTuple([run, line, token]),
  events: v.strictTuple([run, line, event, whole(1, 10_000)]),
  eventIndex: v.strictTuple([run, line, event]),
  eventsText: v.strictTuple([
    run,
    line,
    event,
    event,
    v.picklist(['dmesg', 'ftrace'], 'expected dmesg or ftrace'),
  ]),
  troubles: v.strictTuple([run]),
  why: v.strictTuple([run, whole(1, MAX_SEED), v.boolean('expected true or false'), token]),
  fork: v.strictTuple([run, interventions, token]),
  divergence: v.strictTuple([run, run, token]),
  align: v.strictTuple([run, run, event]),
  matrix: v.strictTuple([recipe, token]),
  debugState: v.strictTuple([run]),
  seek: v.strictTuple([run, place]),
  consoleRun: v.strictTuple([run, line, token]),
  consoleComplete: v.strictTuple([run, line, whole(0, MAX_LINE)]),
  addWatch: v.strictTuple([run, text(1, MAX_LINE)]),
  dropWatch: v.strictTuple([run, whole(1, MAX_SEED)]),
}

/** The arguments of a call, or where they are wrong: `run[0].seed`. */
export function parseArguments<K extends CallName>(
  call: K,
  args: readonly unknown[],
): Result<Parameters<Calls[K]>> {
  const schema: v.GenericSchema<unknown, Parameters<Calls[K]>> = SCHEMAS[call]
  const parsed = v.safeParse(schema, args, { abortEarly: true })
  if (parsed.success) return success(parsed.output)
  const issue = parsed.issues[0]
  const steps = (issue.path ?? []).map(({ key }) =>
    typeof key === 'number' ? `[${key}]` : `.${String(key).slice(0, 60)}`,
  )
  const at = `${call}${steps.join('')}`
  return failure('bad-input', `${at}: ${issue.message.slice(0, 200)}`, at)
}

/** Lets only calls with valid arguments through. */
export function askChecked(ask: Ask): Ask {
  return (call, args) => {
    const parsed = parseArguments(call, args)
    return parsed.ok ? ask(call, parsed.value) : Promise.resolve(parsed)
  }
}
