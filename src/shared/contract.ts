/**
 * The one contract between the views and the engine: what may be asked (calls) and what is told
 * unasked (news). The Electron bridge, the WebSocket and the engine's port all derive from the
 * tables at the end; a name that is missing there does not compile.
 *
 * Everything here is plain data that structured clone can carry. PFNs are page frame numbers,
 * times are nanoseconds of virtual time, event numbers count from 0.
 */
import type {
  InjectableName,
  Intervention,
  KernelClass,
  KernelSpec,
  Outcome,
  RunCounters,
} from '../sim'
import type { Divergence } from './compare'
import type { CompletionList, ConsoleReply, DebugState } from './debug'
import type { ExportId, ExportInfo, ExportPiece, ReportForm, RunExport } from './export'
import type { KernelCatalogue, KernelCheck } from './kernels'
import type { ForeignInfo, ImportAnswer, ImportFile } from './interchange'
import type { Place, PlaceAt } from './place'
import type {
  DmesgLine,
  EventPage,
  EventRow,
  EventsTextForm,
  FilterResult,
  TextProblem,
} from './events'
import type { Result } from './result'
import type {
  OpenedSession,
  ProofCheck,
  RunProof,
  SessionDoc,
  SessionRefusal,
  SessionSide,
} from './session'
import type { Aspect, AspectData } from './sheet'
import type { RangeSummary, SeriesData, SeriesQuery, TrackReading } from './timeline'
import type { AuditInfo, BlockingFrame, TroubleInfo, WhyReport } from './why'

/** A run the engine keeps. */
export type RunId = number

/**
 * A kernel as the user asks for it: a patch subset, a later policy, what-if fixes, converted callers.
 * `strict` refuses a subset that does not build; `lenient` runs it with the broken patch inert (P0-3).
 */
export type KernelChoice = KernelSpec

/** What identifies a run: nothing else is needed to make it again. */
export interface Recipe {
  /** Scenario id such as `sc-01`. */
  readonly scenario: string
  readonly seed: number
  /** Parameter values that differ from the scenario's defaults, as typed by the user. */
  readonly set: Readonly<Record<string, string>>
  readonly kernel: KernelChoice
  /** What a fork does otherwise, ascending by event; nothing when left out. */
  readonly interventions?: readonly Intervention[] | undefined
  /** What is otherwise than the scenario has it from the start on; nothing when left out. */
  readonly changes?: readonly PlanChange[] | undefined
}

/** Another board, or another request, in the place of the scenario's own. */
export type PlanChange =
  /** A CMA area larger by so many pages. */
  | { readonly do: 'grow'; readonly area: string; readonly pages: number }
  /** Instruction `step` of the actor's program asks for an alignment of 2^align pages. */
  | {
      readonly do: 'align'
      readonly actor: string
      readonly step: number
      readonly align: number
    }

/** A function that can be made to fail, and with what. */
export interface FailingInfo {
  readonly fn: InjectableName
  readonly rets: readonly { readonly ret: number; readonly errno: string }[]
}

export interface ParameterInfo {
  readonly name: string
  readonly type: 'int' | 'size' | 'bool' | 'choice'
  readonly default: string
  readonly help: string
  /** Of a number: the least and the most it may be. */
  readonly min?: number
  readonly max?: number
  readonly choices?: readonly string[]
}

export interface ScenarioInfo {
  readonly id: string
  readonly title: string
  /** One sentence that ends in a question mark. */
  readonly question: string
  readonly group:
    'does what it promises' | 'helps only mostly' | 'cannot help' | 'makes worse' | 'lookalikes'
  readonly description: string
  /** True when no machine of v3.9 could do this; every view says so, with the reason. */
  readonly counterfactual: boolean
  readonly counterfactualReason: string | null
  readonly parameters: readonly ParameterInfo[]
  /** Set of one that does not ship: its text came from the user. */
  readonly own?: true
}

/** A scenario that was brought by its text. */
export interface OwnScenario {
  readonly info: ScenarioInfo
  /** As it is kept: with another id than it had, where that one stands for another scenario. */
  readonly text: string
  /** The id that it had. */
  readonly asked: string
}

export interface PatchInfo {
  readonly number: number
  readonly subject: string
  readonly files: readonly string[]
  readonly summary: string
  /** Numbers of the patches this one needs in order to build. */
  readonly needs: readonly number[]
}

