/** Sessions as the bytes of a file. Nothing here touches a disk. */
import type { Result } from '../result'
import type { RunId } from '../run'
import type {
  OpenedSession,
  ProofCheck,
  RunProof,
  SessionDoc,
  SessionRefusal,
  SessionSide,
} from '../session'

export interface SessionCalls {
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
    token: string,
  ) => Promise<Result<Uint8Array<ArrayBuffer>>>
  /** Bytes that the recorded events of a run take in a session file, from a part of them. */
  readonly archiveSize: (run: RunId) => Promise<Result<number>>
  /** The session in the bytes of a file; nothing is run. */
  readonly unpackSession: (bytes: Uint8Array) => Promise<Result<OpenedSession, SessionRefusal>>
}

export const SESSION_CALLS = {
  proof: true,
  checkProof: true,
  packSession: true,
  packArchive: true,
  archiveSize: true,
  unpackSession: true,
} satisfies Record<keyof SessionCalls, true>
