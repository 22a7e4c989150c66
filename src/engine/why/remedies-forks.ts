/** Remedies that leave the recipe as it is and interfere right before the call: forks of the run. */
import { countText, timeText } from '../../shared/text'
import type { Remedy, RemedyChange } from '../../shared/why'
import type { Intervention } from '../../sim'
import { helps, tryOut, type Candidate, type Trial } from './trial'
import type { Walk } from './walk'

/** More to do right before the call. */
function interfering(
  { trouble }: Trial,
  ...what: readonly (Intervention extends infer I
    ? I extends unknown
      ? Omit<I, 'at'>
      : never
    : never)[]
): RemedyChange {
  return { how: 'fork', interventions: what.map((w) => ({ ...w, at: trouble.callEvent })) }
}

/** What to type in the debugger to see it: a fork changes what comes after the event one stands at. */
function debugCommand({ plan, trouble }: Trial, fork: string): string {
  return `pinscope debug ${plan.scenario.id}: seek ${Math.max(0, trouble.callEvent - 1)}, ${fork}`
}

/** Pagevecs and per-CPU lists emptied before the call. */
export function* drains(trial: Trial): Iterable<Candidate> {
  yield {
    text: 'lru_add_drain_all() and drain_all_pages() before the call',
    command: debugCommand(trial, 'fork drain'),
    change: interfering(trial, { do: 'drain' }),
  }
}

/** So many frames at most are let go of one by one. */
const MOST_UNPINNED = 4096

/** The pins on the frames that blocked let go before the call; then all pins in the positions tried. */
export function* unpins(trial: Trial, walk: Walk): Iterable<Candidate> {
  const frames = walk.positions.flatMap((p) => p.blocking)
  const pinned = frames.filter((f) => f.ledger.some((entry) => entry.kind === 'pin'))
  const blocking = [...new Set(pinned.map((f) => f.pfn))]
  yield* unpin(trial, blocking, 'blocking frame')
  if (walk.pinnedPfns.size > blocking.length) {
    yield* unpin(trial, [...walk.pinnedPfns], 'pinned frame of the positions tried')
  }
}

function* unpin(trial: Trial, pfns: readonly number[], what: string): Iterable<Candidate> {
  const first = pfns[0]
  if (first === undefined || pfns.length > MOST_UNPINNED) return
  const whose =
    pfns.length === 1
      ? `the pin on the ${what}`
      : `the pins on ${countText(pfns.length)} ${plural(what)}`
  yield {
    text: `${whose} let go before the call`,
    command: debugCommand(trial, `fork unpin 0x${first.toString(16)}`) + others(pfns.length - 1),
    change: interfering(trial, ...pfns.map((pfn) => ({ do: 'unpin', pfn }) as const)),
  }
}

/** `blocking frames`, `pinned frames of the positions tried`. */
function plural(what: string): string {
  return what.replace('frame', 'frames')
}

function others(n: number): string {
  return n === 0 ? '' : ` and the ${n === 1 ? 'other one' : `${countText(n)} others`}`
}

/** Delays tried before the least is narrowed down, ns. */
const DELAYS = [1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 6e10]
/** A delay is told as exactly as this part of it. */
const EXACT = 0.05

/** The least wait before the call with which it succeeds; null when none does. */
export async function smallestDelay(trial: Trial): Promise<Remedy | null | 'cancelled'> {
  let bad = 0
  for (const ns of DELAYS) {
    const result = await tryOut(trial, delayed(trial, ns))
    if (result === null) return 'cancelled'
    if (helps(trial, result)) return await narrowed(trial, bad, ns, result.divergesAt)
    bad = ns
  }
  return null
}

function delayed(trial: Trial, ns: number): RemedyChange {
  return interfering(trial, { do: 'sleep', actor: trial.trouble.actor, ns })
}

async function narrowed(
  trial: Trial,
  tooShort: number,
  enough: number,
  divergence: number | null,
): Promise<Remedy | 'cancelled'> {
  let [bad, good, divergesAt] = [tooShort, enough, divergence]
  while (good - bad > good * EXACT) {
    const middle = Math.round((good + bad) / 2)
    const result = await tryOut(trial, delayed(trial, middle))
    if (result === null) return 'cancelled'
    if (helps(trial, result)) [good, divergesAt] = [middle, result.divergesAt]
    else bad = middle
  }
  return {
    kind: 'wait',
    text: `wait ${timeText(good)} before the call`,
    command: debugCommand(trial, `fork sleep ${trial.trouble.actor} ${good}ns`),
    change: delayed(trial, good),
    divergesAt,
  }
}
