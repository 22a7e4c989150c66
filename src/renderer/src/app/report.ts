/** Tells the shell's smoke run and the end-to-end tests when there is something to read. */
import type { RunSummary } from '../../../shared/run'
import type { SideState } from '../stores/side'
import type { RunVerdict } from '../window'

export function reportComparison(a: SideState, b: SideState): void {
  window.pinscopeVerdict = { a: verdictOf(a), b: verdictOf(b) }
  const done = a.phase === 'done' && b.phase === 'done'
  document.documentElement.dataset.comparison = done ? 'done' : 'failed'
  window.performance.mark('comparison')
}

/** Something is running: the marks of the comparison before are no longer true. */
export function withdrawComparison(): void {
  delete document.documentElement.dataset.comparison
}

export function reportFailure(): void {
  window.pinscopeVerdict = { a: null, b: null }
  document.documentElement.dataset.comparison = 'failed'
}

function verdictOf(side: SideState): RunVerdict | null {
  if (side.phase !== 'done' || side.shown === null) return null
  const { outcomes, digest, verdict, expectation, events, simTimeNs }: RunSummary =
    side.shown.summary
  return { outcomes, digest, verdict, expectation, events, simTimeNs }
}
