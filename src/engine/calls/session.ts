/** The calls about sessions: what a run came to, whether it did so again, and the bytes of a file. */
import type { SessionCalls } from '../../shared/calls/session'
import type { RunId } from '../../shared/run'
import { failure, success, type Result } from '../../shared/result'
import type { ArchivePiece, SessionSide, SessionSource } from '../../shared/session'
import { archivePieces, archiveSize } from '../exported'
import { checkProof, proofOf } from '../proof'
import type { Kept } from './kept'
import { inTurns, type Work } from './work'

export function sessionCalls(source: SessionSource, kept: Kept, work: Work): SessionCalls {
  /** Recorded events of a side; null for none. */
  function piecesOf(
    side: SessionSide,
    from: RunId | 'kept' | null,
    file: Uint8Array | null,
  ): Result<Iterable<ArchivePiece> | null> {
    if (from === null) return success(null)
    if (from === 'kept') {
      return file === null
        ? failure('bad-input', 'name the file that has the recorded events')
        : source.archivePieces(file, side)
    }
    const run = kept.get(from)
    return run.ok ? success(archivePieces(run.value.recording)) : run
  }

  return {
    proof: (id) => kept.with(id, ({ recording }) => success(proofOf(recording))),
    checkProof: (id, proof, token) =>
      kept.with(id, ({ recording }) =>
        work.under(token, (hooks) => checkProof(recording, proof, hooks)),
      ),
    packSession: (doc) => Promise.resolve(source.encodeSession(doc)),
    packArchive: (doc, events, file, token) => {
      const archive: Partial<Record<SessionSide, Iterable<ArchivePiece>>> = {}
      for (const side of ['a', 'b'] as const) {
        const pieces = piecesOf(side, events[side], file)
        if (!pieces.ok) return Promise.resolve(pieces)
        if (pieces.value !== null) archive[side] = pieces.value
      }
      return work.under(token, (hooks) =>
        inTurns(source.encodeSteps(doc, archive), hooks, 'the saving'),
      )
    },
    archiveSize: (id) => kept.with(id, ({ recording }) => success(archiveSize(recording))),
    unpackSession: (bytes) => Promise.resolve(source.decodeSession(bytes)),
  }
}