/** What a patch subset is, without running anything. */
export interface BuildInfo {
  readonly patches: readonly number[]
  readonly builds: boolean
  readonly missing: readonly { readonly patch: number; readonly symbol: string }[]
  readonly class: KernelClass
}

export interface Expectation {
  readonly class: KernelClass
  readonly met: boolean
  readonly failures: readonly string[]
}

/** The result of a run; `pinscope run --json` prints the same members. */
export interface RunSummary {
  readonly run: RunId
  readonly recipe: Recipe
  /** Set when no machine of v3.9 could do what this run shows: why it is shown all the same. */
  readonly counterfactualReason: string | null
  readonly build: BuildInfo
  readonly events: number
  readonly simTimeNs: number
  /** 64 hex digits over the event stream and the outcomes. */
  readonly digest: string
  readonly outcomes: readonly Outcome[]
  readonly counters: RunCounters
  readonly expectation: Expectation
  readonly requests: readonly ContigRequest[]
  /** How often each patch's own code ran, by patch number. */
  readonly exercised: Readonly<Record<number, number>>
  /** How often each fix made a difference, by its number. */
  readonly exercisedFixes: Readonly<Record<number, number>>
  readonly verdict: string
  readonly verdictGood: boolean
  /** Set when it is no run but a trace of another kernel, which can only be looked at. */
  readonly foreign?: ForeignInfo | undefined
}

/** One position of the CMA area that a request tried. */
export interface TriedPosition {
  readonly startPfn: number
  /** Exclusive. */
  readonly endPfn: number
  readonly ret: number
  readonly attempts: number
  /** Event number of the first event of this try. */
  readonly event: number
  /** Frames that kept this try from succeeding, ascending. */
  readonly blocking: readonly number[]
}

/** One dma_alloc_from_contiguous call. */
export interface ContigRequest {
  readonly actor: string
  readonly area: string
  readonly count: number
  readonly align: number
  readonly ret: number
  readonly event: number
  readonly timeNs: number
  readonly positions: readonly TriedPosition[]
}

/** Class of a page frame for the map; the numbers are the values in `PageMapData.cells`. */
export const PAGE_CLASSES = [
  'absent',
  'free-unmovable',
  'free-reclaimable',
  'free-movable',
  'free-reserve',
  'free-cma',
  'free-isolate',
  'pcp',
  'anon',
  'file',
  'kernel',
  'page-table',
  'reserved',
  'cma-buffer',
  'pinned-short',
  'pinned-long',
] as const
export type PageClass = (typeof PAGE_CLASSES)[number]

export interface PageMapData {
  readonly startPfn: number
  /** One index into PAGE_CLASSES per frame, ascending from startPfn. */
  readonly cells: Uint8Array<ArrayBuffer>
  readonly pageblockOrder: number
  /** Migratetype per pageblock (0 UNMOVABLE .. 5 ISOLATE). */
  readonly blocks: Uint8Array<ArrayBuffer>
  readonly zones: readonly {
    readonly name: string
    readonly startPfn: number
    readonly pages: number
  }[]
  readonly cmaAreas: readonly {
    readonly name: string
    readonly startPfn: number
    readonly pages: number
  }[]
}

/** One reference that keeps a page in use (spec 0.3). */
export interface LedgerEntry {
  readonly kind: string
  readonly count: number
  /** Who holds it, in words a kernel developer reads at once: `camera`, `pagevec cpu0`. */
  readonly holder: string
  /** The actor among these words; null where no actor holds it. */
  readonly actor: string | null
  /** Modelled call path, outermost first; empty when no path was kept. */
  readonly path: readonly string[]
  readonly sinceEvent: number | null
  readonly sinceNs: number | null
}

/** A list that a frame is on; the kernel takes from its head. */
export interface ListPlace {
  /** `free_list CMA, order 3`, `pcp cpu 0, Movable`, `LRU inactive_anon`, `pagevec cpu 1, lru_rotate`. */
  readonly list: string
  /** From 1, head first. */
  readonly position: number
  readonly length: number
}

/** A block on the buddy lists. */
export interface FreeBlock {
  /** Of its head. */
  readonly pfn: number
  readonly order: number
}

