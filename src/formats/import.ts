/** Foreign texts to what Pinscope can look at: a scenario to run, or a trace to view. */
import type { ForeignTrace } from '../shared/foreign'
import type { FileReport, ImportKind } from '../shared/interchange'
import { failure, success, type Result } from '../shared/result'
import { finished, type Steps } from '../shared/steps'
import { many, pagesText, pfnText } from '../shared/text'
import { parseDmesg, type KernelLog } from './dmesg'
import { candidateOf } from './dmesg-scenario'
import { ftraceSteps, looksLikeFtrace } from './ftrace'
import type { MachineTexts, ZoneSums } from './machine-draft'
import { importMachine, type MachineImport, type MachineJson } from './machine-import'
import { parseBuddyinfo, parsePagetypeinfo, type Buddyinfo, type Pagetypeinfo } from './proc-free'
import { parseZoneinfo, type Zoneinfo } from './proc-zoneinfo'
import { parseScenario } from './scenario'
import { fileReport, tooLarge, type TextFile } from './text-lines'

export interface Imported {
  readonly files: readonly FileReport[]
  /** What was taken, guessed and left of all files together. */
  readonly took: readonly string[]
  readonly guessed: readonly string[]
  readonly unused: readonly string[]
  /** Free blocks by zone and order; none without buddyinfo or pagetypeinfo. */
  readonly zones: readonly ZoneSums[]
  /** Text of a scenario file, or why none could be made; null when a trace was given. */
  readonly scenario: Result<string> | null
  /** The trace, when one was given. */
  readonly trace: ForeignTrace | null
}

/** What a text is, by what is in it. */
export function kindOf(file: TextFile): Result<ImportKind> {
  const refused = tooLarge(file)
  if (refused !== null) return refused
  const head = file.text
    .slice(0, 65_536)
    .split('\n')
    .filter((line) => line.trim() !== '')
  const [first] = head
  if (first === undefined) return failure('bad-input', `${file.name}: the file is empty`)
  if (first.startsWith('Page block order:')) return success('pagetypeinfo')
  if (/^Node\s+\d+, zone\s+\w+\s*$/.test(first)) return success('zoneinfo')
  if (/^Node\s+\d+, zone\s+\w+\s+\d/.test(first)) return success('buddyinfo')
  if (looksLikeFtrace(head)) return success('ftrace')
  const what = 'no buddyinfo, pagetypeinfo, zoneinfo, kernel log or ftrace text'
  const way = otherForm(first)
  if (way !== null) return failure('bad-input', `${file.name}:1: ${what}; it looks like ${way}`)
  const isLog = head.some((line) =>
    /^(?:<\d+>)?\[\s*\d+\.\d+\]|kernel: |alloc_contig_range|\bcma: |Linux version \d/.test(line),
  )
  if (isLog) return success('dmesg')
  return failure(
    'bad-input',
    `${file.name}:1: ${what}; it begins with ${JSON.stringify(first.slice(0, 40))}`,
  )
}

