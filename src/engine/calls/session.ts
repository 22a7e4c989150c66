/** The calls about sessions: what a run came to, whether it did so again, and the bytes of a file. */
import type { Calls } from '../../shared/contract'
import { success } from '../../shared/result'
import type { ArchivePiece, SessionSide, SessionSource } from '../../shared/session'
import { archivePieces } from '../exported'
import { checkProof, proofOf } from '../proof'
import type { Kept } from './kept'
import type { Work } from './work'

type SessionCalls = Pick<
  Calls,
  'proof' | 'checkProof' | 'packSession' | 'packArchive' | 'unpackSession'
>

export function sessionCalls(source: SessionSource, kept: Kept, work: Work): SessionCalls {
  return {
    proof: (id) => kept.with(id, ({ recording }) => success(proofOf(recording))),
    checkProof: (id, proof, token) =>
      kept.with(id, ({ recording }) =>
        work.under(token, (hooks) => checkProof(recording, proof, hooks)),
      ),
    packSession: (doc) => Promise.resolve(source.encodeSession(doc)),
    packArchive: async (doc, { a, b }) => {
      const archive: Partial<Record<SessionSide, Iterable<ArchivePiece>>> = {}
      for (const [side, id] of [
        ['a', a],
        ['b', b],
      ] as const) {
        if (id === null) continue
        const run = kept.get(id)
        if (!run.ok) return await Promise.resolve(run)
        archive[side] = archivePieces(run.value.recording)
      }
      return source.encodeSession(doc, archive)
    },
    unpackSession: (bytes) => Promise.resolve(source.decodeSession(bytes)),
  }
}
