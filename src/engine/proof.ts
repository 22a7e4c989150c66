/**
 * What a run came to, small enough to be kept in a file, and how a run that was made again compares
 * with it. A digest covers all events before it, so the first keyframe that differs is found by halves.
 */
import type { ProofCheck, RunProof } from '../shared/session'
import { digestHex } from '../sim'
import { failure, success, type Result } from '../shared/result'
import { countText } from '../shared/text'
import type { Recording } from './run'
import type { PlayHooks } from './tape'

export function proofOf({ summary, tape }: Recording): RunProof {
  const { events, simTimeNs, digest } = summary
  const keyframes = tape.keyframes.kept.map((image) => ({
    events: image.events,
    digest: image.digest,
  }))
  return { events, simTimeNs, digest, keyframes }
}

export async function checkProof(
  recording: Recording,
  proof: RunProof,
  hooks: PlayHooks,
): Promise<Result<ProofCheck>> {
  const { digest, events } = recording.summary
  if (digest === proof.digest) {
    const text = `The run is the one that was saved: ${countText(events)} events, digest ${digest.slice(0, 16)}.`
    return success({ same: true, sameUpTo: events, differsBy: null, text })
  }
  const { keyframes } = proof
  let low = 0
  let high = keyframes.length
  while (low < high) {
    const middle = (low + high) >> 1
    const keyframe = keyframes[middle]
    if (keyframe === undefined) break
    const found = await digestAt(recording, keyframe.events, hooks)
    if (hooks.isCancelled()) return failure('cancelled', 'the comparison was cancelled')
    if (found === keyframe.digest) low = middle + 1
    else high = middle
  }
  const sameUpTo = low === 0 ? 0 : (keyframes[low - 1]?.events ?? 0)
  const differsBy = keyframes[low]?.events ?? null
  return success({
    same: false,
    sameUpTo,
    differsBy,
    text: text(recording, proof, sameUpTo, differsBy),
  })
}

/** The digest of the first `events` events; null where the run ends before. */
async function digestAt(
  { tape }: Recording,
  events: number,
  hooks: PlayHooks,
): Promise<string | null> {
  if (events > tape.events || events < tape.firstEvent) return null
  const image = tape.keyframes.before(events)
  if (image.events === events) return image.digest
  const played = await tape.play(
    events,
    { frames: false, see: ({ event }) => event === events - 1 },
    hooks,
  )
  const digest = played.how === 'cancelled' ? null : digestHex(played.run.machine.trace.digest)
  tape.recycle(played.run)
  return digest
}

function text(
  { summary }: Recording,
  proof: RunProof,
  sameUpTo: number,
  differsBy: number | null,
): string {
  const counts =
    summary.events === proof.events
      ? `both have ${countText(proof.events)} events`
      : `it has ${countText(summary.events)} events, the saved one ${countText(proof.events)}`
  const where =
    differsBy === null
      ? sameUpTo === 0
        ? 'no digest on the way was kept'
        : `the same up to event ${countText(sameUpTo)}, different behind it`
      : sameUpTo === 0
        ? `different before event ${countText(differsBy)}`
        : `the same up to event ${countText(sameUpTo)}, different before event ${countText(differsBy)}`
  return `The run differs from the one that was saved: ${where}; ${counts}; digest ${summary.digest.slice(0, 16)}, saved ${proof.digest.slice(0, 16)}.`
}
