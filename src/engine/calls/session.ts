/** The calls about sessions: what a run came to, whether it did so again, and the bytes of a file. */
import type { Calls } from '../../shared/contract'
import { success } from '../../shared/result'
import type { SessionSource } from '../../shared/session'
import { checkProof, proofOf } from '../proof'
import type { Kept } from './kept'
import type { Work } from './work'

type SessionCalls = Pick<Calls, 'proof' | 'checkProof' | 'packSession' | 'unpackSession'>

export function sessionCalls(source: SessionSource, kept: Kept, work: Work): SessionCalls {
  return {
    proof: (id) => kept.with(id, ({ recording }) => success(proofOf(recording))),
    checkProof: (id, proof, token) =>
      kept.with(id, ({ recording }) =>
        work.under(token, (hooks) => checkProof(recording, proof, hooks)),
      ),
    packSession: (doc) => Promise.resolve(source.encodeSession(doc)),
    unpackSession: (bytes) => Promise.resolve(source.decodeSession(bytes)),
  }
}
