/** What of a damaged file is there, in words. */
import type { LostPart, SessionPart, SessionRecovery } from '../../shared/session'

const MOST = 64

export function recoveryOf(
  kept: readonly SessionPart[],
  lost: readonly LostPart[],
): SessionRecovery {
  const few = lost.slice(0, MOST)
  const told = few.map(({ part, reason }) => (part === null ? reason : `${part} (${reason})`))
  // The last part only says that nothing is missing.
  const content = kept.filter((part) => part !== 'end')
  const only = lost.every(({ part }) => part === 'end')
  const text = only
    ? 'The file is cut off at its end; every part of the session is there. Save it again.'
    : `The file is damaged. Recovered: ${content.join(', ')}. Lost: ${told.join('; ')}. Save it under another name to keep what is there.`
  return { kept, lost: few, text }
}
