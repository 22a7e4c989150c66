/** A console over one recording: takes lines, answers with text. Files and keys are the host's. */
import type { Place } from '../../shared/place'
import { FUNCTIONS } from '../../sim'
import { Debugger } from '../debugger'
import { caretText } from '../expr/error'
import type { Recording } from '../run'
import type { PlayHooks } from '../tape'
import type { Bench, KeptRun } from './bench'
import { repeats, type Command } from './command'
import { complete, type Completion } from './complete'
import { debugMoment, type DebugMoment } from './debug-moment'
import { executeCommand } from './execute'
import { look } from './execute-fork'
import type { ConsoleNames } from './names'
import { stopNames } from './moments'
import { parseCommand, readsFrame } from './parse'

export interface Reply {
  readonly text: string
  /** `source` asks the host to read the file and to run its lines. */
  readonly how: 'done' | 'refused' | 'quit' | 'source'
  readonly file?: string
}

/** Lines of `commands` may set off others, but not without end. */
const MAX_NESTED = 8

export class ConsoleSession {
  readonly #bench: Bench & { names: ConsoleNames }
  #last: Command | null = null
  #collecting: { readonly id: number; readonly lines: string[] } | null = null
  #nested = 0
  #isRunning = false
  readonly #keepsFrames: boolean
  /** What completion asks of the debugger; a line waits for it. */
  #completing: Promise<void> = Promise.resolve()

  private constructor(
    recording: Recording,
    debug: Debugger,
    hooks: PlayHooks,
    forkComplaint: () => string | null,
    keepsFrames: boolean,
  ) {
    this.#keepsFrames = keepsFrames
    this.#bench = {
      recording,
      debug,
      runs: [{ recording, debug, from: null, at: 0, text: 'the run itself' }],
      hooks,
      names: namesAt(recording, debug, [0]),
      frame: 0,
      why: '',
      forkComplaint,
      printed: 0,
      commands: new Map(),
    }
  }

  /**
   * A console at the start of a recording; `forkComplaint` says why no fork can be made just now. Who asks
   * for the moment after each line has the frames kept.
   */
  static async open(
    recording: Recording,
    hooks: PlayHooks,
    forkComplaint: () => string | null = () => null,
    keepsFrames = false,
  ): Promise<ConsoleSession> {
    const debug = await Debugger.open(recording.tape, hooks)
    return new ConsoleSession(recording, debug, hooks, forkComplaint, keepsFrames)
  }

  /** The runs of the console: the run itself, and its forks. */
  get runs(): readonly KeptRun[] {
    return this.#bench.runs
  }

  /** The run that is looked at. */
  get recording(): Recording {
    return this.#bench.recording
  }

  /** The debugger of that run, to be looked at only. */
  get debug(): Debugger {
    return this.#bench.debug
  }

  /** What the debugger shows where it stands; `watches` are expressions by number. */
  async moment(watches: ReadonlyMap<number, string>): Promise<DebugMoment> {
    return await this.#alone(() => debugMoment(this.#bench, watches))
  }

  /** Brings the cursor of the run itself to a place, whichever fork was looked at. */
  async seek(to: Place): Promise<void> {
    await this.#alone(async () => {
      const bench = this.#bench
      const [own] = bench.runs
      if (own !== undefined && own.recording !== bench.recording) look(bench, own)
      await bench.debug.seek(to)
      bench.frame = 0
      bench.why = ''
      bench.names = namesAt(bench.recording, bench.debug, [...bench.runs.keys()])
    })
  }

  /** The prompt: another one while the lines of `commands` are taken. */
  get prompt(): string {
    return this.#collecting === null ? '(pinscope) ' : '> '
  }

  /** While a line runs, the frame's names are left out: the debugger is on its way. */
  async complete(line: string, cursor: number): Promise<Completion> {
    if (!this.#isRunning) {
      this.#completing = this.#nameFrame(line)
      await this.#completing
    }
    return complete(line, cursor, this.#bench.names)
  }

  /** Runs a line; an empty one does the last move again. */
  async run(line: string): Promise<Reply> {
    return await this.#alone(() => this.#run(line))
  }

  /** Moves the cursor while no completion asks the debugger for its stack. */
  async #alone<T>(work: () => Promise<T>): Promise<T> {
    this.#isRunning = true
    try {
      await this.#completing
      this.#bench.debug.keepsFrames = this.#keepsFrames
      return await work()
    } finally {
      this.#isRunning = false
    }
  }

  async #run(line: string): Promise<Reply> {
    if (this.#collecting !== null) return this.#collect(line)
    await this.#nameFrame(line)
    const parsed = parseCommand(line, this.#bench.names)
    if (!parsed.ok) return refused(`${caretText(line, parsed.error)}\n`)
    const command = parsed.value ?? (line.trim() === '' ? this.#last : null)
    if (command === null) return done('')
    this.#last = repeats(command) ? command : null
    return await this.#execute(command)
  }

  async #execute(command: Command): Promise<Reply> {
    const bench = this.#bench
    if (command.verb === 'quit') return { text: '', how: 'quit' }
    if (command.verb === 'source') return { text: '', how: 'source', file: command.file }
    if (command.verb === 'commands') {
      this.#collecting = { id: command.id, lines: [] }
      return done('')
    }
    const result = await executeCommand(bench, command)
    if (!result.ok) return refused(`${result.error.message}\n`)
    const { text, hit } = result.value
    bench.names = namesAt(bench.recording, bench.debug, [...bench.runs.keys()])
    return hit === null ? done(text) : await this.#atHit(text, hit)
  }

  /** Names the frame looked at where a line may use its names: a stack is a replay of its own. */
  async #nameFrame(line: string): Promise<void> {
    const bench = this.#bench
    if (!readsFrame(line)) return
    const frame = (await bench.debug.stack())[bench.frame]?.fn ?? null
    bench.names = { ...namesAt(bench.recording, bench.debug, bench.names.forks), frame }
  }

  /** Runs what is to be run at the stops of a breakpoint. */
  async #atHit(text: string, id: number): Promise<Reply> {
    let all = text
    if (this.#nested >= MAX_NESTED) return done(all)
    this.#nested++
    for (const line of this.#bench.commands.get(id) ?? []) {
      const reply = await this.#run(line)
      all += reply.text
      if (reply.how !== 'done') {
        this.#nested--
        return { ...reply, text: all }
      }
    }
    this.#nested--
    return done(all)
  }

  #collect(line: string): Reply {
    const collecting = this.#collecting
    if (collecting === null) return done('')
    if (line.trim() !== 'end') {
      collecting.lines.push(line)
      return done('')
    }
    this.#bench.commands.set(collecting.id, collecting.lines)
    this.#collecting = null
    return done('')
  }
}

function done(text: string): Reply {
  return { text, how: 'done' }
}

function refused(text: string): Reply {
  return { text, how: 'refused' }
}

/** The names at the cursor; that of the frame is asked for when a line needs it. */
function namesAt(recording: Recording, debug: Debugger, forks: readonly number[]): ConsoleNames {
  return {
    machine: debug.machine,
    actors: recording.machine.tasks.map((task) => task.comm),
    functions: FUNCTIONS,
    stops: debug.breakpoints.list.map((b) => stopNames(b.id, b.trigger)),
    checkpoints: debug.checkpoints.map((c) => c.id),
    forks,
    frame: null,
  }
}
