/** The runs an engine keeps, each with what is made for looking at it. */
import type { RunId, RunSummary } from '../../shared/run'
import { failure, success, type Result } from '../../shared/result'
import { Lens } from '../lens'
import { MatchLists } from '../match-lists'
import type { Recording } from '../run'
import type { Console } from './console'

/** Runs and forks that are kept. */
const MAX_RUNS = 16
/** Runs that may come on top, so that both sides can be run again before their old runs are dropped. */
const SPARE_RUNS = 2

export class KeptRun {
  readonly id: RunId
  readonly recording: Recording
  readonly lens: Lens
  readonly matches: MatchLists
  /** Its console once somebody asked for it. */
  console: Console | null = null
  #last: Promise<unknown> = Promise.resolve()

  constructor(id: RunId, recording: Recording) {
    this.id = id
    this.recording = recording
    this.lens = new Lens(recording)
    this.matches = new MatchLists(recording)
  }

  get summary(): RunSummary {
    return { run: this.id, ...this.recording.summary }
  }

  /** What replays waits for its turn: one cursor cannot go two ways at once. */
  async inTurn<T>(work: () => Promise<T>): Promise<T> {
    const before = this.#last
    const mine = before.then(work, work)
    this.#last = mine.catch(() => undefined)
    return await mine
  }
}

export class Kept {
  readonly #runs = new Map<RunId, KeptRun>()
  /** Also of runs that are dropped, as a console may still name them. */
  readonly #ids = new WeakMap<Recording, RunId>()
  /** Counterparts of events by pair of runs (diverge.ts). */
  readonly #alignments = new Map<string, Int32Array>()
  #next: RunId

  constructor(firstRun: RunId = 1) {
    this.#next = firstRun
  }

  /** Why no more forks can be kept; null while there is room. */
  complaint(): string | null {
    return this.#runs.size < MAX_RUNS
      ? null
      : `the engine keeps at most ${MAX_RUNS} runs; drop one first`
  }

  /** As `complaint`, of a run that takes the place of another. */
  runComplaint(): string | null {
    return this.#runs.size < MAX_RUNS + SPARE_RUNS ? null : this.complaint()
  }

  add(recording: Recording): KeptRun {
    const run = new KeptRun(this.#next++, recording)
    this.#runs.set(run.id, run)
    this.#ids.set(recording, run.id)
    return run
  }

  /** The number of a recording; one that is new here is kept from now on. */
  idOf(recording: Recording): RunId {
    return this.#ids.get(recording) ?? this.add(recording).id
  }

  get(id: RunId): Result<KeptRun> {
    const run = this.#runs.get(id)
    return run === undefined
      ? failure('not-found', `run ${id} is not kept any more; run the scenario again`)
      : success(run)
  }

  drop(id: RunId): void {
    this.#runs.delete(id)
    for (const pair of this.#alignments.keys()) {
      if (pair.split(' ').includes(String(id))) this.#alignments.delete(pair)
    }
  }

  /** Answers a question about a run, or says that it is gone. */
  async with<T>(
    id: RunId,
    use: (run: KeptRun) => Result<T> | Promise<Result<T>>,
  ): Promise<Result<T>> {
    const run = this.get(id)
    return run.ok ? await use(run.value) : run
  }

  /** As `with`, of two runs. */
  async withBoth<T>(
    a: RunId,
    b: RunId,
    use: (x: KeptRun, y: KeptRun) => Result<T> | Promise<Result<T>>,
  ): Promise<Result<T>> {
    return await this.with(a, (x) => this.with(b, (y) => use(x, y)))
  }

  /** What `make` gives for a pair of runs, made once as long as both are kept. */
  alignment(from: KeptRun, to: KeptRun, make: () => Int32Array): Int32Array {
    const pair = `${from.id} ${to.id}`
    const known = this.#alignments.get(pair)
    if (known !== undefined) return known
    const made = make()
    this.#alignments.set(pair, made)
    return made
  }
}
