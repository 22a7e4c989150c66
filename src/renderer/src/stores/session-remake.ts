/** Makes the runs of a session again and compares what they come to with what was saved. */
import type { Pinscope } from '../../../shared/contract'
import type { RunSummary } from '../../../shared/run'
import { failure, success, type Failure, type Result } from '../../../shared/result'
import type { SessionDoc, SessionFork, SessionRun, SessionSide } from '../../../shared/session'
import { newToken } from './token'

export type RunKey = SessionSide | number

/** How far it is. */
export interface RemakeStep {
  readonly token: string
  /** `run A`, `fork 3`. */
  readonly what: string
  readonly done: number
  readonly of: number
}

export interface Remade {
  readonly runs: ReadonlyMap<RunKey, RunSummary>
  readonly failures: ReadonlyMap<RunKey, Failure>
  /** Runs that came out as they were saved. */
  readonly same: number
  /** Runs that came out otherwise than they were saved. */
  readonly differing: ReadonlySet<RunKey>
  /** What came out otherwise, or not at all; a sentence each. */
  readonly problems: readonly string[]
}

/** All of them or none: where it is cancelled, what was made is forgotten. */
export async function remake(
  pinscope: Pinscope,
  doc: SessionDoc,
  tell: (step: RemakeStep) => void,
): Promise<Result<Remade>> {
  const runs = new Map<RunKey, RunSummary>()
  const failures = new Map<RunKey, Failure>()
  const problems: string[] = []
  const differing = new Set<RunKey>()
  let same = 0
  const all = runsOf(doc)
  for (const [i, [key, what, wanted]] of all.entries()) {
    const token = newToken(`session${i}`)
    tell({ token, what, done: i, of: all.length })
    const made = await makeOne(pinscope, wanted, token, what)
    if (!made.ok && ends(made.error)) {
      forget(pinscope, runs)
      return made
    }
    if (!made.ok) {
      failures.set(key, made.error)
      problems.push(`${capital(what)} could not be made again: ${made.error.message}`)
      continue
    }
    runs.set(key, made.value.summary)
    if (made.value.problem === null) same += wanted.proof === null ? 0 : 1
    else {
      problems.push(made.value.problem)
      differing.add(key)
    }
  }
  const [a, b] = [failures.get('a'), failures.get('b')]
  if (a === undefined || b === undefined)
    return success({ runs, failures, same, differing, problems })
  forget(pinscope, runs)
  return failure(a.code, `neither run could be made again: ${a.message}`)
}

export function forget(pinscope: Pinscope, runs: ReadonlyMap<RunKey, RunSummary>): void {
  for (const { run } of runs.values()) void pinscope.drop(run)
}

function runsOf(doc: SessionDoc): (readonly [RunKey, string, SessionRun])[] {
  return [
    ['a', 'run A', doc.a],
    ['b', 'run B', doc.b],
    ...doc.forks.map((fork) => [fork.id, forkText(fork), fork] as const),
  ]
}

function forkText({ id, parent, note }: SessionFork): string {
  const what = parent === null ? 'an earlier run' : `fork ${id}`
  return note === '' ? what : `${what} (${note})`
}

/** After these nothing more can be made. */
function ends({ code }: Failure): boolean {
  return code === 'cancelled' || code === 'engine-lost'
}

async function makeOne(
  pinscope: Pinscope,
  { recipe, proof }: SessionRun,
  token: string,
  what: string,
): Promise<Result<{ readonly summary: RunSummary; readonly problem: string | null }>> {
  const made = await pinscope.run(recipe, token)
  if (!made.ok) return made
  const summary = made.value
  if (proof === null || proof.digest === summary.digest) return success({ summary, problem: null })
  const check = await pinscope.checkProof(summary.run, proof, token)
  if (!check.ok && ends(check.error)) {
    void pinscope.drop(summary.run)
    return check
  }
  const text = check.ok ? check.value.text : check.error.message
  return success({ summary, problem: `${capital(what)} is not the one that was saved: ${text}` })
}

function capital(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`
}