export interface PageInfo {
  readonly pfn: number
  readonly physAddr: number
  readonly zone: string
  readonly pageblock: number
  readonly pageblockType: string
  readonly class: PageClass
  readonly flags: readonly string[]
  readonly count: number
  readonly mapcount: number
  /** Order of the free block this frame heads; null when it heads none. */
  readonly freeOrder: number | null
  /** The free block that the frame lies in. */
  readonly freeBlock: FreeBlock | null
  readonly places: readonly ListPlace[]
  readonly mapping: string
  /** Who allocated it and when; null for a frame that nobody has. */
  readonly allocated: { readonly actor: string; readonly event: number } | null
  /** What would stop migration from emptying the frame now; null when nothing would. */
  readonly blocking: Pick<BlockingFrame, 'class' | 'cause' | 'actor' | 'label'> | null
  /** Virtual time at the place it is looked at, ns. */
  readonly nowNs: number
  readonly ledger: readonly LedgerEntry[]
  /** Sum of the ledger; always equal to `count`. */
  readonly ledgerSum: number
}

/** How the map is coloured. */
export const MAP_MODES = ['state', 'migratetype', 'owner', 'pin', 'age', 'would-block'] as const
export type MapMode = (typeof MAP_MODES)[number]

/** A colouring of the map besides the state: a value per frame, and what the values mean. */
export interface MapLayer {
  readonly mode: Exclude<MapMode, 'state'>
  readonly cells: Uint8Array<ArrayBuffer>
  /** By value; value 0 is what the mode says nothing about. */
  readonly legend: readonly { readonly label: string; readonly frames: number }[]
}

/** The map at a place of a run. */
export interface PlacedMap extends PageMapData {
  /** Null: as the run ended. */
  readonly at: Place | null
  readonly layer: MapLayer | null
}

/** One subset of the series on a recipe. */
export interface MatrixCell {
  /** Index of spec 6.6. */
  readonly n: number
  readonly build: BuildInfo
  /** Null where the subset does not build and the mode is strict. */
  readonly result: {
    readonly outcomes: readonly Outcome[]
    readonly digest: string
    readonly expectation: Expectation
    readonly events: number
  } | null
}

/** What may be asked. Every call answers with a Result; none throws across the border. */
export interface Calls {
  readonly listScenarios: () => Promise<Result<readonly ScenarioInfo[]>>
  /**
   * Takes a scenario by its text, to be run as those that ship; `name` is what messages call it. The same text
   * again is the same scenario.
   */
  readonly addScenario: (text: string, name: string) => Promise<Result<OwnScenario>>
  /** Lets a scenario go that was brought. */
  readonly dropScenario: (id: string) => Promise<Result<null>>
  /** The text of a scenario file. */
  readonly scenarioText: (id: string) => Promise<Result<string>>
  readonly listPatches: () => Promise<Result<readonly PatchInfo[]>>
  /** What the 32 subsets are; index = n of spec 6.6. */
  readonly listBuilds: () => Promise<Result<readonly BuildInfo[]>>
  /** Policies, fixes and callers: what a kernel can be besides a subset. */
  readonly listKernels: () => Promise<Result<KernelCatalogue>>
  /** What a kernel is, and whether there is such a one, without running anything. */
  readonly checkKernel: (kernel: KernelChoice) => Promise<Result<KernelCheck>>
  /** Functions whose calls a fork can make fail. */
  readonly listFailing: () => Promise<Result<readonly FailingInfo[]>>
  /** Runs a recipe to its end. News `onDidProgress` is told meanwhile under `token`. */
  readonly run: (recipe: Recipe, token: string) => Promise<Result<RunSummary>>
  /**
   * Reads texts of other kernels: a scenario is made of /proc files and kernel logs, a trace is kept and
   * answers what is asked of a run, as far as it can. The fraction that is read is told under `token`.
   */
  readonly importTexts: (
    files: readonly ImportFile[],
    token: string,
  ) => Promise<Result<ImportAnswer>>
  /** Stops the run started under `token`; that call then answers `cancelled`. */
  readonly cancel: (token: string) => Promise<Result<null>>
  /** What came of a run that is kept; so a fork that the console made is found by its number. */
  readonly summary: (run: RunId) => Promise<Result<RunSummary>>
  /** Forgets a run and frees its memory. */
  readonly drop: (run: RunId) => Promise<Result<null>>
  readonly series: (run: RunId, query: SeriesQuery) => Promise<Result<SeriesData>>
  readonly rangeSummary: (run: RunId, fromNs: number, toNs: number) => Promise<Result<RangeSummary>>
  /** The value of every track where one stands, exactly: many events may share one time. */
  readonly readings: (run: RunId, at: Place | null) => Promise<Result<readonly TrackReading[]>>
  /** The last event at or before a time; the first place that can be stood at when there is none. */
  readonly eventAt: (run: RunId, timeNs: number) => Promise<Result<PlaceAt>>
  /** The next (1) or previous (-1) event of a task, of anybody when it is null; null at the end. */
  readonly neighbour: (
    run: RunId,
    event: number,
    by: 1 | -1,
    task: number | null,
  ) => Promise<Result<PlaceAt | null>>

