/**
 * What a session file holds, as plain data: recipes, not recordings. Runs are made again from them and
 * compared with what they came to when the session was saved.
 */
import type { MapMode } from './page-map'
import type { Recipe } from './run'
import type { PlaceAt } from './place'
import type { Failure, Result } from './result'
import type { Steps } from './steps'

/** The format that is written; docs/session-format.md. */
export const SESSION_VERSION = 2

/** Scenarios that do not ship, in one session at most. */
export const MAX_SESSION_SCENARIOS = 8

/** A session file is not larger than this, bytes. */
export const MAX_SESSION_BYTES = 96 * 1024 * 1024

export type SessionSide = 'a' | 'b'

/** The digest of the first `events` events. */
export interface KeyframeDigest {
  readonly events: number
  readonly digest: string
}

/** What a run came to. A run that is made again is compared with it. */
export interface RunProof {
  readonly events: number
  readonly simTimeNs: number
  /** 64 hex digits, as in its summary. */
  readonly digest: string
  /** Digests on the way, ascending by their events. */
  readonly keyframes: readonly KeyframeDigest[]
}

/** How a run that was made again compares with its proof. */
export interface ProofCheck {
  readonly same: boolean
  /** Up to this many events both are the same, as far as digests were kept. */
  readonly sameUpTo: number
  /** By this many events they differ; null where that is known only of the whole run. */
  readonly differsBy: number | null
  /** In one sentence. */
  readonly text: string
}

export interface SessionRun {
  readonly recipe: Recipe
  /** Null: it was never run to its end, or the proof was lost. */
  readonly proof: RunProof | null
}

/** A node of the tree of runs besides the runs of A and B. */
export interface SessionFork extends SessionRun {
  /** From 1; a parent comes before what was forked from it. */
  readonly id: number
  /** A side's own run, another fork, or null for an earlier run of a side. */
  readonly parent: SessionSide | number | null
  /** Events it has in common with its parent; null without one. */
  readonly at: number | null
  /** What it does otherwise, in words. */
  readonly text: string
  /** The user's own name for it. */
  readonly note: string
}

export interface SessionBookmark {
  readonly side: SessionSide
  readonly event: number
  readonly timeNs: number
  readonly note: string
}

/** What sets a debugger up again. */
export interface SessionDebug {
  /** Lines of the console that set the stops again, in their order. */
  readonly lines: readonly string[]
  readonly watches: readonly string[]
}

/** How the session was looked at. */
export interface SessionView {
  /** The fork that a side shows; null: its own run. */
  readonly shown: Readonly<Record<SessionSide, number | null>>
  readonly cursor: {
    readonly side: SessionSide
    /** Null: the end of the run. */
    readonly a: PlaceAt | null
    readonly b: PlaceAt | null
  }
  readonly selection: { readonly side: SessionSide; readonly pfn: number | null }
  readonly timeline: {
    /** One time scale and one range for both runs. */
    readonly sameTime: boolean
    /** The part of the time axis in sight; null: all of it. */
    readonly views: Readonly<Record<SessionScope, SessionRange | null>>
    /** The ranges that are measured. */
    readonly ranges: Readonly<Record<SessionScope, SessionRange | null>>
  }
  readonly map: {
    readonly mode: MapMode
    /** CSS pixels of a cell; null: the whole map. */
    readonly cell: number | null
  }
  readonly filter: string
  readonly layout: {
    readonly folded: readonly string[]
    /** The area on top of each dock. */
    readonly tabs: Readonly<Record<string, string>>
    readonly runs: SessionSide | 'both'
    /** Per cent of a run's height that its timeline has. */
    readonly timelineShare: number
  }
}

export type SessionScope = SessionSide | 'both'

/** Nanoseconds. */
export interface SessionRange {
  readonly fromNs: number
  readonly toNs: number
}

