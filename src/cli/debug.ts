/** `pinscope debug`: the debugger's console on a terminal, from a pipe, or from a file of commands. */
import { readFileSync } from 'node:fs'
import { createInterface, type AsyncCompleter, type Interface } from 'node:readline'
import { setImmediate } from 'node:timers/promises'
import { ConsoleSession, type Recording } from '../engine'
import { failure, success, type Result } from '../shared/result'
import type { Streams } from './commands'

/** Where lines come from when no file is given. */
export interface Keys {
  readonly input: NodeJS.ReadableStream
  readonly output: NodeJS.WritableStream
  readonly isTerminal: boolean
}

/** `source` may name files that name files, but not without end. */
const MAX_SOURCES = 16

/** Lets an interrupt arrive while a long search goes on. */
class Interrupt {
  #asked = false

  readonly hooks = {
    breathe: async (): Promise<void> => {
      await setImmediate()
    },
    isCancelled: (): boolean => this.#asked,
    onProgress: (): void => undefined,
  }

  ask(): void {
    this.#asked = true
  }

  clear(): void {
    this.#asked = false
  }
}

/**
 * A console over a recording. With files, their lines are run and printed behind the prompt; else lines
 * are read from a terminal or a pipe. Files and pipes end at the first line that is refused, with 2.
 */
export async function debugRecording(
  io: Streams,
  keys: Keys,
  recording: Recording,
  files: readonly string[],
): Promise<number> {
  const interrupt = new Interrupt()
  const session = await ConsoleSession.open(recording, interrupt.hooks)
  if (files.length > 0) return await runFiles(io, session, files)
  return keys.isTerminal
    ? await converse(io, keys, session, interrupt)
    : await runPipe(io, keys, session)
}

async function runFiles(
  io: Streams,
  session: ConsoleSession,
  files: readonly string[],
): Promise<number> {
  for (const file of files) {
    const ended = await runFile(io, session, file, 0)
    if (ended !== 'done') return ended === 'quit' ? 0 : 2
  }
  return 0
}

type Ended = 'done' | 'quit' | 'refused'

async function runFile(
  io: Streams,
  session: ConsoleSession,
  file: string,
  depth: number,
): Promise<Ended> {
  const lines = readLines(file)
  if (!lines.ok || depth > MAX_SOURCES) {
    io.err(
      `pinscope: ${lines.ok ? `${file}: too many files name each other` : lines.error.message}\n`,
    )
    return 'refused'
  }
  for (const line of lines.value) {
    const ended = await runLine(io, session, line, depth)
    if (ended !== 'done') return ended
  }
  return 'done'
}

function readLines(file: string): Result<readonly string[]> {
  try {
    return success(readFileSync(file, 'utf8').replace(/\n$/, '').split(/\r?\n/))
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable'
    return failure('bad-input', `cannot read ${file} (${code}); name a file of console commands`)
  }
}

/** One line of a file or a pipe, printed as if it had been typed. An empty one does nothing there. */
async function runLine(
  io: Streams,
  session: ConsoleSession,
  line: string,
  depth: number,
): Promise<Ended> {
  io.out(`${session.prompt}${line}\n`)
  if (line.trim() === '') return 'done'
  return await respond(io, session, line, depth)
}

async function respond(
  io: Streams,
  session: ConsoleSession,
  line: string,
  depth: number,
): Promise<Ended> {
  const reply = await session.run(line)
  if (reply.how === 'source') return await runFile(io, session, reply.file ?? '', depth + 1)
  if (reply.how === 'refused') {
    io.err(reply.text)
    return 'refused'
  }
  io.out(reply.text)
  return reply.how
}

async function runPipe(io: Streams, { input }: Keys, session: ConsoleSession): Promise<number> {
  for await (const line of createInterface({ input, terminal: false })) {
    const ended = await runLine(io, session, line, 0)
    if (ended !== 'done') return ended === 'quit' ? 0 : 2
  }
  return 0
}

/** Prompt after prompt, with history and completion, until `quit` or the end of the input. */
async function converse(
  io: Streams,
  { input, output }: Keys,
  session: ConsoleSession,
  interrupt: Interrupt,
): Promise<number> {
  const lines = createInterface({
    input,
    output,
    terminal: true,
    historySize: 500,
    removeHistoryDuplicates: true,
    completer: completerOf(session),
  })
  lines.on('SIGINT', () => {
    interrupt.ask()
    io.out('\n')
    ask(lines, session)
  })
  ask(lines, session)
  for await (const line of lines) {
    interrupt.clear()
    if ((await respond(io, session, line, 0)) === 'quit') break
    ask(lines, session)
  }
  lines.close()
  return 0
}

function completerOf(session: ConsoleSession): AsyncCompleter {
  return (line, done) => {
    session.complete(line, line.length).then(
      ({ from, candidates }) => {
        done(null, [[...candidates], line.slice(from)])
      },
      (error: unknown) => {
        done(error instanceof Error ? error : new Error(String(error)))
      },
    )
  }
}

function ask(lines: Interface, session: ConsoleSession): void {
  lines.setPrompt(session.prompt)
  lines.prompt()
}