  // Where a call takes a place, null stands for the run as it ended.
  readonly pageMap: (run: RunId, at: Place | null, mode: MapMode) => Promise<Result<PlacedMap>>
  readonly page: (run: RunId, pfn: number, at: Place | null) => Promise<Result<PageInfo>>
  /** Events that touched a frame, `limit` of them before (-1) or after (1) an event, ascending. */
  readonly pageHistory: (
    run: RunId,
    pfn: number,
    from: number,
    by: 1 | -1,
    limit: number,
  ) => Promise<Result<readonly EventRow[]>>
  readonly inspect: (run: RunId, aspect: Aspect, at: Place | null) => Promise<Result<AspectData>>
  readonly audit: (run: RunId, at: Place | null) => Promise<Result<readonly AuditInfo[]>>
  readonly dmesg: (run: RunId) => Promise<Result<readonly DmesgLine[]>>

  /** What is wrong with a filter; null when it is one. The empty text is the filter that all pass. */
  readonly checkFilter: (run: RunId, filter: string) => Promise<Result<TextProblem | null>>
  readonly completeFilter: (
    run: RunId,
    filter: string,
    cursor: number,
  ) => Promise<Result<CompletionList>>
  /** Puts a filter to the whole run; long runs tell their progress under `token`. */
  readonly filterEvents: (
    run: RunId,
    filter: string,
    token: string,
  ) => Promise<Result<FilterResult>>
  /** Lines of the matches of a filter, `count` at most from match number `from` on. */
  readonly events: (
    run: RunId,
    filter: string,
    from: number,
    count: number,
  ) => Promise<Result<EventPage>>
  /** Number among the matches of the first one at or behind an event; the number of matches when none is. */
  readonly eventIndex: (run: RunId, filter: string, event: number) => Promise<Result<number>>
  /** Matches [from, to) as the kernel log or trace_pipe prints them; at most 100,000. */
  readonly eventsText: (
    run: RunId,
    filter: string,
    from: number,
    to: number,
    form: EventsTextForm,
  ) => Promise<Result<string>>

  /** Requests that met trouble, in the order of their returns. */
  readonly troubles: (run: RunId) => Promise<Result<readonly TroubleInfo[]>>
  /** Explains one of them, by its number; with remedies other runs are made, which takes a while. */
  readonly why: (
    run: RunId,
    n: number,
    remedies: boolean,
    token: string,
  ) => Promise<Result<WhyReport>>
  /** The run with interventions from some event on; a run of its own. */
  readonly fork: (
    run: RunId,
    interventions: readonly Intervention[],
    token: string,
  ) => Promise<Result<RunSummary>>
  readonly divergence: (a: RunId, b: RunId, token: string) => Promise<Result<Divergence | null>>
  /** The event of run `to` that has the place of an event of run `from`, aligned by cause. */
  readonly align: (from: RunId, to: RunId, event: number) => Promise<Result<PlaceAt | null>>
  /** All 32 subsets on a recipe, whose own patches are not looked at. */
  readonly matrix: (recipe: Recipe, token: string) => Promise<Result<readonly MatrixCell[]>>

  /** The debugger of a run as it stands; the first call opens it, at the start. */
  readonly debugState: (run: RunId) => Promise<Result<DebugState>>
  /** Brings the debugger's cursor to a place. */
  readonly seek: (run: RunId, at: Place) => Promise<Result<DebugState>>
  /** Runs a line of the console at the debugger's cursor; searches can be cancelled by the token. */
  readonly consoleRun: (run: RunId, line: string, token: string) => Promise<Result<ConsoleReply>>
  readonly consoleComplete: (
    run: RunId,
    line: string,
    cursor: number,
  ) => Promise<Result<CompletionList>>
  /** Shows an expression at every stop from now on, or no more. */
  readonly addWatch: (run: RunId, expression: string) => Promise<Result<DebugState>>
  readonly dropWatch: (run: RunId, id: number) => Promise<Result<DebugState>>