export interface SessionDoc {
  /** Version of the program that wrote it; runs of another version may differ. */
  readonly writer: string
  readonly name: string
  /** The user's notes on the whole. */
  readonly note: string
  /** Texts of the scenario files whose scenarios do not ship with Pinscope. */
  readonly scenarios: readonly string[]
  readonly a: SessionRun
  readonly b: SessionRun
  readonly forks: readonly SessionFork[]
  readonly bookmarks: readonly SessionBookmark[]
  readonly debug: Readonly<Record<SessionSide, SessionDebug>>
  readonly view: SessionView
}

/** Parts of the file, in the order in which they are written. */
export const SESSION_PARTS = [
  'manifest',
  'recipe',
  'scenario',
  'digests',
  'forks',
  'bookmarks',
  'breakpoints',
  'view',
  'events-a',
  'events-b',
  'end',
] as const
export type SessionPart = (typeof SESSION_PARTS)[number]

export interface LostPart {
  /** Null where not even the name of what is lost can be read. */
  readonly part: SessionPart | null
  readonly reason: string
}

/** What could not be had of a file that was opened all the same. */
export interface SessionRecovery {
  readonly kept: readonly SessionPart[]
  readonly lost: readonly LostPart[]
  /** What is there, what is not, and what to do, in sentences. */
  readonly text: string
}

/** Recorded events of a run: text that can be looked at, whatever became of the model. */
export interface ArchiveInfo {
  /** Events that are there, from the first on without a gap. */
  readonly events: number
  /** Events that were saved. */
  readonly of: number
}

/** A piece of the recorded events, as trace_pipe prints them. */
export interface ArchivePiece {
  /** Number of its first event. */
  readonly from: number
  readonly count: number
  readonly of: number
  readonly text: string
}

/** Recorded events by side; a side without them is left out. */
export type Archive = Readonly<Partial<Record<SessionSide, Iterable<ArchivePiece>>>>

export interface OpenedSession {
  readonly doc: SessionDoc
  readonly archive: Readonly<Record<SessionSide, ArchiveInfo | null>>
  /** Version of the format in the file; below SESSION_VERSION it was migrated, in memory alone. */
  readonly version: number
  /** Null: the file is whole. */
  readonly recovered: SessionRecovery | null
}

/** As much of a session as can be shown of a file that is too new: read, never run. */
export interface SessionPreview {
  readonly version: number
  readonly writer: string
  readonly name: string
  /** Members of the recipe as they stand in the file. */
  readonly recipe: readonly { readonly name: string; readonly value: string }[]
}

export interface SessionRefusal extends Failure {
  /** Of a file that is too new. */
  readonly preview?: SessionPreview
}

/** How a session is looked at when nothing else is said. */
export const FIRST_VIEW: SessionView = {
  shown: { a: null, b: null },
  cursor: { side: 'a', a: null, b: null },
  selection: { side: 'a', pfn: null },
  timeline: {
    sameTime: true,
    views: { a: null, b: null, both: null },
    ranges: { a: null, b: null, both: null },
  },
  map: { mode: 'state', cell: null },
  filter: '',
  layout: { folded: [], tabs: {}, runs: 'both', timelineShare: 54 },
}

/** Who reads and writes session files for an engine. */
export interface SessionSource {
  readonly encodeSession: (doc: SessionDoc) => Result<Uint8Array<ArrayBuffer>>
  /** As `encodeSession`, with recorded events, which take seconds. */
  readonly encodeSteps: (
    doc: SessionDoc,
    archive: Archive,
  ) => Steps<Result<Uint8Array<ArrayBuffer>>>
  readonly decodeSession: (bytes: Uint8Array) => Result<OpenedSession, SessionRefusal>
  /** The recorded events of a side as they stand in a file; they are refused where there are none. */
  readonly archivePieces: (bytes: Uint8Array, side: SessionSide) => Result<Iterable<ArchivePiece>>
  /** As `archivePieces`, as one trace. */
  readonly archiveText: (bytes: Uint8Array, side: SessionSide) => Result<string>
}
