/**
 * Arguments of calls that come from a page. Shapes, lengths and ranges are checked before anything
 * else looks at them; what a value means (is there such a scenario?) the engine decides.
 */
import * as v from 'valibot'
import {
  interventions,
  kernel,
  MAX_NAME,
  MAX_PFN,
  MAX_SEED,
  recipe,
  text,
  wholeNumber as whole,
} from '../formats/recipe-schema'
import { issueText } from '../formats/session/issue'
import * as sessionSchema from '../formats/session/schema'
import { MAX_IMPORT_BYTES, MAX_IMPORT_FILES } from '../shared/interchange'
import { EXPORT_PARTS, REPORT_FORMS, RUN_FORMS } from '../shared/export'
import type { CallName, Calls } from '../shared/contract'
import { MAP_MODES } from '../shared/page-map'
import { failure, success, type Result } from '../shared/result'
import { ASPECTS } from '../shared/sheet'
import type { Ask } from './rpc'

type ArgumentSchemas = { readonly [K in CallName]: v.GenericSchema<unknown, Parameters<Calls[K]>> }

const MAX_COLUMNS = 8192
const MAX_LINE = 4096
/** A scenario has less; by how much too long one is, who reads it says. */
const MAX_SCENARIO = 4 * 1024 * 1024

const run = whole(1, Number.MAX_SAFE_INTEGER)
const token = text(1, MAX_NAME)
const pfn = whole(0, MAX_PFN)

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

const file = v.custom<Uint8Array>((x) => x instanceof Uint8Array, 'expected the bytes of a file')

/** Texts are looked at more closely by who reads them. */
const importFiles = v.pipe(
  v.array(
    v.strictObject({
      name: text(1, MAX_LINE),
      bytes: v.pipe(
        file,
        v.check(
          (x) => x.length <= MAX_IMPORT_BYTES,
          `expected a file of at most ${MAX_IMPORT_BYTES} bytes`,
        ),
      ),
    }),
  ),
  v.maxLength(MAX_IMPORT_FILES, `expected at most ${MAX_IMPORT_FILES} files`),
)

const runExport = v.strictObject({
  form: v.picklist(RUN_FORMS, `expected one of ${RUN_FORMS.join(', ')}`),
  part: v.nullable(
    v.picklist(
      Object.values(EXPORT_PARTS).flat(),
      'expected null, events, series, timeline or map',
    ),
  ),
})

const recorded = v.nullable(
  v.union([run, v.literal('kept')], 'expected the number of a run, kept or null'),
)

const SCHEMAS: ArgumentSchemas = {
  listScenarios: v.strictTuple([]),
  listPatches: v.strictTuple([]),
  listBuilds: v.strictTuple([]),
  listKernels: v.strictTuple([]),
  checkKernel: v.strictTuple([kernel]),
  listFailing: v.strictTuple([]),
  run: v.strictTuple([recipe, token]),
  addScenario: v.strictTuple([text(0, MAX_SCENARIO), text(1, MAX_LINE)]),
  dropScenario: v.strictTuple([text(1, MAX_NAME)]),
  scenarioText: v.strictTuple([text(1, MAX_NAME)]),
  importTexts: v.strictTuple([importFiles, token]),
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
  proof: v.strictTuple([run]),
  checkProof: v.strictTuple([run, sessionSchema.proof, token]),
  packSession: v.strictTuple([sessionSchema.doc]),
  packArchive: v.strictTuple([
    sessionSchema.doc,
    v.strictObject({ a: recorded, b: recorded }),
    v.nullable(file),
    token,
  ]),
  archiveSize: v.strictTuple([run]),
  openArchive: v.strictTuple([file, v.picklist(['a', 'b'] as const, 'expected a or b'), token]),
  unpackSession: v.strictTuple([file]),
  exportRun: v.strictTuple([run, runExport, token]),
  exportReport: v.strictTuple([
    run,
    run,
    v.picklist(REPORT_FORMS, `expected one of ${REPORT_FORMS.join(', ')}`),
    token,
  ]),
  readExport: v.strictTuple([token]),
  closeExport: v.strictTuple([token]),
}

/** The arguments of a call, or where they are wrong: `run[0].seed`. */
export function parseArguments<K extends CallName>(
  call: K,
  args: readonly unknown[],
): Result<Parameters<Calls[K]>> {
  const schema: v.GenericSchema<unknown, Parameters<Calls[K]>> = SCHEMAS[call]
  const parsed = v.safeParse(schema, args, { abortEarly: true })
  if (parsed.success) return success(parsed.output)
  const issue = issueText(parsed.issues)
  const at = `${call}${issue.at}`
  return failure('bad-input', `${at}: ${issue.message}`, at)
}

/** Lets only calls with valid arguments through. */
export function askChecked(ask: Ask): Ask {
  return (call, args) => {
    const parsed = parseArguments(call, args)
    return parsed.ok ? ask(call, parsed.value) : Promise.resolve(parsed)
  }
}