  /** What a run came to, to be kept with its recipe in a session. */
  readonly proof: (run: RunId) => Promise<Result<RunProof>>
  /** How a run that was made again compares with what was kept; where they part is searched for. */
  readonly checkProof: (run: RunId, proof: RunProof, token: string) => Promise<Result<ProofCheck>>
  /** The bytes of a session file. */
  readonly packSession: (doc: SessionDoc) => Promise<Result<Uint8Array<ArrayBuffer>>>
  /**
   * As `packSession`, with recorded events, to be looked at when the model is another: those of a run, or
   * `kept`, those that are in another session file.
   */
  readonly packArchive: (
    doc: SessionDoc,
    events: Readonly<Record<SessionSide, RunId | 'kept' | null>>,
    file: Uint8Array | null,
  ) => Promise<Result<Uint8Array<ArrayBuffer>>>
  /** Bytes that the recorded events of a run take in a session file, from a part of them. */
  readonly archiveSize: (run: RunId) => Promise<Result<number>>
  /** The recorded events of a file, kept to be looked at as a trace is. */
  readonly openArchive: (
    bytes: Uint8Array,
    side: SessionSide,
    token: string,
  ) => Promise<Result<RunSummary>>
  /** The session in the bytes of a file; nothing is run. */
  readonly unpackSession: (bytes: Uint8Array) => Promise<Result<OpenedSession, SessionRefusal>>

  /** Begins to write a run in a form for other tools; its pieces are asked for one after the other. */
  readonly exportRun: (run: RunId, what: RunExport, token: string) => Promise<Result<ExportInfo>>
  /** As `exportRun`, a report that compares two runs of one scenario. */
  readonly exportReport: (
    a: RunId,
    b: RunId,
    form: ReportForm,
    token: string,
  ) => Promise<Result<ExportInfo>>
  /** The next piece of what was begun. Behind the last it is over. */
  readonly readExport: (id: ExportId) => Promise<Result<ExportPiece>>
  /** Gives up what was begun; nothing where it is over. */
  readonly closeExport: (id: ExportId) => Promise<Result<null>>
}

export interface Progress {
  readonly token: string
  readonly events: number
  /** 0..1 of the actors' programs that are done; an estimate. */
  readonly fraction: number
}

/** What is told unasked. */
export interface News {
  onDidProgress: Progress
  /** The engine process ended and was started again; every run is gone. */
  onDidLoseEngine: { readonly reason: string }
  /** The shell asks the page to do something the user chose in a native menu. */
  onDidChooseCommand: { readonly command: string }
}

export const CALL_NAMES = {
  listScenarios: true,
  addScenario: true,
  dropScenario: true,
  scenarioText: true,
  listPatches: true,
  listBuilds: true,
  listKernels: true,
  checkKernel: true,
  listFailing: true,
  run: true,
  importTexts: true,
  cancel: true,
  summary: true,
  drop: true,
  series: true,
  rangeSummary: true,
  readings: true,
  eventAt: true,
  neighbour: true,
  pageMap: true,
  page: true,
  pageHistory: true,
  inspect: true,
  audit: true,
  dmesg: true,
  checkFilter: true,
  completeFilter: true,
  filterEvents: true,
  events: true,
  eventIndex: true,
  eventsText: true,
  troubles: true,
  why: true,
  fork: true,
  divergence: true,
  align: true,
  matrix: true,
  debugState: true,
  seek: true,
  consoleRun: true,
  consoleComplete: true,
  addWatch: true,
  dropWatch: true,
  proof: true,
  checkProof: true,
  packSession: true,
  packArchive: true,
  archiveSize: true,
  openArchive: true,
  unpackSession: true,
  exportRun: true,
  exportReport: true,
  readExport: true,
  closeExport: true,
} satisfies Record<keyof Calls, true>

export const NEWS_NAMES = {
  onDidProgress: true,
  onDidLoseEngine: true,
  onDidChooseCommand: true,
} satisfies Record<keyof News, true>

export type CallName = keyof Calls
export type NewsName = keyof News

/** What a view holds: the calls, and one typed way to listen that returns its own undo. */
export interface Pinscope extends Calls {
  readonly listen: <K extends NewsName>(news: K, listener: (value: News[K]) => void) => () => void
}