/** What a text is that may speak of CMA and is no log, and what to do with it; null where it may be one. */
function otherForm(first: string): string | null {
  const instead = 'of what Pinscope exports, ftrace and dmesg are read back'
  if (/^\s*[[{]\s*(?:["{]|$)/.test(first)) {
    return `JSON: a scenario file is opened as it is, not imported; ${instead}`
  }
  if (/^\s*<(?:!doctype|\?xml|html|svg)\b/i.test(first)) return `a page or a picture: ${instead}`
  return /^event,time_ns,|^"?\w+"?(?:,"?\w+"?){3,}$/.test(first) ? `CSV: ${instead}` : null
}

interface Parsed {
  buddyinfo?: Buddyinfo
  pagetypeinfo?: Pagetypeinfo
  zoneinfo?: Zoneinfo
  log?: KernelLog
  trace?: ForeignTrace
  readonly reports: FileReport[]
}

type Guess = Pick<MachineTexts, 'holes' | 'areaShift'>

/** How a machine is placed; where the free blocks find no room, the next is tried. */
const GUESSES = [
  { holes: 'at-end', areaShift: 0 },
  { holes: 'at-end', areaShift: 1 },
  { holes: 'anywhere', areaShift: 0 },
  { holes: 'anywhere', areaShift: 1 },
] as const satisfies readonly Guess[]

/** All files are of one machine; a trace stands alone. */
export function importTexts(files: readonly TextFile[]): Result<Imported> {
  return finished(importSteps(files))
}

/** As `importTexts`, step by step: only a trace can be so long that it matters. */
export function* importSteps(files: readonly TextFile[]): Steps<Result<Imported>> {
  const parsed: Parsed = { reports: [] }
  for (const file of files) {
    const kind = kindOf(file)
    if (!kind.ok) return kind
    if (parsed.reports.some((report) => report.kind === kind.value)) {
      return failure('bad-input', `${file.name}: a second ${kind.value}; give one of each kind`)
    }
    const refused = yield* take(parsed, file, kind.value)
    if (refused !== null) return refused
  }
  if (parsed.trace !== undefined) {
    if (files.length === 1) return success(ofTrace(parsed.trace, parsed.reports))
    return failure('bad-input', 'a trace is looked at alone; import the other files without it')
  }
  return success(ofMachine(parsed))
}

function* take(into: Parsed, file: TextFile, kind: ImportKind): Steps<Result<never> | null> {
  switch (kind) {
    case 'buddyinfo': {
      const read = parseBuddyinfo(file)
      if (!read.ok) return read
      into.buddyinfo = read.value
      into.reports.push(fileReport(file, kind, read.value.lines, {}))
      return null
    }
    case 'pagetypeinfo': {
      const read = parsePagetypeinfo(file)
      if (!read.ok) return read
      into.pagetypeinfo = read.value
      into.reports.push(fileReport(file, kind, read.value.lines, {}))
      return null
    }
    case 'zoneinfo': {
      const read = parseZoneinfo(file)
      if (!read.ok) return read
      into.zoneinfo = read.value
      into.reports.push(fileReport(file, kind, read.value.lines, { unused: read.value.unused }))
      return null
    }
    case 'dmesg': {
      const read = parseDmesg(file)
      if (!read.ok) return read
      into.log = read.value
      into.reports.push(fileReport(file, kind, read.value.lines, { ...logNotes(read.value) }))
      return null
    }
    case 'ftrace': {
      const read = yield* ftraceSteps(file)
      if (!read.ok) return read
      into.trace = read.value.trace
      into.reports.push(read.value.report)
      return null
    }
  }
}

function logNotes(log: KernelLog): Parameters<typeof fileReport>[3] {
  const areas = log.areas.map(
    (a) => `line ${a.line}: an area of ${pagesText(a.pages)} at ${pfnText(a.startPfn)}`,
  )
  return {
    took: [...areas, many(log.requests.length, 'contiguous request')],
    guessed: log.guessed,
    unused: log.unused,
  }
}

function ofTrace(trace: ForeignTrace, files: readonly FileReport[]): Imported {
  return { files, took: [], guessed: [], unused: [], zones: [], scenario: null, trace }
}

function ofMachine(parsed: Parsed): Imported {
  const { log, reports } = parsed
  const hasProc = [parsed.buddyinfo, parsed.pagetypeinfo, parsed.zoneinfo].some(
    (x) => x !== undefined,
  )
  const attempt = (guess: Guess): { machine: MachineImport | null; made: Made } => {
    const machine = hasProc ? importMachine({ ...parsed, areas: log?.areas ?? [], ...guess }) : null
    return { machine, made: scenarioOf(machine, log ?? null) }
  }
  const [best, ...others] = GUESSES
  const first = attempt(best)
  let chosen = first
  // Another place of the same machine helps only where there is a machine.
  for (const guess of first.machine?.machine.ok === true ? others : []) {
    if (chosen.made.scenario.ok) break
    chosen = attempt(guess)
  }
  const { machine, made } = chosen.made.scenario.ok ? chosen : first
  return {
    files: reports,
    took: [...(machine?.took ?? []), ...made.took],
    guessed: [...(machine?.guessed ?? []), ...made.guessed],
    unused: machine?.unused ?? [],
    zones: machine?.sums ?? [],
    scenario: made.scenario,
    trace: null,
  }
}

interface Made {
  readonly scenario: Result<string>
  readonly took: readonly string[]
  readonly guessed: readonly string[]
}

function scenarioOf(machine: MachineImport | null, log: KernelLog | null): Made {
  if (machine !== null && !machine.machine.ok) {
    return { scenario: machine.machine, took: [], guessed: [] }
  }
  const state = machine?.machine.ok === true ? machine.machine.value : null
  if (log !== null && (log.requests.length > 0 || state === null)) {
    const candidate = candidateOf(log, state)
    if (!candidate.ok) return { scenario: candidate, took: [], guessed: [] }
    const { took, guessed, ...parts } = candidate.value
    const head = withGuesses(LOG_HEAD, [...(machine?.guessed ?? []), ...guessed])
    return { scenario: checked({ ...head, parameters: {}, ...bodyOf(parts) }), took, guessed }
  }
  const parts = state === null ? null : probe(state)
  if (parts === null) {
    return {
      scenario: failure('bad-input', 'nothing to make a scenario of'),
      took: [],
      guessed: [],
    }
  }
  const head = withGuesses(STATE_HEAD, machine?.guessed ?? [])
  return { scenario: checked({ ...head, ...parts }), took: [], guessed: [] }
}

const LOG_HEAD = {
  format: 'pinscope/scenario@1',
  id: 'from-log',
  title: 'A candidate from a kernel log',
  question: 'Do pins on these frames explain the requests that the log shows failing?',
  group: 'lookalikes',
  description:
    'Made from a kernel log: the area, the requests in their order and the positions that failed are from the log. The holder and its pins are a guess: the fewest frames that make those positions fail.',
}

const STATE_HEAD = {
  format: 'pinscope/scenario@1',
  id: 'from-proc',
  title: 'A machine from its /proc files',
  question: 'What can this machine still allocate?',
  group: 'lookalikes',
  description:
    'Made from /proc/buddyinfo, pagetypeinfo and zoneinfo: zones, marks, pageblock types and free blocks by type and order are theirs. Which block lies where is a guess, and frames that are not free are in use by nobody in particular.',
}

/** A description is not longer. */
const MAX_DESCRIPTION = 2000

/** What was guessed stays with the scenario, wherever it goes. */
function withGuesses<T extends { readonly description: string }>(
  head: T,
  guessed: readonly string[],
): T {
  if (guessed.length === 0) return head
  const all = `${head.description} Guessed: ${guessed.join('; ')}.`
  const description =
    all.length <= MAX_DESCRIPTION ? all : `${all.slice(0, MAX_DESCRIPTION - 4)} ...`
  return { ...head, description }
}

function bodyOf(parts: { machine: unknown; actors: unknown; expect: readonly object[] }): object {
  const { machine, actors, expect } = parts
  return { machine, actors, expect: { BASE: expect, FAULT: [], FULL: [] } }
}

/** One allocation of every kind the machine is about, its order to be chosen. */
function probe(machine: MachineJson): object {
  const [area] = machine.cma ?? []
  const order = {
    type: 'int',
    default: Math.min(4, machine.maxOrder - 1),
    min: 0,
    max: Math.min(10, machine.maxOrder - 1),
    help: 'order of the blocks that are asked for',
  }
  const blocks = { type: 'int', default: 1, min: 1, max: 65_536, help: 'how many blocks' }
  const program: object[] = [
    {
      op: 'allocPages',
      as: 'blocks',
      gfp: 'GFP_KERNEL',
      order: '$order',
      blocks: '$blocks',
      id: 'probe.blocks',
    },
  ]
  if (area !== undefined) {
    program.push({ op: 'dmaAlloc', as: 'buffer', size: area.pages * 4096, id: 'probe.area' })
  }
  const parts = { machine, actors: [{ name: 'probe', program }], expect: [] }
  return { parameters: { order, blocks }, ...bodyOf(parts) }
}

/** The text of the scenario; one that our own reader refuses is told as its refusal. */
function checked(scenario: object): Result<string> {
  const text = `${JSON.stringify(scenario, null, 1)}\n`
  const read = parseScenario(text, 'imported')
  return read.ok ? success(text) : read
}
