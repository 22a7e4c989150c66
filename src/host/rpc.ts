/**
 * The contract over a port to another process: `askThrough` makes requests of calls on the near
 * side, `serveCalls` answers them on the far side, and news come back unasked.
 */
import type { Tell } from '../engine'
import {
  CALL_NAMES,
  NEWS_NAMES,
  type CallName,
  type Calls,
  type NewsName,
} from '../shared/contract'
import { failure, type Result } from '../shared/result'
import type { AnswerMessage, NewsMessage, RequestMessage } from '../shared/wire'

/** An engine process seen from its host. Nothing is lost that is sent before it has started. */
export interface EnginePort {
  readonly send: (message: unknown) => void
  readonly onMessage: (listener: (message: unknown) => void) => void
  /** Told once, whatever ended the engine; the reason is the end of a sentence. */
  readonly onExit: (listener: (reason: string) => void) => void
  readonly kill: () => void
}

/** All calls of the contract as one function. */
export type Ask = (call: CallName, args: readonly unknown[]) => Promise<Result<unknown>>

/** A request whose call and arguments nobody has looked at yet. */
export interface RawRequest {
  readonly id: number
  readonly call: string
  readonly args: readonly unknown[]
}

function isCallName(name: string): name is CallName {
  return Object.hasOwn(CALL_NAMES, name)
}

function isNewsName(name: unknown): name is NewsName {
  return typeof name === 'string' && Object.hasOwn(NEWS_NAMES, name)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

export function engineLost(reason: string): Result<never> {
  return failure('engine-lost', `the engine was lost: ${reason}; run the scenario again`)
}

/** Asks the engine behind a port. When that engine ends, every open and later request says so. */
export function askThrough(port: EnginePort, tell: Tell): Ask {
  const open = new Map<number, (result: Result<unknown>) => void>()
  let lost: Result<never> | null = null
  let nextId = 1

  port.onExit((reason) => {
    const answer = engineLost(reason)
    lost = answer
    for (const resolve of open.values()) resolve(answer)
    open.clear()
  })
  port.onMessage((message) => {
    if (!isRecord(message)) return
    if (typeof message.id === 'number') {
      const { id, result } = message as unknown as AnswerMessage
      open.get(id)?.(result)
      open.delete(id)
    } else if (isNewsName(message.news)) {
      const { news, value } = message as unknown as NewsMessage
      tell(news, value as never)
    }
  })

  return (call, args) => {
    if (lost !== null) return Promise.resolve(lost)
    return new Promise((resolve) => {
      const id = nextId++
      open.set(id, resolve)
      try {
        port.send({ id, call, args } satisfies RequestMessage)
      } catch (error) {
        open.delete(id)
        resolve(failure('internal', `${call} could not be sent: ${reasonOf(error)}`))
      }
    })
  }
}

/** Asks an implementation in this process. What it throws becomes a failure and goes to `report`. */
export function askOf(calls: Calls, report: (error: unknown) => void): Ask {
  return async (call, args) => {
    const implementation = calls[call] as (...args: readonly unknown[]) => Promise<Result<unknown>>
    try {
      return await implementation(...args)
    } catch (error) {
      report(error)
      return failure('internal', `${call} failed on a broken assumption: ${reasonOf(error)}`)
    }
  }
}

/** The request in a message, or null when it holds none. */
export function readRequest(message: unknown): RawRequest | null {
  if (!isRecord(message)) return null
  const { id, call, args } = message
  if (!Number.isSafeInteger(id) || typeof call !== 'string' || !Array.isArray(args)) return null
  return { id: id as number, call, args: args as unknown[] }
}

/** The answer to a request; a name outside the contract is refused. */
export async function answerRequest(request: RawRequest, ask: Ask): Promise<AnswerMessage> {
  const { id, call, args } = request
  const result = isCallName(call)
    ? await ask(call, args)
    : failure('bad-input', `there is no call ${JSON.stringify(call.slice(0, 60))}`)
  return { id, result }
}

/** The far side: takes messages and sends an answer for each request among them. */
export function serveCalls(
  ask: Ask,
  send: (message: AnswerMessage) => void,
): (message: unknown) => void {
  return (message) => {
    const request = readRequest(message)
    if (request !== null) void answerRequest(request, ask).then(send)
  }
}

/** The far side of news: what an engine tells goes out as messages. */
export function tellThrough(send: (message: NewsMessage) => void): Tell {
  return (news, value) => {
    send({ news, value })
  }
}
