/** The console of one run, as the window has it: its state beside what it prints, and watches. */
import type { RunId } from '../../shared/run'
import type { CompletionList, ConsoleReply, DebugState } from '../../shared/debug'
import type { Place } from '../../shared/place'
import { failure, success, type Result } from '../../shared/result'
import { ConsoleSession, type Reply } from '../console/session'
import { parseExpr } from '../expr/parse'
import type { OtherState } from '../lens'
import type { Recording } from '../run'
import type { WorkHooks } from './work'

/** What a console needs of the engine that keeps its run. */
export interface ConsoleHost {
  /** The number of a run; a fork that is new is kept from then on. */
  readonly idOf: (recording: Recording) => RunId
  /** Why no fork can be kept now; null when one can. */
  readonly complaint: () => string | null
  /** Hooks of work that nobody can cancel. */
  readonly plain: WorkHooks
}

export class Console {
  readonly #session: ConsoleSession
  readonly #host: ConsoleHost
  readonly #turn: Turn
  readonly #watches = new Map<number, string>()
  #nextWatch = 1

  private constructor(session: ConsoleSession, host: ConsoleHost, turn: Turn) {
    this.#session = session
    this.#host = host
    this.#turn = turn
  }

  /** A console at the start of a run. */
  static async open(recording: Recording, host: ConsoleHost): Promise<Console> {
    const turn = new Turn(host.plain)
    const session = await ConsoleSession.open(recording, turn, host.complaint, true)
    return new Console(session, host, turn)
  }

  /** The state made for the cursor, when that is in the run asked for. */
  stateOf(recording: Recording): OtherState | null {
    const { recording: shown, debug } = this.#session
    return shown === recording ? debug : null
  }

  async state(): Promise<DebugState> {
    const { runs, recording } = this.#session
    const run = this.#host.idOf(recording)
    const forks = runs.map((kept, id) => ({
      id,
      run: this.#host.idOf(kept.recording),
      parent: kept.from,
      at: kept.at,
      text: kept.text,
      current: kept.recording === recording,
    }))
    const moment = await this.#session.moment(this.#watches)
    // Whoever looks will step: it is made ready while nobody waits.
    this.#session.debug.prepare()
    return { run, forks, ...moment }
  }

  async seek(to: Place): Promise<DebugState> {
    await this.#session.seek(to)
    return await this.state()
  }

  /** Runs a line; its searches end when the hooks say so. */
  async run(line: string, hooks: WorkHooks): Promise<ConsoleReply> {
    this.#turn.take(hooks)
    try {
      const { text, how } = refusedHere(await this.#session.run(line))
      return { text, how, prompt: this.#session.prompt, state: await this.state() }
    } finally {
      this.#turn.end()
    }
  }

  async complete(line: string, cursor: number): Promise<CompletionList> {
    return await this.#session.complete(line, cursor)
  }

  /** Shows an expression at every stop; a text that is no expression at all is refused. */
  async watch(expression: string): Promise<Result<DebugState>> {
    const parsed = parseExpr(expression)
    if (!parsed.ok) {
      const { column, message } = parsed.error
      return failure('bad-input', `${message} (column ${column})`, 'expression')
    }
    this.#watches.set(this.#nextWatch++, expression)
    return success(await this.state())
  }

  async unwatch(id: number): Promise<Result<DebugState>> {
    if (!this.#watches.delete(id)) return failure('not-found', `there is no watch ${id}`)
    return success(await this.state())
  }
}

/** The hooks of the line that runs; a session keeps its hooks for good, and each line has its own. */
class Turn implements WorkHooks {
  readonly #plain: WorkHooks
  #current: WorkHooks

  constructor(plain: WorkHooks) {
    this.#plain = plain
    this.#current = plain
  }

  take(hooks: WorkHooks): void {
    this.#current = hooks
  }

  end(): void {
    this.#current = this.#plain
  }

  readonly breathe = (): Promise<void> => this.#current.breathe()
  readonly isCancelled = (): boolean => this.#current.isCancelled()
  readonly onProgress = (events: number): void => {
    this.#current.onProgress(events)
  }
}

/** What only a terminal can do is refused with the way it is done in a window. */
function refusedHere({ text, how }: Reply): Pick<ConsoleReply, 'text' | 'how'> {
  switch (how) {
    case 'quit':
      return {
        how: 'refused',
        text: `${text}quit leaves the terminal; here, close the console's panel\n`,
      }
    case 'source':
      return {
        how: 'refused',
        text: `${text}source reads a file, which only pinscope debug can; type its lines\n`,
      }
    default:
      return { text, how }
  }
}
